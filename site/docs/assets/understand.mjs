// Understands what billers type: finds codes, pairs, payers, denials, months and words of billing in a query, and mends its spelling (never
// digits). `pages/search.py` writes what it knows; `search.mjs` shows what comes out.
const DENIAL = /(?:\b(?:co|pr|oa|pi|cr)[\s-]*|\b(?:carc|(?:reason|denial|adjustment|remit(?:tance)?|eob|era)(?:\s+reason)?(?:\s+codes?)?|denied)[\s#-]*(?:(?:co|pr|oa|pi|cr)[\s-]*)?)([abp]?\d{1,3})\b|\b([abp]?\d{1,3})\s+(?:denials?|carc)\b/g;
const REMARK = /\b(?:(?:rarc|remark(?:\s+codes?)?)[\s#-]*)?(ma?|n)(?:(\d{1,3})|[\s-](\d{2,3}))\b/g;
const GLUED = /\b(\d{5}|\d{4}t|[a-z]\d{4})((?:[a-z][a-z0-9])+)\b/g;
const CODE = /\b(\d{5}|\d{4}t|[a-z]\d{4})\b/g;
const ICD = /\b[a-tv-z]\d[0-9a-z](?:\.[0-9a-z]{1,4})\b|\b[a-tv-z]\d{2}\b/g;
const DAY = /\b(\d{4})-(\d\d)-(\d\d)\b|\b(\d{1,2})\/(\d{1,2})\/(\d{4})\b/g;
const MONTH = /\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+(20\d\d)\b/g;
const MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split(" ");
const MONEY = /\$?\b(\d{1,3}),(\d{3})\b(?:\.00\b)?/g;
const IDLE = new Set("a an and are as at be by can cpt hcpcs code codes do does for from get has have how i if in is it its many me much my need of on or our should that the their them they this to use was we what whats when where which who why will with without you your bill billing billed together same day vs versus per about between patient patients insurance plan payer payers rule rules policy list".split(" "));
const COUNTED = /^(min|minutes?|units?|visits?|days?|times?|percent)$/;
const GENERAL = /^(how|which|what|is|covered|coverage)/; // what is asked of a subject that stands beside it
const MODIFIER = /^(modifier)?[a-z0-9]{2}(modifier)?$/;
const MOST = 5;

const joined = (text) => text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f']/g, "").replaceAll("&", " and ").replace(/[^a-z0-9]+/g, " ").trim();
const alike = (one, other) => one === other || (Math.min(one.length, other.length) >= 4 && (one.startsWith(other) || other.startsWith(one)));

// Steps from one word to another: a letter put in, left out, changed, or two swapped (Damerau-Levenshtein); more than `most` when there are more.
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

export function prepare(data) {
  data.sets = { word: data.phrases, payer: data.names, brand: data.brands[1], line: data.lines[1], state: data.states[1] };
  const keys = Object.values(data.sets).flatMap(Object.keys);
  data.known = new Set([...data.words, ...keys]);
  data.keys = keys.filter((key) => key.length > 6 && /^[a-z]+$/.test(key));
  data.labels = Object.entries(data.codes).map(([code, label]) => [code, joined(label).split(" ")]);
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

const odd = (word, data) => word.length >= 4 && !/\d/.test(word) && !data.known.has(word) && !IDLE.has(word);

// The word meant by a misspelled one, or nothing; the nearest, then one that begins alike. A short word has to be nearer.
function mend(word, data) {
  const most = word.length < 6 ? 1 : 2;
  let best = null, cost = 99;
  for (const candidates of [data.words, data.keys]) {
    for (const other of candidates) {
      const taken = steps(word, other, most);
      if (taken > most || (taken > 1 && word.length < 8 && other.slice(0, 3) !== word.slice(0, 3))) continue;
      const paid = taken + (other[0] === word[0] ? 0 : 0.5) + (other.startsWith(word) ? -0.6 : 0) + Math.abs(other.length - word.length) / 10;
      if (paid < cost) [best, cost] = [other, paid];
    }
  }
  return best;
}

// The phrase meant by two to four words of which one is unknown: "eight minit rule".
function mendPhrase(tokens, at, data) {
  for (let size = 4; size > 1; size--) {
    for (let from = Math.max(0, at - size + 1); from <= at && from + size <= tokens.length; from++) {
      const typed = tokens.slice(from, from + size).join("");
      const meant = typed.length > 7 && !/\d/.test(typed) && data.keys.find((key) => steps(typed, key, 2) <= 2);
      if (meant) return { from, size, meant };
    }
  }
  return null;
}

// The phrases in some words, longest first from the left: [{set, places, tokens, at, to, key}].
function mentions(tokens, sets) {
  const found = [];
  for (let at = 0; at < tokens.length;) {
    let end = at;
    for (let to = Math.min(tokens.length, at + 8); to > at && end === at; to--) {
      const key = tokens.slice(at, to).join("");
      if (to - at === 1 && IDLE.has(key)) continue;
      for (const [set, listed] of Object.entries(sets)) {
        if (Object.hasOwn(listed, key)) { found.push({ set, places: listed[key], tokens, at, to, key }); end = to; }
      }
    }
    at = Math.max(end, at + 1);
  }
  return found;
}

const covers = (found, at) => found.some((one) => one.at <= at && at < one.to);

// The mentions in some words once their spelling is mended in place; what was mended goes into `mended`, save for mere endings.
function spelled(tokens, data, mended) {
  let found = mentions(tokens, data.sets);
  for (let at = 0; at < tokens.length; at++) {
    if (covers(found, at) || !odd(tokens[at], data)) continue;
    const meant = mend(tokens[at], data);
    const phrase = meant ? null : mendPhrase(tokens, at, data);
    if (meant) {
      if (!alike(tokens[at], meant)) mended.push([tokens[at], meant]);
      tokens[at] = meant;
    } else if (phrase) {
      mended.push([tokens.slice(phrase.from, phrase.from + phrase.size).join(" "), phrase.meant]);
      tokens.splice(phrase.from, phrase.size, phrase.meant);
    } else continue;
    found = mentions(tokens, data.sets);
  }
  return found;
}

// The payers that the mentions mean, best first, and whether too many are meant alike to name them.
function payersOf(found, data) {
  const of = (set) => found.filter((one) => one.set === set);
  const keys = (set, list) => new Set(of(set).flatMap((one) => one.places.map((place) => list[place])));
  const [brands, lines, states] = [keys("brand", data.brands[0]), keys("line", data.lines[0]), keys("state", data.states[0])];
  const program = (one) => Object.hasOwn(data.lines[1], one.key); // beside a brand "Medicare" is the brand's plan
  const direct = new Set(of("payer").filter((one) => !brands.size || !program(one)).flatMap((one) => one.places));
  const long = of("state").some((one) => one.key.length > 2);
  if (!direct.size && !brands.size && !lines.size && !long) return { ids: [], vague: 0, states: [] };
  const resident = [...lines].some((line) => data.lines[2].includes(line));
  const weighed = data.payers.map(([id, , brand, held, where], place) => {
    const branded = brands.has(brand) ? 3 : 0;
    const named = !direct.has(place) ? 0 : brands.size && !branded ? 2 : 4;
    const sort = held.filter((line) => lines.has(line)).length;
    const here = where.some((state) => states.has(state));
    if (!named && brands.size && !branded) return [0, id];
    if (!named && lines.size && !sort) return [0, id];
    if (!named && states.size && (where.length || resident ? !here : !(branded || sort))) return [0, id];
    const plain = held.includes("commercial") ? 0.2 : 0;
    return [named + branded + sort + (here ? 2 : states.size && where.length ? -2 : 0) + plain, id];
  });
  const best = Math.max(...weighed.map(([weight]) => weight));
  const ids = weighed.filter(([weight]) => weight > 0 && weight >= best - 2).sort((one, other) => other[0] - one[0]).map(([, id]) => id);
  const equal = best > 0 ? weighed.filter(([weight]) => weight >= best - 0.2).length : 0;
  return { ids, vague: equal > 3 ? equal : 0, states: [...states] };
}

// What stands in a query by its form, and the words that are left, in parts between them.
function recognize(typed, data) {
  let rest = ` ${typed.toLowerCase().replace(GLUED, (all, code, more) => (code.toUpperCase() in data.codes ? `${code} ${more.match(/../g).join(" ")}` : all)).replace(MONEY, "$1$2")} `;
  const take = (pattern, use) => { rest = rest.replace(pattern, (...found) => (use(found) ? " | " : found[0])); };
  const said = { dos: "", month: "", icd: null, denials: [], remarks: [], codes: [], odd: [] };
  const denial = (code) => (code in data.denials || code in data.ended) && said.denials.push(code);
  take(DAY, (f) => { said.dos = f[1] ? f[0] : `${f[6]}-${f[4].padStart(2, "0")}-${f[5].padStart(2, "0")}`; return true; });
  take(MONTH, (f) => { said.month = `${f[2]}-${String(MONTHS.indexOf(f[1]) + 1).padStart(2, "0")}`; return true; });
  take(ICD, (f) => { if (f[0].includes(".")) said.icd = f[0].toUpperCase(); return f[0].includes("."); });
  take(DENIAL, (f) => denial((f[1] || f[2]).toUpperCase()));
  take(REMARK, (f) => {
    const [letters, digits] = [f[1].toUpperCase(), f[2] || f[3]];
    const code = [letters + digits, letters + digits.padStart(2, "0")].find((one) => one in data.remarks);
    return code && said.remarks.push(code);
  });
  take(CODE, (f) => {
    const code = f[0].toUpperCase();
    if (/^\d{5}$/.test(code) && code in data.names) return false;
    (code in data.codes ? said.codes : said.odd).push(code);
    return true;
  });
  take(ICD, (f) => { said.icd = said.icd || f[0].toUpperCase(); return true; });
  const alone = /^\s*#?([abp]?\d{1,3})\s*$/.exec(rest);
  said.bare = alone && alone[1].toUpperCase() in data.denials ? alone[1].toUpperCase() : null;
  said.parts = rest.split("|").map((part) => joined(part).split(" ").filter(Boolean));
  return said;
}

// A query as it is understood: what stands in it by its form, the words and payers that it names, and the codes whose labels it holds.
function read(typed, data, raw) {
  const said = recognize(typed, data);
  const mended = [];
  const all = said.parts.flatMap((tokens) => (raw ? mentions(tokens, data.sets) : spelled(tokens, data, mended)));
  // Two letters can be a word or a state (PA): beside a brand or a program a state, alone the word.
  const program = all.some((one) => ["payer", "brand", "line"].includes(one.set));
  const double = (one) => one.key.length === 2 && all.some((other) => other.key === one.key && (other.set === "word") !== (one.set === "word"));
  const counted = (one) => /^\d+$/.test(one.key) && COUNTED.test(one.tokens[one.to]); // 22 minutes are no modifier 22
  const kept = all.filter((one) => !counted(one) && (!double(one) || (one.set === "word") !== program));
  // "medicare pays" names a payer once a code stands beside it.
  const { word, ...whose } = data.sets;
  if (said.codes.length) kept.push(...kept.filter((one) => one.set === "word").flatMap((one) => mentions(one.tokens.slice(one.at, one.to), whose)));
  const named = kept.filter((one) => one.set === "word").map((one) => ({ key: one.key, targets: one.places.map((place) => data.targets[place]) }));
  named.sort((one, other) => GENERAL.test(one.key) - GENERAL.test(other.key)); // "how often recert" is about the certification
  const words = [...new Map(named.flatMap((one) => one.targets).map((target) => [target[1], target])).values()];
  const { ids, vague, states } = payersOf(kept, data);
  const others = kept.filter((one) => one.set !== "word");
  const free = said.parts.flatMap((tokens) => tokens.filter((token, at) => !IDLE.has(token) && !covers(others.filter((one) => one.tokens === tokens), at)));
  const spans = (one) => free.every((token) => one.tokens.slice(one.at, one.to).includes(token));
  const whole = said.codes.length > 0 || kept.some((one) => one.set === "word" && spans(one));
  const [labeled, titled] = whole ? [[], []] : [labelsIn(free, data), titlesIn(free, data)];
  return { ...said, typed, data, mended, kept, program, named, words, ids, vague, states, payers: vague ? [] : ids.slice(0, 3), labeled, titled };
}

const within = (some, all) => some.length > 1 && some.every((one) => all.some((other) => alike(one, other)));

// The codes whose label holds all the words, or whose whole label stands in them; main codes first, then those that begin like the words.
function labelsIn(words, data) {
  const found = data.labels.filter(([, label]) => within(words, label) || within(label, words));
  const strange = ([code, label]) => 100 * data.extra.includes(code) + 50 * !alike(label[0], words[0]) + label.length;
  return found.sort((one, other) => strange(one) - strange(other)).slice(0, 2).map(([code]) => code);
}

// The pages whose title holds all the words.
const titlesIn = (words, data) => data.targets.filter((target) => !target[1].startsWith("code/") && within(words, joined(target[0]).split(" ")));

// The pages that answer a query, best first.
class Cards {
  constructor(query) {
    Object.assign(this, query);
    this.list = [];
  }

  add(title, url, text) {
    if (!this.list.some((card) => card.url === url)) this.list.push({ title, url, text });
  }

  word([title, url, text]) {
    this.add(title, url, text);
  }

  has(url) {
    return this.words.some((target) => target[1] === url);
  }

  payer(id) {
    return this.data.payers.find((one) => one[0] === id);
  }

  onDay(address) {
    return this.dos ? address.replace(/(#.*)?$/, (anchor) => `?dos=${this.dos}${anchor}`) : address;
  }

  denial(code) {
    const { denials, ended } = this.data;
    if (code in denials) this.add(`${denials[code][0].toUpperCase()} on a remittance`, `denial/${denials[code][0]}/`, denials[code][1]);
    else this.add(`${code} is used no more`, `denial/#ended-${code.toLowerCase()}`, ended[code].length ? `Now ${ended[code].join(", ")}.` : "");
  }

  payerPage(id) {
    this.add(this.payer(id)[1], `payer/${id}/`, "What it pays, limits and asks for.");
  }

  code(code) {
    this.add(`${code}: ${this.data.codes[code]}`, this.onDay(`code/${code}/`), this.payers.length ? "" : "What each payer says of it.");
  }

  codeOf(code, id) {
    const [, name, , , , , own] = this.payer(id);
    this.add(`${code}, ${name}`, this.onDay(own.includes(code) ? `payer/${id}/${code}/` : `code/${code}/#${id}`), this.data.codes[code]);
  }

  pair(code, other) {
    const edit = this.data.edits.get([code, other].sort().join(" "));
    const parted = edit?.bypass ? " unless a modifier says that they were separate" : "; no modifier parts them";
    this.add(`${code} with ${other}`, `code/${code}/${edit ? `#${edit.table}` : ""}`, edit ? `${edit.denied} is denied${parted}.` : "The table of code pairs on file does not pair these two.");
  }

  // What stands in the query by its form: codes of remittances, procedure codes and pairs of them.
  byForm() {
    this.denials.forEach((code) => this.denial(code));
    for (const code of this.remarks) this.add(`${code} on a remittance`, `remark/${code.toLowerCase()}/`, this.data.remarks[code]);
    this.codes.forEach((code, n) => this.codes.slice(n + 1).forEach((other) => this.pair(code, other)));
    for (const code of this.codes) for (const id of this.payers) this.codeOf(code, id);
    const modifiers = this.named.filter((one) => MODIFIER.test(one.key));
    if (this.codes.length === 1 && !this.payers.length && modifiers.length === 1) modifiers[0].targets.forEach((target) => this.word(target));
    this.codes.forEach((code) => this.code(code));
  }

  // A denial told in words ("denied as duplicate"): the codes that the rules of that topic lead to.
  denialInWords() {
    if (!this.has("denial/") || this.has("topic/appeals/")) return;
    for (const target of this.words) for (const code of this.data.denied[target[3]] || []) this.denial(code);
  }

  comparison() {
    if (!this.has("compare/") && !/\b(vs|versus)\b/i.test(this.typed)) return;
    const named = this.kept.filter((one) => one.set === "payer" || one.set === "brand").map((one) => payersOf([one], this.data).ids[0]);
    const sides = [...new Set(named)].slice(0, 4);
    const asked = [...sides.map((id, n) => `${"abcd"[n]}=${id}`), ...this.codes.slice(0, 1).map((code) => `code=${code}`)].join("&");
    if (sides.length > 1) this.add(sides.map((id) => this.payer(id)[1]).join(" beside "), `compare/?${asked}`, "Point by point, what differs first.");
  }

  // A word about a payer: its rules on the topic, its checklists, its changes.
  wordOf(target) {
    for (const id of this.payers) {
      const [, name, , , , topics] = this.payer(id);
      const visits = target[1] === "checklist/" ? this.data.visits.slice(0, 2) : [];
      for (const [visit] of visits) this.add(`${visit[0].toUpperCase()}${visit.slice(1)} checklist, ${name}`, `checklist/${visit}-${id}/`, "");
      if (target[1] === "changes/") this.add(`What changed, ${name}`, `changes/${id}/`, target[2]);
      if (target[3] && topics.includes(target[3])) this.add(`${target[0]}, ${name}`, `rules/${id}/${target[3]}/`, target[2]);
      else if (target[3] && id === this.payers[0]) this.payerPage(id); // the payer meant first, before the rules of its kin
    }
  }

  // Words with a payer: what the payer says on them; a service that has a code goes before what else is said of it.
  wordsOfPayer() {
    if (this.codes.length || !this.payers.length) return;
    const services = this.words.map((target) => /^code\/(\w+)\/$/.exec(target[1])?.[1]).filter(Boolean);
    const plain = this.named.filter((one) => !GENERAL.test(one.key) && !one.targets.some((target) => target[1].startsWith("code/")));
    for (const one of plain) one.targets.forEach((target) => this.wordOf(target));
    for (const code of [...new Set([...services, ...this.labeled])].slice(0, 2)) for (const id of this.payers.slice(0, 2)) this.codeOf(code, id);
    this.words.forEach((target) => this.wordOf(target));
  }

  byName() {
    if (!this.payers.length) this.labeled.forEach((code) => this.code(code));
    this.titled.slice(0, 2).forEach((target) => this.word(target));
    const month = this.data.months.includes(this.month) && (this.has("changes/") || !this.words.length);
    if (month) this.add(`Changes of ${this.month}`, `changes/${this.month}/`, "What payers changed in that month.");
    for (const id of this.payers) this.payerPage(id);
    const some = this.ids.slice(0, 4).map((id) => this.payer(id)[1]).join(", ");
    if (this.vague && !this.words.some((target) => target[1] !== "payer/")) this.add(`${this.vague} payers go by that name`, "payer/", `Add the state or the plan: ${some} …`);
    if (!this.ids.length && this.states.length && this.program) this.add(`No such payer of ${this.states.join(", ")} is on file`, "payer/", "All payers that are on file.");
    for (const target of this.words.slice(0, 4)) if (!this.vague || target[1] !== "payer/") this.word(target);
    if (this.bare) this.denial(this.bare);
    if (this.vague) for (const id of this.ids.slice(0, 3)) this.add(this.payer(id)[1], `payer/${id}/`, "");
  }

  // What the site has no page for.
  unknown() {
    if (this.icd) this.add(`${this.icd}: diagnoses`, "topic/diagnoses/", "Whether a diagnosis is valid and fits; the command line checks the code itself.");
    for (const code of this.odd) {
      this.add(`${code} is not on file`, "code/", "All codes that are on file.");
      const near = Object.keys(this.data.codes).filter((one) => one.slice(0, 3) === code.slice(0, 3));
      near.slice(0, 3).forEach((one) => this.code(one));
    }
  }
}

// What the index of the theme is asked.
function forIndex(query) {
  const { data, codes, words, ids } = query;
  const left = query.parts.flat().filter((token) => !IDLE.has(token));
  const denials = query.denials.map((code) => data.denials[code]?.[0] ?? code);
  const signs = [...(query.icd ? ["diagnosis"] : []), ...(query.odd.length ? ["code"] : [])];
  const names = words.length ? [words[0][0]] : codes.length ? [] : ids.slice(0, 1).map((id) => data.payers.find((one) => one[0] === id)[1]);
  return [...codes, ...denials, ...query.remarks, ...signs, ...left, ...names].join(" ").replace(/["():^~*+]/g, " ").trim();
}

// What a query means: { cards: [{title, url, text}], query: what the index is asked, mended: [[typed, meant]] }.
export function understand(typed, data, raw = false) {
  const query = read(typed, data, raw);
  const cards = new Cards(query);
  cards.comparison();
  cards.byForm();
  cards.denialInWords();
  cards.wordsOfPayer();
  cards.byName();
  cards.unknown();
  return { cards: cards.list.slice(0, MOST), query: (!raw && forIndex(query)) || typed, mended: query.mended };
}
