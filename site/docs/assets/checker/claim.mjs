// One claim and what the rules say of it.
import { list, make, money, outside } from "./dom.mjs";
import { EVIDENCE, SEVERITY, STATE, TYPED, VERDICT, chip } from "./words.mjs";

function place(item) {
  const where = item.line === null ? "Claim" : `Line ${item.line}`;
  const spot = item.location;
  const at = !spot || spot.file === TYPED ? "" : spot.segment ? `segment ${spot.segment}` : spot.line ? `at line ${spot.line} of the file` : "";
  return at ? `${where} (${at})` : where;
}

function fixes(item, { actions }) {
  return item.fixes.map((fix) => make("li", [
    make("strong", fix.safety === "safe" ? "Safe to do: " : "Only if it is true: "),
    `${actions[`${fix.action} ${fix.value ?? ""}`]}${fix.line === null || fix.line === item.line ? "" : ` (line ${fix.line})`}`,
    fix.why ? ` — ${fix.why}` : "",
  ]));
}

export function source(cited) {
  const more = [cited.section, cited.publisher, cited.date && `dated ${cited.date}`, `grade ${cited.grade}`, cited.superseded && "a newer edition was not read"];
  return make("li", [
    cited.url ? outside(cited.title, cited.url) : cited.title,
    `; ${more.filter(Boolean).join("; ")}`,
    cited.last_checked ? `; last checked ${cited.last_checked}.` : ".",
  ]);
}

export const rule = (title, url, root) => outside(title, new URL(url.slice(1), root));

function finding(item, around) {
  const repairs = fixes(item, around);
  return make("li", [
    make("p", [chip(SEVERITY[item.severity], item.severity), ` ${place(item)}: `, make("strong", item.message)]),
    repairs.length ? make("ul", repairs) : null,
    make("p", [
      "Rule: ", rule(around.titles[item.rule] ?? item.rule, item.url, around.root),
      item.denials.length ? `. Comes back as ${item.denials.join(", ")}` : "",
      item.at_risk === null ? "." : `. At risk: ${money(item.at_risk)}.`,
    ]),
    list("Sources", item.sources.map(source)),
  ], { class: "pb-finding" });
}

const open = (item, { titles }) => make("li", `${place(item)}: ${item.message} (${titles[item.rule] ?? item.rule})`);

// What stands after the verdict: nothing is called clean without what was not checked.
export function reservation(report) {
  const missing = Object.entries(report.checked).filter(([, state]) => state === "unknown" || state === "not-on-file").map(([kind]) => EVIDENCE[kind]);
  return missing.length ? `Not fully checked: ${missing.join("; ")}.` : "";
}

export const verdict = (report) =>
  chip(`${VERDICT[report.verdict]}${report.verdict === "clean" && !report.complete ? "; not everything was checked" : ""}`, report.verdict);

// The claim without its heading; `around` has the words for its rules and fixes, and the address of the site.
export function detail(report, around) {
  const checked = Object.entries(report.checked).map(([kind, state]) => make("li", `${EVIDENCE[kind]}: ${STATE[state] ?? SEVERITY[state]?.toLowerCase() ?? state}`));
  const packs = report.packs.map((pack) => `${pack.id} ${pack.version}`).join(", ");
  return [
    report.payer === null ? make("p", `The payer is not on file${report.payer_as_sent ? `: ${report.payer_as_sent}` : ""}. Only the form of the claim was checked.`) : null,
    report.findings.length ? make("ul", report.findings.map((item) => finding(item, around)), { class: "pb-findings" }) : null,
    list("Applies, and the claim already answers it", report.resolved.map((item) => open(item, around))),
    list("Could not be checked", report.unknown.map((item) => open(item, around))),
    list("Nothing on file for the date", report.not_on_file.map((item) => open(item, around))),
    list("What was looked at", checked),
    make("p", `${report.passed} rules passed, ${report.not_applicable} do not apply. Checked against ${packs}.`),
  ].filter(Boolean);
}
