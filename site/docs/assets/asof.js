// Answers on another day, from history.json (written by pages/asof.py). fold() does what answers/coverage.py does, box() and cells()
// write what pages/view.py writes; a test holds them against the engine. A history is that of a code, by payer, or of a payer, by code.
const WORDS = {
  "covered": ["✓", "Covered"], "conditional": ["◐", "Covered on conditions"],
  "indeterminate": ["?", "Not known"], "not-covered": ["✕", "Not covered"],
};
const ORDER = Object.keys(WORDS);
const NEEDED = ["no-auth", "conditional", "auth-needed"];
const GRADES = ["A", "A*", "B", "C", "M"];
const UNKNOWN = "Not known";
const OPEN = 3;
const NO_SOURCE = "no source found";
const LINES = 4;
const MARKS = {
  "covered": "✓", "not covered": "✕", "covered on conditions": "◐", "needed": "●", "not needed": "○", "depends": "◐",
  "yes": "●", "no": "○", "taken": "✓", "not taken": "✕",
};

const esc = (text) => String(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const once = (list) => [...new Map(list.map((one) => [JSON.stringify(one), one])).values()];

// What the rules of a payer (or on a code) say on a day of service, by what was known on a day (empty = all that is on file).
function said(history, which, dos, known) {
  const found = [];
  for (const [rule, editions] of (history.payers || history.codes)[which] || []) {
    let periods = [], place = -1;
    for (const [from, kept, more] of editions) if (from <= (known || "9999")) periods = periods.slice(0, kept).concat(more);
    for (const [from, piece] of periods) if (from <= dos) place = piece;
    if (place >= 0) found.push({ rule, ...history.pieces[place] });
  }
  return found;
}

function fold(history, which, dos, known) {
  const every = said(history, which, dos, known);
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
    ["Documents", items("documents")], ["Diagnoses", items("diagnoses")], [UNKNOWN, open],
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

function cited(source, passages) {
  const name = source.url ? `<a href="${esc(source.url)}">${esc(source.title)}</a>` : esc(source.title);
  const parts = [passages ? `, ${esc(passages)}` : "", `. ${esc(source.publisher)}`, source.date ? `, ${esc(source.date)}` : ""];
  const checked = source.last_checked ? `; last checked ${source.last_checked}` : "";
  const newer = source.superseded ? "; a newer edition exists that was not read" : "";
  return `<span class="pb-grade">Grade ${esc(source.grade)}</span> ${name}${parts.join("")}${checked}${newer}.`;
}

// The documents, each once with the passages that are cited.
function documents(sources) {
  const found = new Map();
  for (const source of sources) {
    const key = JSON.stringify({ ...source, section: null });
    if (!found.has(key)) found.set(key, [source, new Set()]);
    if (source.section) found.get(key)[1].add(source.section);
  }
  const listed = [...found.values()].map(([source, passages]) => `<li>${cited(source, [...passages].join("; "))}</li>`).join("");
  return listed ? `<details><summary>Sources (${found.size})</summary><ul>${listed}</ul></details>` : "";
}

function points(name, list, rules, root) {
  const item = ([text, rule]) => {
    if (!rule) return esc(text);
    const [address, title] = [esc(root + rules[rule].url), esc(rules[rule].title)];
    if (name === UNKNOWN) return `<a href="${address}">${title}</a>: ${esc(text)}`;
    return `${esc(text)} <a class="pb-why" href="${address}" aria-label="Rule: ${title}">rule</a>`;
  };
  const shown = name === UNKNOWN ? list.slice(0, OPEN) : list;
  const more = list.slice(shown.length).map((one) => `<p>${item(one)}</p>`).join("");
  const folded = more ? `<dd><details><summary>${list.length - shown.length} more</summary>${more}</details></dd>` : "";
  return shown.map((one) => `<dd>${item(one)}</dd>`).join("") + folded;
}

function box(view, rules, root) {
  const why = view.why.map((text) => `<p>${esc(text)}</p>`).join("");
  const blocks = view.blocks.map(([name, list]) => `<div><dt>${esc(name)}</dt>${points(name, list, rules, root)}</div>`).join("");
  const proved = `<p class="pb-proof">Proof: ${proof(view.sources)}</p>`;
  return `<p class="pb-verdict">${verdict(view.covered)}</p>${why}${proved}${blocks ? `<dl>${blocks}</dl>` : ""}${documents(view.sources)}`;
}

function proof(sources) {
  if (!sources.length) return "no source found";
  const grades = GRADES.filter((grade) => sources.some((source) => source.grade === grade)).join(", ");
  const checked = sources.map((source) => source.last_checked).filter(Boolean).sort()[0];
  return `grade ${grades}${checked ? `; read <time>${checked}</time>` : ""}`;
}

function cells(view) {
  const listed = (texts) => texts.map(esc).join("<br>") || "–";
  return [verdict(view.covered), esc(view.authorization), listed(view.limits), listed(view.modifiers), proof(view.sources)];
}

// A point of a payer's card, as pages/comparing.py writes it; `known` and `dos` choose it as they choose the rules' pieces.
function pointOn(history, column, dos, known) {
  let periods = [], place = 0;
  for (const [from, kept, more] of history.card[column]) if (from <= (known || "9999")) periods = periods.slice(0, kept).concat(more);
  for (const [from, point] of periods) if (from <= dos) place = point;
  return history.points[place];
}

function point(found, root) {
  if (found.answer === null) {
    const reason = found.words === NO_SOURCE ? "" : ` <small>${esc(found.reason || "")}</small>`;
    return `<span class="pb-none">${esc(found.words)}</span>${reason}`;
  }
  const begins = Object.keys(MARKS).filter((words) => found.words.startsWith(words)).sort((one, other) => other.length - one.length)[0];
  const mark = begins ? `<span class="pb-sign" aria-hidden="true">${MARKS[begins]}</span> ` : "";
  const lines = found.words.split("; ").map(esc);
  const first = lines.length <= LINES + 1 ? lines : lines.slice(0, LINES);
  const rest = lines.slice(first.length).join("<br>");
  const [rule] = found.rules || [];
  const words = first.join("<br>");
  const shown = rule ? `<a href="${esc(root + rule.url)}">${words}</a> <span class="pb-grade">${esc(found.grade || "")}</span>` : words;
  const folded = rest ? ` <details class="pb-fold"><summary>${lines.length - first.length} more</summary><p>${rest}</p></details>` : "";
  return mark + shown + folded;
}

// The codes of a payer with the same answer, as pages/bycode.py puts them together; `own`: codes that stand there whatever is said of them.
function grouped(history, own, dos, known) {
  const [found, silent] = [new Map(), []];
  for (const code of history.order) {
    const view = fold(history, code, dos, known);
    if (!view.sources.length && !own.has(code)) { silent.push(code); continue; }
    const html = cells(view), key = JSON.stringify(html);
    if (!found.has(key)) found.set(key, { rank: ORDER.indexOf(view.covered), cells: html, codes: [] });
    found.get(key).codes.push(code);
  }
  const groups = [...found.values()].sort((one, other) => one.rank - other.rank || other.codes.length - one.codes.length);
  return { groups, silent: silent.sort() };
}

// The form that asks for a day (and, before it, `more`); `show` is called with what the address asks, and again with what is entered.
// What it shows for the day of the site must be what the page says without script.
async function asking(place, more, show) {
  const { root, today } = place.dataset;
  const form = document.createElement("form");
  form.className = "pb-asof";
  form.innerHTML = `${more}<label>Date of service <input type="date" name="dos" required></label>
    <button class="md-button md-button--primary">Show</button> <button class="md-button" type="button" hidden>Today</button>
    <details><summary>By what was known on a day</summary><label>Known on <input type="date" name="known"></label>
    <a href="${esc(root)}reading/#another-day">What these days are</a></details>`;
  const status = document.createElement("p");
  status.className = "pb-asof-status";
  status.setAttribute("role", "status");
  const first = document.querySelector("[data-payer], .pb-at-a-glance");
  (first.closest(".pb-scroll") || first).before(status);
  place.append(form);
  const back = form.querySelector("[type=button]");
  const fields = [...form.elements].filter((field) => field.name);

  async function shown(asked) {
    for (const field of fields) field.value = asked.get(field.name) || (field.name === "dos" ? today : "");
    const [dos, known] = [form.dos.value, form.known.value];
    const plain = dos === today && !known;
    back.hidden = plain;
    form.querySelector("details").open = Boolean(known);
    try {
      await show(dos, known, plain, form);
      status.textContent = plain ? "" : `Shown for ${dos}${known ? `, by what was known on ${known}` : ""}. This is not the answer of today.`;
    } catch {
      status.textContent = "The history could not be loaded. What you see is the answer of today.";
    }
  }
  function go() {
    const asked = new URLSearchParams(fields.filter((field) => field.value && !(field.name === "dos" && field.value === today)).map((field) => [field.name, field.value.trim()]));
    window.history.replaceState(null, "", location.pathname + (String(asked) ? `?${asked}` : "") + location.hash);
    return shown(asked);
  }
  form.addEventListener("submit", (event) => { event.preventDefault(); go(); });
  back.addEventListener("click", () => { form.dos.value = today; form.known.value = ""; go(); });
  await shown(new URLSearchParams(location.search));
}

// Fills an element for another day, and puts back what stood there.
const original = new Map();
function fill(spot, html) {
  if (!original.has(spot)) original.set(spot, spot.innerHTML);
  spot.innerHTML = html === null ? original.get(spot) : html;
  if (spot.parentNode.tagName === "TD") spot.parentNode.classList.toggle("pb-empty", spot.innerHTML === "–");
}

// The page of a code, or of a code for a payer: whatever carries data-payer is written anew.
function start(place) {
  let history = null;
  return asking(place, "", async (dos, known, plain) => {
    if (!plain) history ||= await (await fetch(place.dataset.history)).json();
    for (const spot of document.querySelectorAll("[data-payer]")) {
      const view = plain || !history.payers[spot.dataset.payer] ? null : fold(history, spot.dataset.payer, dos, known);
      if (spot.tagName === "TR") spot.querySelectorAll("td > div").forEach((cell, n) => fill(cell, view && cells(view)[n]));
      else fill(spot, view && box(view, history.rules, place.dataset.root));
    }
  });
}

if (typeof document === "undefined") module.exports = { fold, box, cells, pointOn, point, grouped };
else for (const place of document.querySelectorAll("[data-history]")) start(place);
