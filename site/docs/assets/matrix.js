// Tables that sort and filter: every table of class pb-matrix. The rows stand in the page; this only orders and hides them. The reader's
// own payers are those marked on the home page (home.js), which this browser keeps.
function mine() {
  try {
    return JSON.parse(localStorage.getItem("payerbook.payers")) || [];
  } catch {
    return []; // storage is switched off in this browser
  }
}

function unanswered(row) {
  const silent = (cell) => cell.querySelector(".pb-none, .pb-is-indeterminate") || /^(–|not known|no source found)$/.test(cell.innerText.trim());
  return [...row.cells].slice(1).every(silent);
}

function text(row, n) {
  const cell = row.cells[n];
  return (cell ? cell.innerText : "").trim();
}

function compare(one, other) {
  const numbers = [one, other].map((words) => (/^[$]?[\d,.]+/.test(words) ? parseFloat(words.replace(/[$,]/g, "")) : NaN));
  if (!numbers.some(Number.isNaN)) return numbers[0] - numbers[1] || one.localeCompare(other);
  return one.localeCompare(other, "en", { numeric: true });
}

for (const table of document.querySelectorAll("table.pb-matrix")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];

  heads.forEach((head, n) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      const sorted = [...rows].sort((one, other) => compare(text(one, n), text(other, n)) * (up ? 1 : -1));
      // Rows without an answer stay at the end, whichever way the others go.
      const silent = (row) => row.cells[n].querySelector(".pb-none, .pb-is-indeterminate") !== null;
      body.append(...sorted.filter((row) => !silent(row)), ...sorted.filter(silent));
    });
  });

  const own = mine().filter((payer) => rows.some((row) => row.id === payer));
  if (rows.length < 8 && !own.length) continue;
  const bar = document.createElement("div");
  bar.className = "pb-filter";
  const box = (name, words, wanted) => `<label${wanted ? "" : " hidden"}><input type="checkbox" name="${name}"> ${words}</label>`;
  bar.innerHTML = `<label>Filter <input type="search" autocomplete="off" placeholder="payer, code, word"></label>
    ${box("answered", "only with an answer", rows.some(unanswered))} ${box("own", `only my payers (${own.length})`, own.length)} <span role="status"></span>`;
  const [words, answered, owned] = bar.querySelectorAll("input");
  const status = bar.querySelector("[role=status]");
  function show() {
    const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const row of rows) {
      const held = `${row.id} ${row.innerText}`.toLowerCase();
      row.hidden = !wanted.every((word) => held.includes(word)) || (answered.checked && unanswered(row)) || (owned.checked && !own.includes(row.id));
      count += !row.hidden;
    }
    status.textContent = count === rows.length ? "" : `${count} of ${rows.length}`;
  }
  words.addEventListener("input", show);
  for (const box of [answered, owned]) box.addEventListener("change", show);
  table.closest(".pb-scroll").before(bar);
}
