// What a payer is expected to allow and to pay, line by line, as `payerbook price` works it out: fee schedule, cut for several services of a
// day, the charge if it is lower, deductible, coinsurance, cuts of the payment. Cents are rounded half up after each step.
import { plus as later } from "./dates.mjs";
import { above, cents, decimal, least, minus, plus, text, times } from "./decimal.mjs";
import { meets, standing, unread } from "./versions.mjs";

const ONE = decimal("1");
const ZERO = decimal("0.00");
const CLOSE = decimal("0.02");
const negative = (amount) => minus(ZERO, amount);
const same = (one, other) => minus(one, other).units === 0n;
const sum = (numbers) => numbers.reduce(plus);
const said = (units) => `${units} ${units === 1 ? "unit" : "units"}`;
const dollars = (number) => `$${text(cents(number)).replace(/\B(?=(\d{3})+(?!\d))/g, ",")}`;

// The versions of a kind that stand for a line, and what is not on file about them.
function settings(payer, kind, line, sequence) {
  const found = [];
  const open = [];
  for (const rule of payer.rules.filter((one) => one.kind === kind)) {
    const reason = unread(rule, line.day);
    if (reason) open.push({ rule: rule.rule, reason: `Nothing is on file for ${line.day}. ${reason}` });
    const version = standing(rule, line.day);
    if (version && meets(version, { ...line, sequence })) found.push({ rule: rule.rule, ...version.settings });
  }
  return { found, open };
}

function only(payer, kind, words, line, sequence) {
  const { found, open } = settings(payer, kind, line, sequence);
  return found[0] ?? { missing: open[0] ?? { rule: null, reason: `No rule on file says ${words} for this line.` } };
}

// The window of a dated table that holds a day, or null.
export function window(table, day) {
  const found = table.windows.filter((one) => one.from <= day).at(-1);
  return !found || (found.to && found.to < day) ? null : found;
}

// The price indices of a place: national = all 1; own = as given; else those of a state, or of one of its localities.
function indices(tables, schedule, line, where) {
  if (where.national) return { work: ONE, practice: ONE, malpractice: ONE, name: "national, all price indices 1" };
  if (where.own) return { work: decimal(where.own[0]), practice: decimal(where.own[1]), malpractice: decimal(where.own[2]), name: "price indices as given" };
  const held = window(tables[schedule.indices], line.day);
  if (!held) {
    return { missing: { rule: schedule.rule, reason: `The price indices of localities are not on file for ${line.day}. Choose national amounts, or type the indices of your locality.` } };
  }
  const rows = held.rows.filter(([state, locality]) => state === where.state && (!where.locality || locality === where.locality));
  if (rows.length !== 1) {
    const name = [where.state, where.locality].filter(Boolean).join("/");
    return { missing: { rule: schedule.rule, reason: `The price indices of ${held.id} have ${rows.length ? `${rows.length} localities` : "no locality"} ${name}.` } };
  }
  const [, locality, contractor, work, practice, malpractice] = rows[0];
  return { work: decimal(work), practice: decimal(practice), malpractice: decimal(malpractice), name: `locality ${contractor}/${locality}` };
}

// Whether the practice expense of a facility counts; null = the place of service would have to be known.
function inFacility(schedule, line) {
  if (line.modifiers.some((one) => schedule.nonfacility_modifiers.includes(one))) return false;
  return line.place ? schedule.facility_places.includes(line.place) : null;
}

// The dollars of one unit, by part and not rounded, or why they cannot be told.
function fee(payer, tables, line, { where, sequence }) {
  const schedule = only(payer, "fee-schedule", "what a service is worth", line, sequence);
  if (schedule.missing) return schedule;
  const open = (reason) => ({ missing: { rule: schedule.rule, reason } });
  const values = window(tables[schedule.values], line.day);
  if (!values) return open(`Relative values are not on file for ${line.day}.`);
  const row = values.rows[line.code];
  if (!row) return open(`${line.code} is not among the relative values on file for ${values.id}.`);
  const [status, ...numbers] = row;
  const [work, outside, inside, malpractice] = numbers.map(decimal);
  const nothing = [work, outside, inside, malpractice].every((one) => one.units === 0n);
  if ((status && !schedule.paid_statuses.includes(status)) || nothing) {
    return open(`${line.code} has no price of its own in the fee schedule of ${values.id}${status ? ` (status ${status})` : ""}.`);
  }
  const facility = same(outside, inside) ? false : inFacility(schedule, line);
  if (facility === null) return open(`The price of ${line.code} depends on the place of service.`);
  const practice = facility ? inside : outside;
  const index = indices(tables, schedule, line, where);
  if (index.missing) return index;
  const factor = decimal(schedule.conversion_factor);
  const dollarsOf = (value, by) => times(times(value, by), factor);
  const parts = { work: dollarsOf(work, index.work), practice: dollarsOf(practice, index.practice), malpractice: dollarsOf(malpractice, index.malpractice) };
  const arithmetic =
    `(${text(work)} work x ${text(index.work)} + ${text(practice)} ${facility ? "facility " : ""}practice expense x ${text(index.practice)} ` +
    `+ ${text(malpractice)} malpractice x ${text(index.malpractice)}) x ${schedule.conversion_factor} (${values.id}, ${index.name})`;
  return { ...parts, full: sum(Object.values(parts)), value: practice, arithmetic, rule: schedule.rule, lower: schedule.lower_charge_counts };
}

const higher = (one, other) => above(one.fee.value, other.fee.value) || (same(one.fee.value, other.fee.value) && above(one.fee.full, other.fee.full));
const tied = (one, other) => same(one.fee.value, other.fee.value) && same(one.fee.full, other.fee.full);

// The service whose first unit of the day is paid in full; between equals that of another claim, else the first line.
const first = (ranked) =>
  ranked.filter((one) => one.line.units > 0).reduce((top, one) => (!top || higher(one, top) || (tied(one, top) && one.line.elsewhere && !top.line.elsewhere) ? one : top), null);

// For each line of a day that takes part in the ranking: the rule and how many of its units are paid in full, or what is missing.
function cuts(payer, lines, fees, sequence) {
  const ranked = [];
  const cut = new Map();
  let missing = null;
  for (const line of [...lines.filter((one) => !one.elsewhere), ...lines.filter((one) => one.elsewhere)]) {
    const { found, open } = settings(payer, "multiple-procedure", line, sequence);
    const { missing: lacks } = fees.get(line);
    if ((!line.elsewhere && open.length) || (found.length && lacks)) {
      missing = { rule: line.elsewhere ? lacks.rule : null, reason: `Units of ${line.code} on ${line.day} take part in the ranking of the day, and its price is not known.` };
    }
    if (found.length && !line.elsewhere) cut.set(line, { rule: found[0].rule, percent: found[0].percent, share: decimal(found[0].practice_expense_share), full: 0 });
    if (found.length && !lacks) ranked.push({ line, fee: fees.get(line) });
  }
  if (missing && cut.size + ranked.length > 1) return new Map([...cut.keys()].map((line) => [line, { missing }]));
  const top = first(ranked)?.line;
  if (cut.has(top)) cut.get(top).full = 1;
  return cut;
}

// Why a line is not paid at all (`refused`), when a rule says that its code is not covered.
function refused(payer, line, sequence) {
  const held = settings(payer, "code-status", line, sequence).found.flatMap((one) => one.refused.map((state) => ({ ...state, rule: one.rule })));
  const state = held.find((one) => one.code === line.code && one.from <= line.day && (!one.to || line.day <= one.to));
  return state ? { missing: { rule: state.rule, reason: state.why, refused: true } } : null;
}

function allowed(line, value, cut, steps) {
  const units = decimal(line.units);
  let amount = cents(times(units, value.full));
  steps.push({ what: `${said(line.units)} x ${value.arithmetic}`, amount, rule: value.rule });
  if (cut) {
    const rest = decimal(line.units - cut.full);
    const less = sum([value.work, times(cut.share, value.practice), value.malpractice]);
    const reduced = cents(plus(times(decimal(cut.full), value.full), times(rest, less)));
    if (!same(reduced, amount)) {
      const what = `${said(line.units - cut.full)} with ${cut.percent} of the practice expense: another unit of the day ranks higher`;
      steps.push({ what, amount: minus(reduced, amount), rule: cut.rule });
      amount = reduced;
    }
  }
  if (value.lower && line.charge && above(amount, decimal(line.charge))) {
    const charge = cents(decimal(line.charge));
    steps.push({ what: "The charge is lower", amount: minus(charge, amount), rule: value.rule });
    amount = charge;
  }
  return amount;
}

// What is paid and what the patient owes of an allowed amount, and how much of the deductible is left after it (null = not known).
function shares(payer, line, amount, remaining, sequence, steps) {
  const share = only(payer, "cost-share", "what the patient owes", line, sequence);
  const { found, open } = settings(payer, "payment-reduction", line, sequence);
  const lacking = (reason) => ({ left: remaining, open: [{ rule: share.rule, reason }] });
  if (share.missing) return { left: remaining, open: [share.missing] };
  if (sequence !== "primary") return lacking("Another payer comes before this one; what is left depends on what it paid.");
  if (remaining === null) return lacking(`How much of the yearly deductible (${dollars(decimal(share.deductible))}) is left was not given; 0 = met.`);
  const deductible = least(remaining, amount);
  const rest = minus(amount, deductible);
  const coinsurance = cents(times(rest, decimal(share.coinsurance)));
  if (deductible.units) steps.push({ what: "Deductible that is left", amount: negative(deductible), rule: share.rule });
  steps.push({ what: `Coinsurance ${share.percent} of ${text(cents(rest))}`, amount: negative(coinsurance), rule: share.rule });
  const patient = plus(deductible, coinsurance);
  const left = minus(remaining, deductible);
  if (open.length) return { left, patient, open };
  let paid = minus(amount, patient);
  for (const cut of found.sort((one, other) => one.step - other.step || (one.rule < other.rule ? -1 : 1))) {
    const kept = cents(times(paid, decimal(cut.pays)));
    if (!same(kept, paid)) steps.push({ what: `${cut.what}: ${cut.percent} of ${text(cents(paid))} is left`, amount: minus(kept, paid), rule: cut.rule });
    paid = kept;
  }
  return { left, patient, paid, open: [] };
}

const written = (amount) => (amount ? text(cents(amount)) : null);

// The lines with their amounts as texts in dollars (null = cannot be told, `unknown` says why), steps and what is not known. `asked`:
// where ({national: true}, {own: [work, practice, malpractice]} or {state, locality}), deductible (text or null), sequence, and lines
// {day, code, units, modifiers, charge, place, elsewhere}; a line elsewhere, on another claim, only takes part in the ranking of its day.
export function price(payer, tables, asked) {
  const fees = new Map(asked.lines.map((line) => [line, fee(payer, tables, line, asked)]));
  const cut = new Map([...new Set(asked.lines.map((line) => line.day))].flatMap((day) => [...cuts(payer, asked.lines.filter((line) => line.day === day), fees, asked.sequence)]));
  const own = asked.lines.filter((line) => !line.elsewhere);
  const year = own.map((line) => line.day).sort()[0]?.slice(0, 4);
  let remaining = asked.deductible === null ? null : cents(decimal(asked.deductible));
  return own.map((line) => {
    const steps = [];
    const lacks = [refused(payer, line, asked.sequence), fees.get(line), cut.get(line)].find((one) => one?.missing)?.missing;
    const made = { day: line.day, code: line.code, units: line.units };
    if (lacks) {
      if (remaining?.units !== 0n) remaining = null;
      return { ...made, allowed: null, paid: null, patient: null, steps, unknown: [lacks] };
    }
    const amount = allowed(line, fees.get(line), cut.get(line), steps);
    const found = shares(payer, line, amount, line.day.slice(0, 4) === year ? remaining : null, asked.sequence, steps);
    if (line.day.slice(0, 4) === year) remaining = found.left;
    return { ...made, allowed: written(amount), paid: written(found.paid), patient: written(found.patient), steps: steps.map((one) => ({ ...one, amount: text(one.amount) })), unknown: found.open };
  });
}

// The sum of amounts, null when one of them is not known.
export const total = (amounts) => (amounts.includes(null) ? null : written(amounts.map(decimal).reduce(plus, ZERO)));

// What was paid against what was expected: the difference, and whether it is more than rounding (up to two cents a line).
export function compared(expected, paid) {
  if (expected === null) return { difference: null, words: "cannot be compared" };
  const difference = minus(cents(decimal(paid)), decimal(expected));
  const words = above(difference, CLOSE) ? "more than expected" : above(negative(difference), CLOSE) ? "underpaid" : "as expected";
  return { difference: text(difference), words };
}

// The first day of the stretch around a day in which no rule and no table changes: a price is the same on all its days.
export function stretch(payer, tables, day) {
  const changes = payer.rules.flatMap((rule) => rule.versions).concat(Object.values(tables).flatMap((table) => table.windows));
  const refusals = payer.rules.flatMap((rule) => rule.versions.flatMap((one) => one.settings?.refused ?? []));
  const days = [...changes, ...refusals].flatMap((one) => [one.from, ...(one.to ? [later(one.to, 1)] : [])]);
  return days.filter((one) => one <= day).sort().at(-1) ?? day;
}
