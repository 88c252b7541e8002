// The page of a calculator: reads its form, counts with the module of its name, says the result. Nothing is sent or kept.
import { assistant, count } from "./units.mjs";
import { between, plus } from "./dates.mjs";
import { cents, dollars, threshold, visits } from "./amounts.mjs";
import { deadlines } from "./deadlines.mjs";
import { KINDS } from "./plan.mjs";
import { standing } from "./versions.mjs";

const form = document.querySelector("form[data-calc]");
const result = form.querySelector("[data-part=result]");
const rows = form.querySelector("[data-part=rows]");
const data = await (await fetch(form.dataset.data)).json();
const field = (name) => form.elements[name]?.value.trim() ?? "";
const payer = () => data.payers.find((one) => one.id === field("payer"));

function make(tag, content, attributes = {}) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...[content].flat().filter((one) => one !== null));
  return made;
}

const strong = (words) => make("p", words, { class: "pb-result" });
const list = (items) => make("ul", items.map((one) => make("li", one)));
const link = (rule) => make("a", rule.title, { href: form.dataset.root + rule.url.slice(1) });
const further = (held) => (held?.further.length ? [make("p", "Depends on the plan or more, read the rule:"), list(held.further.map((one) => [link(one)]))] : []);

function table(caption, headings, lines) {
  const head = make("thead", make("tr", headings.map((one) => make("th", one, { scope: "col" }))));
  const body = make("tbody", lines.map((line) => make("tr", line.map((cell) => make("td", cell)))));
  return make("div", make("table", [make("caption", caption), head, body]), { class: "pb-scroll md-typeset__scrollwrap" });
}

const CALCULATORS = {
  units() {
    const given = [...rows.children].map((row) => Object.fromEntries([...row.querySelectorAll("input")].map((one) => [one.name, one.value.trim()])));
    const filled = given.filter((one) => one.code && one.minutes);
    if (!filled.length) return [strong("Give a code and its minutes.")];
    const unknown = filled.filter((one) => !(one.code.toUpperCase() in data.codes)).map((one) => one.code);
    if (unknown.length) return [strong(`${unknown.join(", ")}: not a therapy code on file, so how it is timed is unknown.`)];
    const minutes = new Map();
    const helped = new Map();
    for (const one of filled) {
      const code = one.code.toUpperCase();
      minutes.set(code, (minutes.get(code) ?? 0) + Number(one.minutes));
      helped.set(code, (helped.get(code) ?? 0) + Number(one.assistant || 0));
    }
    const timing = Object.fromEntries(Object.entries(data.codes).map(([code, about]) => [code, about.timing]));
    const found = count([...minutes], timing, field("method"));
    const marked = [...helped].filter(([, spent]) => spent).flatMap(([code, spent]) => shares(code, minutes.get(code), spent, found.units[code]));
    const other = found.alternatives.map((one) => Object.entries(one).map(([code, units]) => `${code} × ${units}`).join(", "));
    return [
      strong(`${Object.entries(found.units).map(([code, units]) => `${code} × ${units}`).join(", ")} — ${found.total} in all`),
      ...(other.length ? [make("p", "As right:"), list(other)] : []),
      ...(marked.length ? [make("p", "With the assistant modifier:"), list(marked)] : []),
      make("p", "The arithmetic:"),
      list([...found.steps, ...(found.unbilled_minutes > 0 ? [`${found.unbilled_minutes} minutes earn no unit.`] : [])]),
    ];
  },
  kx() {
    const found = payer().rules.flatMap((rule) => {
      const version = standing(rule, field("on"));
      const bucket = version?.settings.buckets.find((one) => one.disciplines.includes(field("bucket")));
      if (!bucket || version.settings.finds === "early") return [];
      const { left, total, above } = threshold(cents(bucket.amount), cents(field("used")), cents(field("allowed")));
      const reached = version.settings.finds === "reached";
      const needs = reached ? "the payer may review the record" : `the line needs ${version.settings.modifier}`;
      const words = above ? `Above ${dollars(cents(bucket.amount))}: ${needs}.` : `${dollars(left)} left of ${dollars(cents(bucket.amount))} before this line.`;
      return [make("div", [strong(words), make("p", [`With it the year comes to ${dollars(total)}. `, link(rule)])])];
    });
    return found.length ? found : [strong("No yearly amount is on file for this day.")];
  },
  deadlines() {
    const first = field("first");
    if (!first) return [strong("Give the first date of service.")];
    const other = field("other");
    const claim = {
      first, last: field("last") || first, until: null, received: field("received") || null, decided: field("decided") || null,
      frequency: field("frequency"), type: field("type"), sequence: field("sequence"), state: field("state").toUpperCase() || null,
      participating: { yes: true, no: false }[field("participating")] ?? null,
      others: other ? [{ filing_indicator: null, decided_on: other }] : [],
    };
    const held = payer();
    const rules = Object.fromEntries(held.rules.map((rule) => [rule.rule, rule]));
    const lines = deadlines(held.rules, claim).map((one) => [one.due ? make("time", one.due) : "not known yet", one.what, `after the ${one.event}`.replace("after the receipt", "after receipt"), link(rules[one.rule])]);
    return [lines.length ? table("What is due when", ["Last day", "To do", "Counted", "Rule"], lines) : strong("Nothing is on file for this claim."), ...further(held)];
  },
  certification() {
    const asked = { start: field("start"), verbal: field("verbal") || null, duration: field("duration") ? Number(field("duration")) : null };
    const held = payer();
    const lines = held.rules.flatMap((rule) => {
      const settings = standing(rule, asked.start)?.settings;
      if (!settings) return [];
      if (rule.kind !== "progress-report") return KINDS[rule.kind](settings, asked).map((one) => [make("time", one.due), one.what, link(rule)]);
      const left = settings.every - Number(field("days") || 0);
      return [[left > 0 ? `in ${left} treatment days at the latest` : "due now", "progress report", link(rule)]];
    });
    return [lines.length ? table("What is due when", ["Last day", "To do", "Rule"], lines) : strong("Nothing is on file for this day."), ...further(held)];
  },
  visits() {
    const { left, weeks } = visits(Number(field("approved")), Number(field("used")), Number(field("week")));
    const [on, until] = [field("on"), field("until")];
    const end = weeks !== null && on ? plus(on, weeks * 7) : null;
    const words = [];
    if (weeks !== null) words.push(`At this pace they last ${weeks} ${weeks === 1 ? "week" : "weeks"}${end ? `, until about ${end}` : ""}.`);
    if (end && until && end > until) words.push(`The authorization ends on ${until}, before they are used.`);
    if (end && until && end < until) words.push(`They are used up ${between(end, until)} days before the authorization ends: ask for more in time.`);
    return [strong(`${left} ${left === 1 ? "visit" : "visits"} left`), ...(words.length ? [list(words)] : [])];
  },
};

// How many units carry the assistant modifier, by each payer that has a rule of it for the code.
function shares(code, minutes, spent, units) {
  if (spent > minutes) return [`${code}: the assistant's minutes are more than all minutes.`];
  const found = new Map();
  for (const held of data.payers) {
    for (const rule of held.rules.filter((one) => one.kind === "assistant-share")) {
      const version = standing(rule, data.as_of);
      if (!version || (version.codes && !version.codes.includes(code)) || version.not_codes?.includes(code) || version.settings.counts === "never") continue;
      const [fewest, most] = assistant(minutes, spent, units, version.settings);
      const words = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
      found.set(words, [...(found.get(words) ?? []), held.title]);
    }
  }
  return [...found].map(([words, titles]) => `${code}: ${words} of ${units} (${titles.join("; ")})`);
}

const choices = form.elements.payer;
if (choices) {
  choices.append(...data.payers.map((one) => make("option", one.title, { value: one.id })));
  if (data.payers.some((one) => one.id === "medicare.part-b")) choices.value = "medicare.part-b";
}
form.querySelector("[data-part=add]")?.addEventListener("click", () => {
  const row = rows.lastElementChild.cloneNode(true);
  for (const one of row.querySelectorAll("input")) one.value = "";
  rows.append(row);
  row.querySelector("input").focus();
});
form.addEventListener("submit", (event) => {
  event.preventDefault();
  result.replaceChildren(...CALCULATORS[form.dataset.calc]());
});
if (form.elements.on && !form.elements.on.value) form.elements.on.value = data.as_of;
form.hidden = false;
