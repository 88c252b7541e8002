// Minutes to billable units, as `payerbook.units` counts them; a test holds the two against each other.
const BLOCK = { "timed-15": 15, "timed-15-apart": 15, "timed-30": 30, "timed-60": 60 };

const said = (number) => (number === 1 ? "1 unit" : `${number} units`);
const whole = (minutes, block) => Math.floor((minutes + block - Math.floor(block / 2) - 1) / block);
const total = (minutes) => Math.floor((minutes + 7) / 15);
const sum = (numbers) => numbers.reduce((one, other) => one + other, 0);
const first = (key) => key.split("+")[0];

function* combinations(items, size, from = 0) {
  if (size === 0) yield [];
  for (let place = from; size > 0 && place <= items.length - size; place++) {
    for (const rest of combinations(items, size - 1, place + 1)) yield [items[place], ...rest];
  }
}

// Every right choice of `owed` codes that take one more unit: the largest left-over minutes; a tie gives several choices.
function owedTo(quarter, owed) {
  if (owed <= 0) return [[]];
  const rest = ([, spent]) => spent % 15;
  const edge = quarter.map(rest).sort((one, other) => other - one)[owed - 1];
  const sure = quarter.filter((one) => rest(one) > edge).map(([code]) => code);
  const tied = quarter.filter((one) => rest(one) === edge).map(([code]) => code);
  return [...combinations(tied, owed - sure.length)].map((choice) => [...sure, ...choice]);
}

function others(quarter, choices) {
  return choices.slice(1).map((choice) => quarter.map(([code, spent]) => [code, Math.floor(spent / 15) + choice.includes(code)]));
}

const METHODS = {
  cms(quarter, units, steps) {
    if (!quarter.length) return [];
    const minutes = sum(quarter.map(([, spent]) => spent));
    const allowed = total(minutes);
    steps.push(`Timed minutes: ${quarter.map(([code, spent]) => `${spent} (${code})`).join(" + ")} = ${minutes}; ${said(allowed)} allowed.`);
    for (const [code, spent] of quarter) units.set(code, Math.floor(spent / 15));
    steps.push(`Whole 15-minute blocks first: ${quarter.map(([code]) => `${code} ${units.get(code)}`).join(", ")}.`);
    const choices = owedTo(quarter, allowed - sum(quarter.map(([code]) => units.get(code))));
    const spent = new Map(quarter);
    for (const code of choices[0]) {
      units.set(code, units.get(code) + 1);
      steps.push(`${code} has ${spent.get(code) % 15} minutes left over: 1 more unit.`);
    }
    if (choices.length > 1) steps.push("Equal minutes are left over: the therapist may choose which code takes the unit.");
    return others(quarter, choices);
  },
  ama(quarter, units, steps) {
    for (const [code, spent] of quarter) {
      units.set(code, whole(spent, 15));
      steps.push(`${code}: ${spent} minutes make ${said(units.get(code))} (a unit from 8 minutes, then one more every 15).`);
    }
    return [];
  },
  hybrid(quarter, units, steps) {
    const minutes = sum(quarter.map(([, spent]) => spent));
    steps.push(`Timed minutes: ${minutes}; together they allow ${said(total(minutes))}, and each code needs 8 minutes of its own for one.`);
    const near = quarter.filter(([, spent]) => spent % 15 >= 8);
    const owed = total(minutes) - sum(quarter.map(([, spent]) => Math.floor(spent / 15)));
    const choices = owedTo(near, Math.min(owed, near.length));
    for (const [code, spent] of quarter) {
      units.set(code, Math.floor(spent / 15) + choices[0].includes(code));
      steps.push(`${code}: ${spent} minutes make ${said(units.get(code))}.`);
    }
    return others(quarter, choices);
  },
  whole(quarter, units, steps) {
    for (const [code, spent] of quarter) {
      units.set(code, Math.floor(spent / 15));
      steps.push(`${code}: ${spent} minutes make ${said(units.get(code))} (whole quarters of an hour only).`);
    }
    return [];
  },
};

// Units of `FIRST+ADDON` keys shared out: one to the first code, the others to the add-on.
function split(units) {
  const shared = {};
  for (const [code, number] of units) {
    const [one, addon] = code.split("+");
    shared[one] = addon ? Math.min(number, 1) : number;
    if (addon) shared[addon] = Math.max(number - 1, 0);
  }
  return shared;
}

// `minutes`: pairs of code and whole minutes of one patient, day and discipline; `timing` says how each code is counted.
export function count(minutes, timing, method) {
  const units = new Map();
  const steps = [];
  const how = (code) => timing[first(code)] ?? "untimed";
  const quarter = minutes.filter(([code]) => how(code) === "timed-15");
  for (const [code, spent] of minutes) {
    const kind = how(code);
    if (kind === "timed-15") {
      units.set(code, 0);
    } else if (kind === "untimed") {
      units.set(code, spent > 0 ? 1 : 0);
      steps.push(`${code} is not counted by time: ${said(units.get(code))}.`);
    } else {
      units.set(code, whole(spent, BLOCK[kind]));
      steps.push(`${code} is counted by ${BLOCK[kind]} minutes: ${spent} minutes make ${said(units.get(code))}.`);
    }
  }
  const alternatives = METHODS[method](quarter, units, steps);
  const covered = sum(quarter.map(([code, spent]) => Math.min(spent, units.get(code) * 15)));
  return {
    units: split(units),
    total: sum([...units.values()]),
    timed_total: sum(quarter.map(([code]) => units.get(code))),
    method,
    alternatives: alternatives.map((other) => split(new Map([...units, ...other]))),
    unbilled_minutes: sum(quarter.map(([, spent]) => spent)) - covered,
    steps,
  };
}

function above(assistant, minutes, method) {
  if (method === "simple") return assistant >= Math.floor((minutes + 5) / 10) + 1;
  return Math.floor((assistant * 200 + minutes) / (2 * minutes)) >= 11;
}

// The fewest and the most of `units` that rightly carry the assistant modifier: `assistant` of `minutes` minutes were an assistant's.
export function assistant(minutes, given, units, settings) {
  if (!given || !units) return [0, 0];
  if (given === minutes) return [units, units];
  if (settings.counts === "service") {
    const marked = above(given, minutes, settings.method) ? units : 0;
    return [marked, marked];
  }
  const therapist = minutes - given;
  const [own, alone] = [Math.floor(given / 15), Math.floor(therapist / 15)];
  const [mine, theirs] = [given % 15, therapist % 15];
  const left = units - own - alone;
  if (left < 0) return [Math.max(0, units - alone), Math.min(units, own)];
  if (left === 0 || !mine) return [own, own];
  if (left === 1 && mine + theirs >= 8) {
    const free = settings.therapist_minutes !== null && theirs >= settings.therapist_minutes;
    const last = free || !above(mine, mine + theirs, settings.method) ? 0 : 1;
    return [own + last, own + last];
  }
  if (left === 2 && settings.pair_minutes !== null && Math.min(mine, theirs) >= settings.pair_minutes) return [own + 1, own + 1];
  return [own, own + left];
}
