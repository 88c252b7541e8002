// Some payers side by side on one code, from the index.json of the code's page; the choice stands in the address (with asof.js).
const form = document.querySelector(".pb-compare");
const place = document.querySelector(".pb-compared");
const NAMES = ["a", "b", "c", "d"];

const cell = (found, root) => (found ? point(found, root) : `<span class="pb-none">${NO_SOURCE}</span>`);

async function show() {
  const code = form.code.value.trim().toUpperCase();
  const wanted = [...new Set(NAMES.map((name) => form[name].value).filter(Boolean))];
  const { root } = form.dataset;
  let data;
  try {
    const answer = await fetch(`${root}code/${encodeURIComponent(code)}/index.json`);
    if (!answer.ok) throw new Error();
    data = await answer.json();
  } catch {
    place.innerHTML = `<p>There is no page for the code ${esc(code)}. The <a href="${root}code/">list of codes</a> has all that are on file.</p>`;
    return;
  }
  const payers = wanted.map((id) => data.payers.find((one) => one.payer === id));
  const rows = Object.entries(JSON.parse(form.dataset.points)).map(([point, title]) => {
    const cells = payers.map((payer) => payer.cells[point]);
    return { title, cells, differs: new Set(cells.map((one) => (one && one.answer) || "")).size > 1 };
  });
  rows.sort((one, other) => other.differs - one.differs);
  const heads = payers.map((payer) => `<th scope="col"><a href="${esc(root + payer.url)}">${esc(payer.title)}</a></th>`).join("");
  const body = rows.map((row) => `<tr${row.differs ? ' class="pb-differs"' : ""}><th scope="row">${esc(row.title)}${row.differs ? "" : " <small>(same)</small>"}</th>
    ${row.cells.map((one, n) => `<td data-label="${esc(payers[n].title)}"><div>${cell(one, root)}</div></td>`).join("")}</tr>`).join("");
  place.innerHTML = `<div class="pb-scroll"><table class="pb-table"><caption>${esc(data.code)} (${esc(data.label)}), as of ${esc(data.as_of)}</caption>
    <thead><tr><th scope="col">Point</th>${heads}</tr></thead><tbody>${body}</tbody></table></div>`;
}

if (form) {
  const asked = new URLSearchParams(location.search);
  const first = [...form.a.options].map((option) => option.value);
  NAMES.forEach((name, n) => { form[name].value = asked.get(name) || (n < 2 && !asked.has("a") ? first[Math.min(n, first.length - 1)] : n ? "" : first[0]); });
  form.code.value = asked.get("code") || "97110";
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = new URLSearchParams([...NAMES, "code"].map((name) => [name, form[name].value]).filter(([, value]) => value));
    history.replaceState(null, "", `?${chosen}`);
    show();
  });
  show();
}
