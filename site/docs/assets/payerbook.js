// A table that is wider than its page scrolls in a region of its own; keyboard users can reach it only when it takes the focus.
function reachable() {
  for (const region of document.querySelectorAll(".md-typeset__scrollwrap, .md-typeset__table")) {
    if (region.scrollWidth > region.clientWidth + 1 && getComputedStyle(region).overflowX === "auto") {
      region.tabIndex = 0;
      region.setAttribute("role", "region");
      region.setAttribute("aria-label", "Wide table, scrolls sideways");
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) region.removeAttribute(name);
    }
  }
}
window.addEventListener("load", reachable);
window.addEventListener("resize", reachable);

// On paper stands the address as it is read, with the day that was asked for.
window.addEventListener("beforeprint", () => {
  for (const place of document.querySelectorAll(".pb-address")) place.textContent = location.href;
});

// The theme's search dialog has no name of its own.
document.querySelector("[data-md-component=search]")?.setAttribute("aria-label", "Search");
