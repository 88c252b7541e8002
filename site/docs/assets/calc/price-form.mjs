// The form of expected payment: its localities, its lines, the result in words, and a link that holds neither dates of service nor dollars.
import { plus } from "./dates.mjs";
import { address, data, field, form, link, list, make, payer, rows, strong, table } from "./dom.mjs";
import { compared, price, stretch, total, window as covering } from "./price.mjs";

const OWN = ["work", "practice", "malpractice"];
const money = (amount) => (amount === null ? "not known" : `${amount.startsWith("-") ? "−" : ""}$${amount.replace("-", "").replace(/\B(?=(\d{3})+(?!\d)\.)/g, ",")}`);
const schedules = (kind) => new Set(data.payers.flatMap((one) => one.rules.flatMap((rule) => rule.versions.map((version) => version.settings?.[kind]).filter(Boolean))));

// Every locality of any year, as STATE/NUMBER, with its contractor and the last table that holds it.
function localities() {
  const found = new Map();
  let newest = "";
  for (const name of schedules("indices")) {
    for (const held of data.tables[name].windows) {
      newest = newest > held.id ? newest : held.id;
      for (const [state, locality, contractor] of held.rows) found.set(`${state}/${locality}`, { contractor, last: held.id });
    }
  }
  return [...found].sort().map(([place, { contractor, last }]) => {
    const [state, locality] = place.split("/");
    return make("option", `${state}, locality ${locality} (contractor ${contractor})${last < newest ? `, until ${last}` : ""}`, { value: place });
  });
}

function where() {
  const chosen = field("where");
  if (chosen === "national") return { national: true };
  if (chosen === "own") return { own: OWN.map(field) };
  const [state, locality] = chosen.split("/");
  return { state, locality };
}

const lines = () =>
  rows().filter((one) => one.code).map((one) => ({
    ...one, code: one.code.toUpperCase(), units: Number(one.units || 1), modifiers: one.modifiers.toUpperCase().split(/[^0-9A-Z]+/).filter(Boolean),
    charge: one.charge ? Number(one.charge).toFixed(2) : null, place: field("place") || null, elsewhere: Boolean(one.elsewhere),
  }));

export function results() {
  const held = payer();
  const given = lines();
  const own = given.filter((one) => !one.elsewhere);
  if (!own.length || given.some((one) => !one.day)) return [strong("Give a date of service and a code.")];
  if (field("where") === "own" && OWN.some((name) => !field(name))) return [strong("Give all three price indices of the locality.")];
  const deductible = field("deductible") ? Number(field("deductible")).toFixed(2) : null;
  const found = price(held, data.tables, { where: where(), deductible, sequence: field("sequence"), lines: given });
  const checked = found.map((one, place) => (own[place].paid ? compared(one.paid, own[place].paid) : null));
  return [
    ...answer(found),
    ...(checked.some(Boolean) ? [strong(verdict(checked))] : []),
    amounts(found, own, checked),
    ...(checked.some((one) => one?.words === "underpaid") ? [toDo()] : []),
    ...found.map((one, place) => arithmetic(held, one, place + 1)),
    rests(held, given),
    sharing(held, given),
  ];
}

const sum = (found, name) => total(found.map((one) => one[name]));
const numbered = (places) => `${places.length === 1 ? "line" : "lines"} ${places.map((place) => place + 1).join(", ")}`;

// Why nothing can be told, where the reason is one for all lines.
function because(found) {
  const open = found.flatMap((one) => one.unknown);
  if (open.length && open.every((one) => one.refused)) return "Not paid: see the lines below.";
  const reasons = new Set(open.map((one) => one.reason));
  return reasons.size === 1 ? [...reasons][0] : "Not known: see the lines below.";
}

// What comes first: the sums of the lines that can be told, and which lines are not among them.
function answer(found) {
  const told = found.filter((one) => one.paid !== null);
  if (!told.length) {
    const allowed = sum(found, "allowed");
    return [strong(allowed === null ? because(found) : `${money(allowed)} allowed; what the payer pays is not known. ${because(found)}`)];
  }
  const [paid, patient, allowed] = ["paid", "patient", "allowed"].map((name) => sum(told, name));
  const rest = found.flatMap((one, place) => (one.paid === null ? [place] : []));
  const words = strong(`The payer should pay ${money(paid)}, the patient owes ${money(patient)}: ${money(allowed)} allowed.`);
  return rest.length ? [words, make("p", `Without ${numbered(rest)}: not paid or not known, see below.`)] : [words];
}

function verdict(checked) {
  const said = checked.filter(Boolean);
  const told = ["underpaid", "more than expected"].flatMap((words) => {
    const some = said.filter((one) => one.words === words);
    const by = total(some.map((one) => one.difference.replace("-", "")));
    const named = words === "underpaid" ? "underpaid" : "paid more than expected";
    return some.length ? [`${some.length} of ${said.length} ${said.length === 1 ? "line" : "lines"} ${named}, by ${money(by)} in all`] : [];
  });
  const blind = said.some((one) => one.difference === null) ? ["what is not known cannot be compared"] : [];
  const words = [...told, ...blind].join("; ");
  return `${words ? words[0].toUpperCase() + words.slice(1) : "Paid as expected"}.`;
}

function amounts(found, own, checked) {
  const compare = checked.some(Boolean);
  const headings = ["Line", "Allowed", "Payer pays", "Patient owes", ...(compare ? ["Was paid", "Difference"] : [])];
  const line = (one, place) => {
    const name = `${place + 1}: ${one.code} × ${one.units}, ${one.day}`;
    const difference = checked[place] ? `${checked[place].words}${checked[place].difference === null ? "" : ` (${money(checked[place].difference)})`}` : "–";
    const said = (amount) => (one.unknown[0]?.refused ? "not paid" : money(amount));
    return [name, said(one.allowed), said(one.paid), one.unknown[0]?.refused ? "–" : money(one.patient), ...(compare ? [own[place].paid ? money(Number(own[place].paid).toFixed(2)) : "–", difference] : [])];
  };
  return table("Expected amounts", headings, found.map(line));
}

const toDo = () =>
  make("p", [
    "What to do: compare the adjustment codes of the remittance with the steps below. What they do not explain can be appealed: ",
    make("a", "Deadlines of a claim", { href: address("calc/deadlines/") }), " says until when.",
  ]);

function arithmetic(held, one, number) {
  const step = ({ what, amount, rule }) => {
    const of = held.rules.find((other) => other.rule === rule);
    const codes = of.denials.flatMap(({ code, url }) => [" ", make("a", code, { href: address(url) })]);
    return [make("strong", money(amount)), ` ${what}. `, link(of), ...(codes.length ? ["; on the remittance:", ...codes] : [])];
  };
  const lacking = (open) => {
    const of = held.rules.find((other) => other.rule === open.rule);
    return [make("strong", open.refused ? "Not paid:" : "Not known:"), ` ${open.reason} `, ...(of ? [link(of)] : [])];
  };
  return make("div", [make("h3", `Line ${number}: ${one.code}, ${one.units} ${one.units === 1 ? "unit" : "units"}`), list([...one.steps.map(step), ...one.unknown.map(lacking)])]);
}

// What was taken for granted, and the tables behind the amounts.
function rests(held, given) {
  const ranked = given.some((one) => one.elsewhere) ? [] : ["No service of the patient on these days stands on another claim; one that does may lower the amounts."];
  const used = Object.values(data.tables).flatMap((one) => [...new Set(given.map((line) => covering(one, line.day)).filter(Boolean))].map((found) => `${one.title}: ${found.id}, sources of grade ${found.grade}.`));
  const rounding = "Cents are rounded after each step; no source states how the payer rounds in between, so 2 cents a line may differ.";
  const not = "Not counted: what other payers paid, providers who do not participate, and rates of a contract.";
  return make("div", [make("p", `Taken for granted (${held.title}):`), list([...ranked, rounding, not, ...used])]);
}

// The link: codes, units and modifiers; a day only as the first day of the stretch with the same price.
function sharing(held, given) {
  const days = new Map();
  for (const day of [...new Set(given.map((one) => one.day))].sort()) {
    const start = stretch(held, data.tables, day);
    const before = [...days.values()].filter((one) => one.start === start).length;
    days.set(day, { start, shown: plus(start, before) });
  }
  const state = new URLSearchParams({ payer: held.id, where: field("where"), sequence: field("sequence"), place: field("place") });
  if (field("where") === "own") state.set("indices", OWN.map(field).join(" "));
  for (const one of given) state.append("line", [days.get(one.day).shown, one.code, one.units, one.elsewhere ? 1 : 0, ...one.modifiers].join(" "));
  return make("p", [make("a", "Link to this calculation", { href: `#${state}` }), ": codes, units, modifiers and place; no date of service, no dollars."]);
}

// Fills the form from the address; whether there was anything to fill in.
function restore(add) {
  const state = new URLSearchParams(location.hash.slice(1));
  const named = state.getAll("line");
  if (!named.length) return false;
  for (const name of ["payer", "where", "sequence", "place"]) if (state.has(name)) form.elements[name].value = state.get(name);
  for (const one of [form.elements.payer, form.elements.where, form.elements.sequence]) one.selectedIndex = Math.max(one.selectedIndex, 0);
  const indices = (state.get("indices") ?? "").split(" ");
  OWN.forEach((name, place) => { form.elements[name].value = indices[place] ?? ""; });
  named.forEach((text, place) => {
    const row = place ? add() : form.querySelector("[data-part=rows] > *");
    const [day, code, units, elsewhere, ...modifiers] = text.split(" ");
    const values = { day, code, units, elsewhere: elsewhere === "1" ? "1" : "", modifiers: modifiers.join(", ") };
    for (const [name, value] of Object.entries(values)) row.querySelector(`[name=${name}]`).value = value ?? "";
  });
  return true;
}

// Readies the form; whether its address holds a calculation to show at once.
export function prepare(add) {
  form.elements.where.append(...localities());
  const own = form.querySelector("[data-part=own]");
  const reveal = () => { own.hidden = field("where") !== "own"; };
  form.elements.where.addEventListener("change", reveal);
  const filled = restore(add);
  reveal();
  return filled && form.checkValidity();
}
