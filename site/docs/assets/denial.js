// The reader's own payer on the page of a denial code: its time limits and rules stand in the answer, taken from the table below.
// The choice stands in the address, so that it can be kept or sent. Payers starred on the home page come first.
const limits = document.querySelector(".pb-until");
const rows = [...document.querySelectorAll(".pb-by-payer tbody tr")];

function starred() {
  try {
    return JSON.parse(localStorage.getItem("payerbook.payers")) || [];
  } catch {
    return []; // storage is switched off in this browser
  }
}

if (limits && rows.length) {
  const mine = starred();
  const ordered = [...rows].sort((one, other) => mine.includes(other.dataset.payer) - mine.includes(one.dataset.payer));
  const label = document.createElement("label");
  const list = document.createElement("select");
  const found = document.createElement("dl");
  label.append("Your payer ", list);
  list.append(new Option("choose", ""), ...ordered.map((row) => new Option(row.cells[0].textContent, row.dataset.payer)));
  const told = document.createElement("div");
  told.setAttribute("role", "status");
  told.append(found);

  function show() {
    const row = rows.find((one) => one.dataset.payer === list.value);
    found.replaceChildren(...[...(row ? row.cells : [])].slice(1).map(fact));
  }

  function fact(cell) {
    const made = document.createElement("div");
    const name = document.createElement("dt");
    const said = document.createElement("dd");
    name.textContent = cell.dataset.label;
    said.append(...[...cell.firstChild.childNodes].map((node) => node.cloneNode(true)));
    made.append(name, said);
    return made;
  }

  list.addEventListener("change", () => {
    const address = new URL(location.href);
    if (list.value) address.searchParams.set("payer", list.value);
    else address.searchParams.delete("payer");
    history.replaceState(null, "", address);
    show();
  });
  const asked = new URLSearchParams(location.search).get("payer");
  list.value = rows.some((row) => row.dataset.payer === asked) ? asked : ordered.find((row) => mine.includes(row.dataset.payer))?.dataset.payer || "";
  limits.prepend(label, told);
  show();
}
