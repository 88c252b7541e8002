// Counts with the site's calculators: node run.mjs ASSETS, one JSON question a line on standard input, one answer a line on standard output.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const load = (name) => import(join(process.argv[2], `${name}.mjs`));
const [{ count, assistant }, { after, businessDaysAfter }, { deadlines }, { KINDS, progress }, { yearly }, { price, compared, stretch }, { coverage, left, ahead }, { gaps }] =
  await Promise.all(["units", "dates", "deadlines", "plan", "amounts", "price", "visits", "versions"].map(load));
let tables = null;
const ASKED = {
  count, assistant, after, businessDaysAfter, deadlines, yearly, progress, compared, coverage, left, ahead,
  gaps: (...given) => gaps(...given).map((one) => one.rule.rule),
  plan: (kind, ...rest) => KINDS[kind](...rest),
  tables: (given) => { tables = given; },
  price: (payer, asked) => price(payer, tables, asked),
  stretch: (payer, day) => stretch(payer, tables, day),
};
const lines = readFileSync(0, "utf-8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
process.stdout.write(lines.map(([name, ...given]) => `${JSON.stringify(ASKED[name](...given) ?? null)}\n`).join(""));
