// Counts with the site's calculators: node run.mjs ASSETS, one JSON question a line on standard input, one answer a line on standard output.
import { readFileSync } from "node:fs";
import { join } from "node:path";

const load = (name) => import(join(process.argv[2], `${name}.mjs`));
const [{ count, assistant }, { after, businessDaysAfter }, { deadlines }, { KINDS }, { threshold }] = await Promise.all(
  ["units", "dates", "deadlines", "plan", "amounts"].map(load),
);
const ASKED = { count, assistant, after, businessDaysAfter, deadlines, threshold, plan: (kind, ...rest) => KINDS[kind](...rest) };
const lines = readFileSync(0, "utf-8").split("\n").filter(Boolean).map((line) => JSON.parse(line));
process.stdout.write(lines.map(([name, ...given]) => `${JSON.stringify(ASKED[name](...given))}\n`).join(""));
