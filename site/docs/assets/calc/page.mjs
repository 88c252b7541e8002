// The page of a calculator: reads its form, counts with the module of its name, says the result. Nothing is sent or kept.
import { assistant, count } from "./units.mjs";
import { between } from "./dates.mjs";
import { cents, dollars, yearly } from "./amounts.mjs";
import { deadlines } from "./deadlines.mjs";
import { data, field, form, link, list, make, payer, rows, strong, table } from "./dom.mjs";
import { KINDS, progress } from "./plan.mjs";
import * as pricing from "./price-form.mjs";
import { gaps, meets, standing } from "./versions.mjs";
import { ahead, left } from "./visits.mjs";

const result = form.querySelector("[data-part=result]");
const further = (held) => (held.further.length ? [make("p", "Depends on the plan or more, read the rule:"), list(held.further.map((one) => [link(one)]))] : []);
const titled = (held, id) => held.rules.find((one) => one.rule === id);
const sentence = (words) => words[0].toUpperCase() + words.slice(1);
const visits = (number) => `${number} ${number === 1 ? "visit" : "visits"}`;

// What nobody knows of a day, rule by rule.
function unknown(held, service, decided) {
  const found = new Map(gaps(held.rules, service, decided).map((one) => [one.reason, one]));
  return found.size ? [list([...found.values()].map(({ rule, day, reason }) => [link(rule), `: not on file for ${day}. ${reason}`]))] : [];
}

const CALCULATORS = {
  units() {
    const filled = rows().filter((one) => one.code && one.minutes);
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
  price: pricing.results,
  kx() {
    if (!field("used")) return [strong("Give what is used so far this year, 0 if nothing.")];
    const held = payer();
    const asked = { on: field("on"), discipline: field("bucket"), used: cents(field("used")), allowed: cents(field("allowed")) };
    const found = yearly(held.rules, asked).map((one) => {
      const needs = one.modifier === null ? "the payer may review the record" : `the line needs ${one.modifier}`;
      const below = one.modifier === null ? "the payer may review records" : `lines need ${one.modifier}`;
      const left = `${dollars(one.left)} left of ${dollars(one.amount)} before this line; above it ${below}.`;
      const words = one.above ? `Above ${dollars(one.amount)}: ${needs}.` : left;
      return make("div", [strong(words), make("p", [`With it the year comes to ${dollars(one.total)}. `, link(titled(held, one.rule))])]);
    });
    return [...(found.length ? found : [strong("No yearly amount is on file for this day.")]), ...unknown(held, asked.on)];
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
    const lines = deadlines(held.rules, claim).map((one) => {
      const event = `after the ${one.event}`.replace("after the receipt", "after receipt");
      return [sentence(one.what), one.due ? make("time", one.due) : "not known yet", event, link(titled(held, one.rule))];
    });
    const shown = lines.length ? table("What is due when", ["To do", "Last day", "Counted", "Rule"], lines) : strong("Nothing is on file for this claim.");
    return [shown, ...unknown(held, first, claim.decided), ...further(held)];
  },
  certification() {
    const asked = { start: field("start"), verbal: field("verbal") || null, duration: field("duration") ? Number(field("duration")) : null };
    const held = payer();
    const lines = held.rules.flatMap((rule) => {
      const settings = standing(rule, asked.start)?.settings;
      if (!settings) return [];
      if (rule.kind !== "progress-report") return KINDS[rule.kind](settings, asked).map((one) => [sentence(one.what), make("time", one.due), link(rule)]);
      const days = progress(settings, Number(field("days") || 0));
      return [["Progress report", days ? `in ${days} treatment ${days === 1 ? "day" : "days"} at the latest` : "due now", link(rule)]];
    });
    const shown = lines.length ? table("What is due when", ["To do", "Last day", "Rule"], lines) : strong("Nothing is on file for this day.");
    return [shown, ...unknown(held, asked.start), ...further(held)];
  },
  visits() {
    const given = rows().filter((one) => one.approved || one.until);
    if (!given.length) return [strong("Give the visits of an authorization, or its last day.")];
    if (given.some((one) => one.approved && !one.used)) return [strong("Give the visits used of each authorization, 0 if none.")];
    const held = given.map((one) => ({
      status: one.status, from: one.from || null, to: one.until || null,
      visits: one.approved ? Number(one.approved) : null, used: one.approved ? Number(one.used) : null,
    }));
    const on = field("on");
    const lines = held.map((one) => {
      const over = one.used > one.visits ? ` (${one.used - one.visits} more used than approved)` : "";
      return [`${one.from ?? "…"} to ${one.to ?? "…"}`, left(one) === null ? "no number of visits given" : `${visits(left(one))} left of ${one.visits}${over}`, stands(one, on)];
    });
    return [...forecast(held, on, Number(field("week") || 0)), table("What each authorization holds", ["Authorization", "Visits", `On ${on}`], lines)];
  },
};

const LACKS = {
  undecided: "no authorization is approved",
  "other-days": "no authorization is for that day",
  "used-up": "the visits are used up",
  pending: "the request is not decided",
};

// How an authorization stands on a day, in words.
function stands(one, day) {
  if (one.status === "denied") return "not approved";
  if (one.from && day < one.from) return `begins in ${between(day, one.from)} days`;
  if (one.to && day > one.to) return `ended ${between(one.to, day)} days ago`;
  const end = one.to ? `, ends in ${between(day, one.to)} days` : "";
  return (one.status === "pending" ? "not decided" : left(one) === 0 ? "used up" : "holds") + end;
}

// What comes first: whether the next visit is covered, and how far the visits reach at the pace given.
function forecast(held, on, perWeek) {
  const found = ahead(held, on, perWeek || 7, perWeek ? undefined : 1);
  if (!found.covered) return [strong(`The visit on ${on} is not covered: ${LACKS[found.first.fault]}.`)];
  const next = strong(`The visit on ${on} is covered.`);
  if (!perWeek) return [next];
  if (!found.first) return [next, make("p", `At ${perWeek} a week, ${visits(found.covered)} and more are covered, past ${found.until}.`)];
  const reach = `At ${perWeek} a week, ${visits(found.covered)} ${found.covered === 1 ? "is" : "are"} covered, the last one about ${found.until}.`;
  return [next, make("p", `${reach} The one about ${found.first.day} is not: ${LACKS[found.first.fault]}. Ask for more before.`)];
}

// How many units carry the assistant modifier, by each payer that has a rule of it for the code.
function shares(code, minutes, spent, units) {
  if (spent > minutes) return [`${code}: the assistant's minutes are more than all minutes.`];
  const found = new Map();
  for (const held of data.payers) {
    for (const rule of held.rules.filter((one) => one.kind === "assistant-share")) {
      const version = standing(rule, data.as_of);
      if (!version || !meets(version, { code }) || version.settings.counts === "never") continue;
      const [fewest, most] = assistant(minutes, spent, units, version.settings);
      const words = fewest === most ? `${fewest}` : `${fewest} to ${most}`;
      found.set(words, [...(found.get(words) ?? []), held.title]);
    }
  }
  return [...found].map(([words, titles]) => `${code}: ${words} of ${units} (${titles.join("; ")})`);
}

const show = () => result.replaceChildren(...CALCULATORS[form.dataset.calc]());

function add() {
  const held = form.querySelector("[data-part=rows]");
  const row = held.lastElementChild.cloneNode(true);
  for (const one of row.querySelectorAll("input:not([data-keep])")) one.value = one.defaultValue;
  for (const one of row.querySelectorAll("select")) one.selectedIndex = 0;
  held.append(row);
  return row;
}

const choices = form.elements.payer;
if (choices) {
  choices.append(...data.payers.map((one) => make("option", one.title, { value: one.id })));
  if (data.payers.some((one) => one.id === "medicare.part-b")) choices.value = "medicare.part-b";
}
form.querySelector("[data-part=add]")?.addEventListener("click", () => add().querySelector("input").focus());
form.addEventListener("submit", (event) => {
  event.preventDefault();
  show();
});
for (const name of ["on", "day"]) if (form.elements[name] && !form.elements[name].value) form.elements[name].value = data.as_of;
if (choices && !choices.options.length) {
  form.before(make("p", "No payer on this site has figures for it."));
} else {
  form.hidden = false;
  if (form.dataset.calc === "price" && pricing.prepare(add)) show();
}
