// Answers on another day, from history.json (written by pages/asof.py). fold() does what answers/coverage.py does, box() and cells()
// write what pages/view.py writes; a test holds them against the engine.
const WORDS = {
  "covered": ["✓", "Covered"], "conditional": ["◐", "Covered on conditions"],
  "indeterminate": ["?", "Not known"], "not-covered": ["✕", "Not covered"],
};
const ORDER = Object.keys(WORDS);
const NEEDED = ["no-auth", "conditional", "auth-needed"];
const GRADES = ["A", "A*", "B", "C", "M"];

const esc = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const once = (list) => [...new Map(list.map((one) => [JSON.stringify(one), one])).values()];

// What the rules of a payer say on a day of service, by what was known on a day (empty = all that is on file).
function said(history, payer, dos, known) {
  const found = [];
  for (const [rule, editions] of history.payers[payer]) {
    let periods = [], place = -1;
    for (const [from, kept, more] of editions) if (from <= (known || "9999")) periods = periods.slice(0, kept).concat(more);
    for (const [from, piece] of periods) if (from <= dos) place = piece;
    if (place >= 0) found.push({ rule, ...history.pieces[place] });
  }
  return found;
}

function fold(history, payer, dos, known) {
  const every = said(history, payer, dos, known);
  const worst = Math.max(-1, ...every.filter((one) => one.covered).map((one) => ORDER.indexOf(one.covered)));
  const covered = worst < 0 ? "indeterminate" : ORDER[worst];
  const by = every.filter((one) => one.covered && one.covered === covered);
  const refused = covered === "not-covered";
  const left = every.filter((one) => !refused || !one.asks);
  let best = null;
  for (const one of left) if (one.needed && (!best || NEEDED.indexOf(one.needed) > NEEDED.indexOf(best.needed))) best = one;
  const items = (name) => left.flatMap((one) => (one[name] || []).map((item) => (Array.isArray(item) ? [item[0], one.rule, item[1]] : [item, one.rule, ""])));
  const open = [...every.filter((one) => one.weak).map((one) => [one.weak, one.rule, ""]), ...items("open")];
  const asked = best ? best.authorization.map((text, n) => [text, n ? null : best.rule, n ? "" : best.short]) : [["Not known", null, "not known"]];
  if (!refused && !best && !left.some((one) => one.asks && one.pending)) open.push([history.no_permission, null, ""]);
  const [modifiers, limits] = [items("modifiers"), items("limits")];
  const blocks = [
    ["Investigational", by.some((one) => one.investigational) ? [["The payer calls it investigational.", null, ""]] : []],
    ["Bill instead", by.flatMap((one) => one.use || []).map((code) => [code, null, ""])],
    ["Prior authorization", refused ? [] : asked], ["Modifiers", modifiers], ["Limits", limits],
    ["Documents", items("documents")], ["Diagnoses", items("diagnoses")], ["Not known", open],
  ];
  return {
    covered,
    why: by.length ? once(by.map((one) => one.why || "")) : [history.unsaid[(limits.length ? 2 : 0) + (best ? 1 : 0)]],
    blocks: blocks.filter(([, list]) => list.length).map(([name, list]) => [name, once(list)]),
    authorization: refused ? "–" : best ? best.short : "not known",
    limits: once(limits.map((one) => one[2])),
    modifiers: once(modifiers.map((one) => one[2])),
    sources: once(left.flatMap((one) => one.sources || [])).map((place) => history.sources[place]),
  };
}

const verdict = (covered) => `<span class="pb-is pb-is-${covered}"><span aria-hidden="true">${WORDS[covered][0]}</span> ${WORDS[covered][1]}</span>`;

function cited(source) {
  const name = source.url ? `<a href="${esc(source.url)}">${esc(source.title)}</a>` : esc(source.title);
  const parts = [source.section ? `, ${esc(source.section)}` : "", `. ${esc(source.publisher)}`, source.date ? `, ${esc(source.date)}` : ""];
  const checked = source.last_checked ? `; last checked ${source.last_checked}` : "";
  return `<span class="pb-grade">Grade ${esc(source.grade)}</span> ${name}${parts.join("")}${checked}.`;
}

function box(view, rules, root) {
  const item = ([text, rule]) => esc(text) + (rule ? ` <a class="pb-why" href="${esc(root + rules[rule].url)}" aria-label="Rule: ${esc(rules[rule].title)}">rule</a>` : "");
  const why = view.why.map((text) => `<p>${esc(text)}</p>`).join("");
  const blocks = view.blocks.map(([name, list]) => `<div><dt>${esc(name)}</dt>${list.map((one) => `<dd>${item(one)}</dd>`).join("")}</div>`).join("");
  const listed = view.sources.map((source) => `<li>${cited(source)}</li>`).join("");
  const sources = listed ? `<details><summary>Sources (${view.sources.length})</summary><ul>${listed}</ul></details>` : "<p>No source found.</p>";
  return `<p class="pb-verdict">${verdict(view.covered)}</p>${why}${blocks ? `<dl>${blocks}</dl>` : ""}${sources}`;
}

function proof(sources) {
  if (!sources.length) return "no source found";
  const grades = GRADES.filter((grade) => sources.some((source) => source.grade === grade)).join(", ");
  const checked = sources.map((source) => source.last_checked).filter(Boolean).sort()[0];
  return checked ? `${grades}; read ${checked}` : grades;
}

function cells(view) {
  const listed = (texts) => texts.map(esc).join("<br>") || "–";
  return [verdict(view.covered), esc(view.authorization), listed(view.limits), listed(view.modifiers), esc(proof(view.sources))];
}

// The page: a form for the two days, and whatever carries data-history is written anew. Without script the page shows the day of the site
// and the timeline.
async function start(place) {
  const { history: address, root, today } = place.dataset;
  const asked = new URLSearchParams(location.search);
  const form = document.createElement("form");
  form.className = "pb-asof";
  form.innerHTML = `<label>Date of service <input type="date" name="dos" required></label> <label>Known on <input type="date" name="known"></label>
    <button class="md-button">Show</button> <button class="md-button" type="button">Today</button>
    <a href="${esc(root)}reading/#another-day">What these days are</a>`;
  const status = document.createElement("p");
  status.className = "pb-asof-status";
  status.setAttribute("role", "status");
  place.append(form);
  const first = document.querySelector("[data-payer]");
  (first.closest(".pb-scroll") || first).before(status);
  let history = null;
  const original = new Map();
  const spots = () => document.querySelectorAll("[data-payer]");

  async function show(dos, known) {
    form.dos.value = dos || today;
    form.known.value = known || "";
    const plain = !dos || (dos === today && !known);
    if (plain) {
      for (const [spot, html] of original) spot.innerHTML = html;
      status.textContent = "";
      return;
    }
    try {
      history ||= await (await fetch(address)).json();
    } catch {
      status.textContent = "The history could not be loaded. The table below shows every period.";
      return;
    }
    for (const spot of spots()) {
      if (!history.payers[spot.dataset.payer]) continue;
      if (!original.has(spot)) original.set(spot, spot.innerHTML);
      const view = fold(history, spot.dataset.payer, dos, known);
      if (spot.tagName === "TR") spot.querySelectorAll("td > div").forEach((cell, n) => { cell.innerHTML = cells(view)[n]; });
      else spot.innerHTML = box(view, history.rules, root);
    }
    status.textContent = `Shown for ${dos}${known ? `, by what was known on ${known}` : ""}. This is not the answer of today.`;
  }

  function go(dos, known) {
    const query = new URLSearchParams(dos ? { dos, ...(known ? { known } : {}) } : {}).toString();
    window.history.replaceState(null, "", location.pathname + (query ? `?${query}` : "") + location.hash);
    show(dos, known);
  }
  form.addEventListener("submit", (event) => { event.preventDefault(); go(form.dos.value, form.known.value); });
  form.querySelector("[type=button]").addEventListener("click", () => go("", ""));
  await show(asked.get("dos"), asked.get("known"));
}

if (typeof document === "undefined") module.exports = { fold, box, cells };
else for (const place of document.querySelectorAll("[data-history]")) start(place);
