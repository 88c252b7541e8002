// The reports of a check as HTML. Every text goes in as text, never as markup.
const VERDICT = {
  deny: "Would be denied",
  return: "Would be returned for correction",
  review: "Likely to be pulled for review",
  incomplete: "Nothing found, but not everything could be checked",
  clean: "Nothing found",
};
const SEVERITY = { deny: "Denied", return: "Returned", review: "Review", advice: "Advice" };
const STYLE = { deny: "deny", return: "return", review: "review", clean: "clean" };
const EVIDENCE = { claim: "the claim alone", table: "dated tables", record: "history, eligibility and authorization", chart: "the chart" };
const STATE = { clean: "nothing found", unknown: "not all of it could be checked", "not-on-file": "nothing on file for the date" };

function make(tag, content, attributes = {}) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...[content].flat().filter((one) => one !== null && one !== undefined && one !== ""));
  return made;
}

const chip = (words, style) => make("span", words, { class: `pb-chip${style ? ` pb-${style}` : ""}` });
const outside = (words, href) => make("a", [words, make("span", " (new tab)", { class: "pb-hidden" })], { href, target: "_blank", rel: "noopener noreferrer" });

function place(item) {
  const where = item.line === null ? "Claim" : `Line ${item.line}`;
  const spot = item.location;
  const at = spot?.segment ? `segment ${spot.segment}` : spot?.line ? `line ${spot.line} of the file` : "";
  return at ? `${where}, ${at}` : where;
}

function fixes(item, { actions }) {
  return item.fixes.map((fix) => make("li", [
    make("strong", fix.safety === "safe" ? "Correct it: " : "Only if it is true: "),
    `${actions[`${fix.action} ${fix.value}`]}${fix.line === null || fix.line === item.line ? "" : ` (line ${fix.line})`}`,
    fix.why ? ` — ${fix.why}` : "",
  ]));
}

function sources(item) {
  return item.sources.map((source) => make("li", [
    source.url ? outside(source.title, source.url) : source.title,
    `${source.section ? `, ${source.section}` : ""}. ${source.publisher}; grade ${source.grade}`,
    source.last_checked ? `; last checked ${source.last_checked}.` : ".",
  ]));
}

function listed(words, items) {
  return items.length ? make("details", [make("summary", `${words} (${items.length})`), make("ul", items)], { class: "pb-more" }) : null;
}

function finding(item, around) {
  const { titles, root } = around;
  const repairs = fixes(item, around);
  return make("li", [
    make("p", [chip(SEVERITY[item.severity], STYLE[item.severity]), ` ${place(item)}: `, make("strong", item.message)]),
    repairs.length ? make("ul", repairs) : null,
    make("p", [
      "Rule: ", outside(titles[item.rule] ?? item.rule, new URL(item.url.slice(1), root)),
      item.denials.length ? `. Seen as ${item.denials.join(", ")}` : "",
      item.at_risk === null ? "." : `. At risk: $${item.at_risk}.`,
    ]),
    listed("Sources", sources(item)),
  ], { class: "pb-finding" });
}

function open(item, { titles }) {
  return make("li", `${place(item)}: ${item.message} (${titles[item.rule] ?? item.rule})`);
}

function report(one, around) {
  const checked = Object.entries(one.checked).map(([kind, state]) => make("li", `${EVIDENCE[kind]}: ${STATE[state] ?? SEVERITY[state]?.toLowerCase() ?? state}`));
  const packs = one.packs.map((pack) => `${pack.id} ${pack.version}`).join(", ");
  return make("section", [
    make("h3", [`Claim ${one.claim_id} `, chip(`${VERDICT[one.verdict]}${one.verdict === "clean" && !one.complete ? "; not everything was checked" : ""}`, STYLE[one.verdict])]),
    one.payer === null ? make("p", `The payer is not on file${one.payer_as_sent ? `: ${one.payer_as_sent}` : ""}. Only the form of the claim was checked.`) : null,
    one.findings.length ? make("ul", one.findings.map((item) => finding(item, around)), { class: "pb-findings" }) : null,
    listed("Applies, and the claim already answers it", one.resolved.map((item) => open(item, around))),
    listed("Could not be checked", one.unknown.map((item) => open(item, around))),
    listed("Nothing on file for the date", one.not_on_file.map((item) => open(item, around))),
    make("p", `${one.passed} rules passed, ${one.not_applicable} do not apply. Checked against ${packs}.`),
    make("details", [make("summary", "What was looked at"), make("ul", checked)], { class: "pb-more" }),
  ], { class: "pb-report", "data-verdict": one.verdict });
}

function unread(problem) {
  const { segment, line, column, path } = problem.place;
  const where = [segment && `segment ${segment}`, line && `line ${line}`, column && `column ${column}`, path].filter(Boolean).join(", ");
  return make("li", [make("strong", problem.message), ` ${problem.repair} `, `(${[problem.code, where].filter(Boolean).join(", ")})`]);
}

// Fills the region for results; `found` is what the engine said, `root` the address of the site.
export function show(region, found, root) {
  const { reports, errors, summary, not_loaded: lost } = found.answer;
  const around = { ...found.words, root };
  region.replaceChildren(
    make("h2", "What the rules say", { id: "results" }),
    make("p", `${summary.claims} checked. At risk: $${summary.at_risk}. Not legal or billing advice; the payer's own documents decide.`),
    ...[
      errors.length ? make("section", [make("h3", "Not readable"), make("ul", errors.map(unread))], { class: "pb-report" }) : null,
      lost.length ? make("p", `Not loaded: ${lost.map((one) => one.name).join(", ")}.`) : null,
      ...reports.map((one) => report(one, around)),
    ].filter(Boolean),
  );
}
