// Understands what billers type: finds codes, pairs, payers, denials and words of billing in a query, mends its spelling (never digits),
// and shows the pages that answer it above the hits of the index. Nothing leaves the page. `pages/search.py` writes what it knows.
const DENIAL = /(?:\b(?:co|pr|oa|pi|cr)[\s-]*|\b(?:carc|(?:reason|denial|adjustment|remit(?:tance)?|eob|era)(?:\s+reason)?(?:\s+codes?)?|denied)[\s#-]*(?:(?:co|pr|oa|pi|cr)[\s-]*)?)([abp]?\d{1,3})\b|\b([abp]?\d{1,3})\s+(?:denials?|carc)\b/g;
const REMARK = /\b(?:(?:rarc|remark(?:\s+codes?)?)[\s#-]*)?(ma?\d{1,3}|n\d{1,3})\b/g;
const CODE = /\b(\d{5}|\d{4}t|[a-z]\d{4})\b/g;
const ICD = /\b[a-tv-z]\d[0-9a-z](?:\.[0-9a-z]{1,4})\b|\b[a-tv-z]\d{2}\b/g;
const DAY = /\b(\d{4})-(\d\d)-(\d\d)\b|\b(\d{1,2})\/(\d{1,2})\/(\d{4})\b/g;
const IDLE = new Set("a an and are as at be by can cpt hcpcs code codes do does for from get has have how i if in is it its many me much my need of on or our should that the their them they this to use was we what whats when where which who why will with without you your bill billing billed together same day vs versus per about between patient patients insurance plan payer payers rule rules policy list".split(" "));
const MOST = 5;

const joined = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f']/g, "").replaceAll("&", " and ").replace(/[^a-z0-9]+/g, " ").trim();

// Steps from one word to another: a letter put in, left out, changed, or two swapped (Damerau-Levenshtein); `most` when there are more.
function steps(one, other, most) {
  if (Math.abs(one.length - other.length) > most) return most + 1;
  let before = [], last = Array.from({ length: other.length + 1 }, (_, n) => n);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const same = one[i - 1] === other[j - 1];
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    if (Math.min(...row) > most) return most + 1;
    [before, last] = [last, row];
  }
  return last[other.length];
}

function prepare(data) {
  const sets = [data.phrases, data.names, data.brands[1], data.lines[1], data.states[1]];
  data.known = new Set(data.words);
  data.keys = sets.flatMap(Object.keys).filter((key) => key.length > 6 && /^[a-z]+$/.test(key));
  for (const key of sets.flatMap(Object.keys)) data.known.add(key);
  data.edits = new Map();
  for (const [table, listed] of Object.entries(data.pairs)) {
    for (const edit of listed ? listed.split(";") : []) {
      const [paid, denied, bypass] = edit.split(" ");
      const pair = [paid, denied].sort().join(" ");
      if (!data.edits.has(pair)) data.edits.set(pair, { table, paid, denied, bypass: bypass === "1" });
    }
  }
  return data;
}

// The word meant by a misspelled one, or nothing; the nearest, then one that begins alike.
function mend(word, data) {
  if (word.length < 4 || /\d/.test(word) || data.known.has(word) || IDLE.has(word)) return null;
  const most = word.length < 6 ? 1 : 2;
  let best = null, cost = 99;
  for (const candidates of [data.words, data.keys]) {
    for (const other of candidates) {
      const taken = steps(word, other, most);
      const paid = taken + (other[0] === word[0] ? 0 : 0.5) + (other.startsWith(word) ? -0.6 : 0);
      if (taken <= most && paid < cost) [best, cost] = [other, paid];
    }
  }
  return best;
}

// The phrases in some words, longest first from the left: [set, places, first, end].
function mentions(tokens, data) {
  const sets = { word: data.phrases, payer: data.names, brand: data.brands[1], line: data.lines[1], state: data.states[1] };
  const found = [];
  for (let at = 0; at < tokens.length;) {
    let end = at;
    for (let to = Math.min(tokens.length, at + 8); to > at && end === at; to--) {
      const key = tokens.slice(at, to).join("");
      if (to - at === 1 && IDLE.has(key)) continue;
      for (const [set, listed] of Object.entries(sets)) {
        if (Object.hasOwn(listed, key)) { found.push({ set, places: listed[key], at, to, key }); end = to; }
      }
    }
    at = Math.max(end, at + 1);
  }
  return found;
}

function payersOf(found, data) {
  const of = (set) => found.filter((one) => one.set === set);
  const direct = new Set(of("payer").flatMap((one) => one.places));
  const brands = new Set(of("brand").flatMap((one) => one.places.map((place) => data.brands[0][place])));
  const lines = new Set(of("line").flatMap((one) => one.places.map((place) => data.lines[0][place])));
  const states = new Set(of("state").flatMap((one) => one.places.map((place) => data.states[0][place])));
  const long = of("state").some((one) => one.key.length > 2);
  if (!direct.size && !brands.size && !lines.size && !long) return [];
  const weighed = data.payers.map(([id, , brand, held, where], place) => {
    const named = direct.has(place) ? 4 : 0;
    const branded = brands.has(brand) ? 3 : 0;
    const sort = held.filter((line) => lines.has(line)).length;
    const here = where.some((state) => states.has(state));
    if (!named && brands.size && !branded) return [0, id];
    if (!named && lines.size && !sort) return [0, id];
    if (!named && states.size && (where.length ? !here : !(branded || sort))) return [0, id];
    const plain = held.includes("commercial") ? 0.2 : 0;
    return [named + branded + sort + (here ? 2 : states.size && where.length ? -2 : 0) + plain, id];
  });
  const best = Math.max(...weighed.map(([weight]) => weight));
  return weighed.filter(([weight]) => weight > 0 && weight >= best - 2).sort((one, other) => other[0] - one[0]).map(([, id]) => id);
}

// What a query means: { cards: [{title, url, text}], query: what the index is asked, mended: [[typed, meant]] }.
function understand(typed, data, raw = false) {
  let rest = ` ${typed.toLowerCase()} `;
  const take = (pattern, use) => { rest = rest.replace(pattern, (...found) => (use(found) ? " | " : found[0])); };
  const cards = [], denials = [], remarks = [], codes = [], odd = [];
  let dos = "", icd = null;
  take(DAY, (f) => { dos = f[1] ? f[0] : `${f[6]}-${f[4].padStart(2, "0")}-${f[5].padStart(2, "0")}`; return true; });
  take(ICD, (f) => { if (f[0].includes(".")) icd = f[0].toUpperCase(); return f[0].includes("."); });
  take(DENIAL, (f) => { const code = (f[1] || f[2]).toUpperCase(); if (code in data.denials || code in data.ended) denials.push(code); return code in data.denials || code in data.ended; });
  take(REMARK, (f) => { const code = f[1].toUpperCase(); if (code in data.remarks) remarks.push(code); return code in data.remarks; });
  take(CODE, (f) => { const code = f[0].toUpperCase(); if (/^\d{5}$/.test(code) && code in data.names) return false; (code in data.codes ? codes : odd).push(code); return true; });
  take(ICD, (f) => { icd = icd || f[0].toUpperCase(); return true; });
  const parts = rest.split("|").map((part) => joined(part).split(" ").filter(Boolean));
  let found = parts.map((tokens) => mentions(tokens, data));
  const mended = [];
  if (!raw) {
    parts.forEach((tokens, n) => {
      const taken = new Set(found[n].flatMap((one) => Array.from({ length: one.to - one.at }, (_, k) => one.at + k)));
      tokens.forEach((token, at) => {
        const meant = taken.has(at) ? null : mend(token, data);
        if (meant) { mended.push([token, meant]); tokens[at] = meant; }
      });
    });
    if (mended.length) found = parts.map((tokens) => mentions(tokens, data));
  }
  const all = found.flat();
  // Two letters can be a word or a state (PA): beside a brand or a program a state, alone the word.
  const program = all.some((one) => ["payer", "brand", "line"].includes(one.set));
  const double = (one) => one.key.length === 2 && all.some((other) => other.key === one.key && (other.set === "word") !== (one.set === "word"));
  const kept = all.filter((one) => !double(one) || (one.set === "word") !== program);
  const words = [...new Map(kept.filter((one) => one.set === "word").flatMap((one) => one.places).map((place) => [data.targets[place][1], data.targets[place]])).values()];
  const payers = payersOf(kept, data);
  const payer = (id) => data.payers.find((one) => one[0] === id);
  const ask = (address) => (dos ? address.replace(/(#.*)?$/, (anchor) => `?dos=${dos}${anchor}`) : address);
  const add = (title, url, text) => { if (!cards.some((card) => card.url === url)) cards.push({ title, url, text }); };

  for (const code of denials) {
    if (code in data.denials) add(`${data.denials[code][0].toUpperCase()} on a remittance`, `denial/${data.denials[code][0]}/`, data.denials[code][1]);
    else add(`${code} is used no more`, `denial/#ended-${code.toLowerCase()}`, data.ended[code].length ? `Now ${data.ended[code].join(", ")}.` : "");
  }
  for (const code of remarks) add(`${code} on a remittance`, `remark/${code.toLowerCase()}/`, data.remarks[code]);
  if (codes.length > 1) {
    for (let i = 0; i < codes.length; i++) {
      for (let j = i + 1; j < codes.length; j++) {
        const edit = data.edits.get([codes[i], codes[j]].sort().join(" "));
        const said = edit ? `${edit.denied} is denied${edit.bypass ? " unless a modifier says that they were separate" : "; no modifier parts them"}.` : "No pair of the table on file.";
        add(`${codes[i]} with ${codes[j]}`, `code/${codes[i]}/${edit ? `#${edit.table}` : ""}`, said);
      }
    }
  }
  for (const code of codes) {
    for (const id of payers.slice(0, 3)) {
      const [, name, , , , , own] = payer(id);
      add(`${code}, ${name}`, ask(own.includes(code) ? `payer/${id}/${code}/` : `code/${code}/#${id}`), data.codes[code]);
    }
  }
  const modifiers = words.filter((target) => target[3] === "modifiers" || target[3] === "code-pairs" || target[3] === "assistants");
  if (codes.length && !payers.length) for (const target of modifiers) if (codes.length === 1) add(target[0], target[1], target[2]);
  for (const code of codes) add(`${code}: ${data.codes[code]}`, ask(`code/${code}/`), payers.length ? "" : "What each payer says of it.");
  for (const id of codes.length ? [] : payers.slice(0, 3)) {
    const [, name, , , , topics] = payer(id);
    for (const target of words) {
      if (target[1] === "checklist/") for (const [visit] of data.visits.slice(0, 2)) add(`${visit[0].toUpperCase()}${visit.slice(1)} checklist, ${name}`, `checklist/${visit}-${id}/`, "");
      if (target[3] && topics.includes(target[3])) add(`${target[0]}, ${name}`, `rules/${id}/${target[3]}/`, target[2]);
    }
  }
  for (const id of payers.slice(0, 3)) add(payer(id)[1], `payer/${id}/`, "What it pays, limits and asks for.");
  for (const target of words.slice(0, 4)) add(target[0], target[1], target[2]);
  if (icd) add(`${icd}: diagnoses`, "topic/diagnoses/", "Whether a diagnosis is valid and fits; the command line checks the code itself.");
  for (const code of odd) {
    const near = Object.keys(data.codes).filter((one) => one.slice(0, 3) === code.slice(0, 3)).slice(0, 3);
    add(`${code} is not on file`, "code/", "All codes that are on file.");
    for (const one of near) add(`${one}: ${data.codes[one]}`, `code/${one}/`, "");
  }
  const plain = parts.flat().filter((token) => !IDLE.has(token));
  const query = [...codes, ...denials.map((code) => (data.denials[code] ? data.denials[code][0] : code)), ...remarks, ...(icd ? ["diagnosis"] : []), ...plain, ...words.slice(0, 1).map((one) => one[0])].join(" ");
  return { cards: cards.slice(0, MOST), query: raw ? typed : query.replace(/["():^~*+]/g, " ").trim() || typed, mended };
}

if (typeof module !== "undefined") module.exports = { prepare, understand, steps };
else {
  const input = document.querySelector("[data-md-component=search-query]");
  const place = document.querySelector(".md-search__scrollwrap");
  const base = new URL(`${JSON.parse(document.getElementById("__config").textContent).base}/`, location);
  const box = document.createElement("div");
  box.className = "pb-found";
  box.setAttribute("role", "status");
  let data = null, asked = null, raw = false;
  const esc = (text) => String(text).replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);

  async function load() {
    if (asked) return asked;
    asked = fetch(new URL("assets/aliases.json", base)).then((answer) => answer.json()).then((read) => { data = prepare(read); });
    await asked;
    input.dispatchEvent(new Event("keyup", { bubbles: true }));
    show();
  }

  function show() {
    const typed = input.value.trim();
    if (!data || typed.length < 2) { box.innerHTML = ""; return null; }
    const meant = understand(typed, data, raw);
    const words = meant.mended.map(([from, to]) => `<b>${esc(to)}</b> for ${esc(from)}`).join(", ");
    const spelled = words ? `<p>Searching ${words}. <button type="button" class="pb-as-typed">As typed</button></p>` : "";
    const cards = meant.cards.map((card) => `<a class="pb-found-card" href="${esc(new URL(card.url, base))}"><b>${esc(card.title)}</b><span>${esc(card.text)}</span></a>`).join("");
    box.innerHTML = spelled + cards + (cards ? "" : `<p>Look in the lists of <a href="${esc(new URL("code/", base))}">codes</a>, <a href="${esc(new URL("payer/", base))}">payers</a>, <a href="${esc(new URL("denial/", base))}">denials</a> or the <a href="${esc(new URL("glossary/", base))}">glossary</a>.</p>`);
    return meant;
  }

  // The theme sends each query to its worker; what goes there is the query as it was understood.
  const post = Worker.prototype.postMessage;
  Worker.prototype.postMessage = function (message, ...more) {
    const query = data && message && message.type === 2 && typeof message.data === "string" && message.data.trim();
    post.call(this, query ? { ...message, data: understand(query, data, raw).query } : message, ...more);
  };

  if (input && place) {
    place.prepend(box);
    input.addEventListener("focus", load);
    input.addEventListener("input", () => { raw = false; show(); });
    input.form.addEventListener("reset", () => setTimeout(show));
    input.addEventListener("keydown", (event) => {
      const first = box.querySelector(".pb-found-card");
      if (event.key === "Enter" && first) { event.preventDefault(); event.stopImmediatePropagation(); first.click(); }
    }, true);
    box.addEventListener("click", (event) => {
      if (!event.target.closest(".pb-as-typed")) return;
      raw = true;
      input.focus();
      input.dispatchEvent(new Event("keyup", { bubbles: true }));
      show();
    });
    if (new URLSearchParams(location.search).get("q")) load();
  }
}
