// The reader's own payers: a star beside each payer of the home page; the choice is kept in this browser and sent nowhere.
const KEPT = "payerbook.payers";
const mine = document.querySelector(".pb-mine");

function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) || [];
  } catch {
    return []; // storage is switched off in this browser
  }
}

function keep(payers) {
  try {
    localStorage.setItem(KEPT, JSON.stringify(payers));
  } catch {
    // the stars then last as long as the page
  }
}

if (mine) {
  let chosen = kept();
  const entries = [...document.querySelectorAll(".pb-payers > li")];
  const list = mine.querySelector(".pb-mine-list");
  const none = mine.querySelector(".pb-mine-none");

  function show() {
    const marked = entries.filter((entry) => chosen.includes(entry.dataset.payer));
    none.hidden = marked.length > 0;
    list.replaceChildren(...marked.map(card));
    for (const entry of entries) {
      const on = chosen.includes(entry.dataset.payer);
      const star = entry.querySelector("button");
      star.setAttribute("aria-pressed", on);
      star.textContent = on ? "★" : "☆";
    }
  }

  function card(entry) {
    const made = document.createElement("li");
    const changes = document.createElement("a");
    changes.href = entry.dataset.changes;
    changes.textContent = entry.dataset.latest ? `last change ${entry.dataset.latest}` : "changes";
    made.append(entry.querySelector("a").cloneNode(true), changes);
    return made;
  }

  for (const entry of entries) {
    const star = document.createElement("button");
    star.type = "button";
    star.className = "pb-star";
    star.setAttribute("aria-label", `My payer: ${entry.textContent.trim()}`);
    star.addEventListener("click", () => {
      const id = entry.dataset.payer;
      chosen = chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id];
      keep(chosen);
      show();
    });
    entry.prepend(star);
  }
  mine.hidden = false;
  show();
  if (chosen.length) document.querySelector(".pb-hero").after(mine); // who has chosen finds them first
}
