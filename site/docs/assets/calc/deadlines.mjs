// The last days to file, correct and appeal a claim, as the rule kinds `timely-filing` and `appeal-terms` work them out.
import { after, businessDaysAfter, latest, plus, weekday } from "./dates.mjs";
import { meets, standing } from "./versions.mjs";

const WORDS = {
  "first-service": "first date of service",
  "last-service": "last date of service",
  "end-of-service-month": "end of the month of service",
  "end-of-service-year": "end of the calendar year of service",
  discharge: "day of discharge",
  receipt: "day the payer received the claim",
  decision: "first decision on the claim",
  "other-payer-decision": "decision of the other payer",
};

// As the engine joins words: "a, b or c".
const join = (words) => (words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`);
const start = (clock) => clock.start ?? "first-service";
const words = (clock) => (start(clock) === "event" ? clock.event ?? "event" : WORDS[start(clock)] + (clock.of?.length ? ` (${join(clock.of)})` : ""));
const last = (claim) => (claim.until && claim.until > claim.last ? claim.until : claim.last);
const others = (claim, of) => claim.others.filter((payer) => !of?.length || of.includes(payer.filing_indicator));

function begun(claim, clock) {
  switch (start(clock)) {
    case "first-service": return claim.first;
    case "last-service": return last(claim);
    case "end-of-service-month": return plus(after(`${claim.first.slice(0, 8)}01`, { months: 1 }), -1);
    case "end-of-service-year": return `${claim.first.slice(0, 4)}-12-31`;
    case "discharge": return claim.until;
    case "receipt": return claim.received;
    case "decision": return claim.decided;
    case "other-payer-decision": {
      const days = others(claim, clock.of).map((payer) => payer.decided_on).filter(Boolean);
      return days.length ? latest(days) : null;
    }
    default: return null;
  }
}

function concerns(claim, clock) {
  if (start(clock) !== "other-payer-decision") return true;
  return (["secondary", "tertiary"].includes(claim.sequence) && !claim.others.length) || others(claim, clock.of).length > 0;
}

const end = (clock, day) => (clock.counted_in === "business-days" ? businessDaysAfter(day, clock.limit.days ?? 0) : after(day, clock.limit));

function due(what, claim, clock) {
  const day = begun(claim, clock);
  return { what, due: day ? end(clock, day) : null, start: day ?? null, event: words(clock) };
}

function lengths(settings, claim) {
  const clock = (limit) => ({ limit, start: settings.start, event: settings.event });
  const other = settings.non_participating ?? null;
  const states = settings.by_state ?? {};
  const several = Object.keys(states).length > 0;
  if (other && claim.participating === false) return [{ clock: clock(other), whose: "" }];
  let terms = [{ clock: clock(settings.limit), whose: "" }];
  if (several && !claim.state) {
    terms = [{ ...terms[0], whose: "in other states" }, ...Object.entries(states).map(([name, limit]) => ({ clock: clock(limit), whose: `in ${name}` }))];
  } else if (claim.state && claim.state in states) {
    terms = [{ clock: clock(states[claim.state]), whose: "" }];
  }
  if (other && claim.participating === null) {
    const own = terms.map((term) => ({ ...term, whose: ["with a contract", term.whose].filter(Boolean).join(", ") }));
    terms = [...own, { clock: clock(other), whose: "without a contract" }];
  }
  return terms;
}

function filing(settings, claim) {
  if (!(settings.frequency_codes ?? ["1"]).includes(claim.frequency)) return [];
  if (settings.free_after?.length && others(claim, settings.free_after).length) return [];
  const what = claim.frequency === "1" ? "file the claim" : "file the corrected claim";
  const rolled = (day) => (settings.weekend_rolls && day && weekday(day) >= 5 ? plus(day, 7 - weekday(day)) : day);
  const found = lengths(settings, claim).map(({ clock, whose }) => {
    const one = due(what, claim, clock);
    return { ...one, due: rolled(one.due), event: whose ? `${one.event} (provider ${whose})` : one.event };
  });
  const later = (settings.or_later ?? []).filter((clock) => concerns(claim, clock)).map((clock) => due(`${what}, if later`, claim, clock));
  const never = settings.never_after ? [due(`${what}, at the very latest`, claim, settings.never_after)] : [];
  return [...found, ...later, ...never];
}

function term(settings, claim, one) {
  const clock = { limit: one.limit, start: one.start ?? "decision", of: one.of, counted_in: one.counted_in };
  if (one.after) return due(one.what, claim, { ...clock, start: "event", event: `receipt of ${one.after}` });
  const days = settings.receipt_days ?? 0;
  if (clock.start !== "decision" || !days) return due(one.what, claim, clock);
  const event = `receipt of the first decision, presumed ${days} days after it`;
  const received = claim.decided ? plus(claim.decided, days) : null;
  return { what: one.what, due: received ? end(clock, received) : null, start: received, event };
}

function appeals(settings, claim) {
  return settings.terms.flatMap((one) => {
    if (one.states?.length && claim.state && !one.states.includes(claim.state)) return [];
    if (!one.after && !concerns(claim, { start: one.start ?? "decision", of: one.of })) return [];
    const named = { ...one, what: `${one.what}${one.states?.length ? ` in ${join(one.states)}` : ""}` };
    const found = term(settings, claim, named);
    if (!one.never_after) return [found];
    const limit = due(`${named.what}, at the very latest`, claim, one.never_after);
    return found.due && limit.due && limit.due < found.due ? [{ ...limit, what: named.what }] : [found, limit];
  });
}

const KINDS = { "timely-filing": filing, "appeal-terms": appeals };

// Every deadline of a claim; `rules` are those of its payer. A claim: first, last, until, received, decided (days or null), frequency,
// sequence, type, state (or null), participating (true, false, null = not known), others [{filing_indicator, decided_on}].
export function deadlines(rules, claim) {
  const found = rules.flatMap((rule) => {
    if (claim.frequency === "8" && !rule.voids) return [];
    const open = rule.basis === "processed-date" && !claim.decided; // which version will stand is not known yet
    const version = standing(rule, open ? "9999-12-31" : rule.basis === "processed-date" ? claim.decided : claim.first);
    if (!version) return [];
    if (!meets(version, claim)) return [];
    return KINDS[rule.kind](version.settings, claim).map((one) => ({ ...one, due: open ? null : one.due, rule: rule.rule }));
  });
  return found.sort((one, other) => (one.due ?? "9999").localeCompare(other.due ?? "9999"));
}
