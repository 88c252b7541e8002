// Results: totals, equal faults of many claims together in the order of the command's text, what was not checked, then the claims.
import { detail, reservation, rule, source, verdict } from "./claim.mjs";
import { fold, list, make, money, several } from "./dom.mjs";
import { COUNTED, EVIDENCE, FORM, SEVERITY, TYPED, chip } from "./words.mjs";

const NOTICE = "Not legal or billing advice; the payer's own documents decide.";
const card = (content, attributes = {}) => make("section", content, { class: "pb-report", ...attributes });

const kinds = (open) => Object.keys(EVIDENCE).filter((kind) => open.some((one) => one.evidence === kind));

function totals({ summary, open }) {
  const verdicts = Object.entries(summary.by_verdict).filter(([, number]) => number);
  const clean = summary.by_verdict.clean + summary.by_verdict.incomplete > 0;
  const missing = kinds(open).map((kind) => EVIDENCE[kind]).join("; ");
  return [
    make("ul", verdicts.map(([name, number]) => make("li", [chip(`${number.toLocaleString("en-US")}`, name), ` ${COUNTED[name]}`])), { class: "pb-totals" }),
    Number(summary.at_risk) ? make("p", [make("strong", money(summary.at_risk)), " of charges may not be paid as billed."]) : null,
    clean ? make("p", `Nothing found means that no rule on file objects.${missing ? ` Not everything could be checked (${missing}); see below.` : ""}`) : null,
    make("p", NOTICE),
  ];
}

function read(file) {
  const what = file.form === null ? "no claim could be read" : `${file.name === TYPED ? "" : `${FORM[file.form]}, `}${several(file.claims, "claim")}`;
  return make("li", `${file.name}: ${what}`);
}

function asked([first]) {
  const today = first?.report.asked.today;
  return first ? make("li", `Checked by payerbook ${first.report.engine}${today ? ` as of ${today}` : ""}`) : null;
}

function unread(problem) {
  const { segment, line, column, path } = problem.place;
  const where = [problem.file, segment && `segment ${segment}`, line && `line ${line}`, column && `column ${column}`, path].filter(Boolean).join(", ");
  const whose = problem.claim_id ? `Claim ${problem.claim_id}: ` : "";
  return make("li", [make("strong", `${whose}${problem.message}`), ` ${problem.repair} `, make("span", `(${where}; ${problem.code})`, { class: "pb-note" })]);
}

function faults({ errors, summary }) {
  if (!errors.length) return null;
  const rest = summary.errors - errors.length;
  return card([
    make("h3", [chip("Not readable", "return"), ` ${several(summary.errors, "fault")} in what was brought in`]),
    make("ul", [...errors.map(unread), rest ? make("li", `and ${several(rest, "more", "more")}; the saved report lists all`) : null]),
  ]);
}

const effect = (group) =>
  group.effect === group.severity || group.effect === "none" ? "." : `. The payer may ${group.effect} it; the sources on file prove less.`;

function group(one, root) {
  const risk = Number(one.at_risk) ? `; ${money(one.at_risk)} at risk` : "";
  return card([
    make("h4", [chip(SEVERITY[one.severity], one.severity), ` ${one.rule.title}`]),
    make("p", `${several(one.times, "time")}${risk}.`, { class: "pb-note" }),
    make("ul", [
      ...one.messages.map(({ where, text }) => make("li", [make("strong", `${where}: `), text])),
      one.others ? make("li", `and ${several(one.others, "more", "more")} like it; the saved report lists all`) : null,
    ]),
    one.fixes.length ? make("p", make("strong", "What to do")) : null,
    make("ul", one.fixes.map((fix) => make("li", [make("strong", fix.safe ? "Safe to do: " : "Only if it is true: "), `${fix.words}${fix.why ? ` — ${fix.why}` : ""}`]))),
    make("p", ["Rule: ", rule(one.rule.title, one.rule.url, root), one.denials.length ? `. Comes back as ${one.denials.join(", ")}` : "", effect(one)]),
    list("Sources", one.sources.map(source)),
  ], { "data-verdict": one.severity });
}

function unanswered(open) {
  if (!open.length) return null;
  const item = (one) => make("li", `${one.text}${one.alike ? " And others like it." : ""} ${several(one.claims, "claim")}. (${one.rules.join("; ")})`);
  const parts = kinds(open).map((kind) => [make("p", make("strong", `Needs ${EVIDENCE[kind]}`)), make("ul", open.filter((one) => one.evidence === kind).map(item))]);
  return make("section", [
    make("h3", "Not checked"),
    make("p", "Facts or tables are missing. These are not passes."),
    fold(`What is missing (${open.length})`, parts.flat()),
  ]);
}

function claim({ report, payer, at_risk: risk, titles, actions }, root, alone) {
  const facts = [payer ?? report.payer_as_sent, Number(risk) ? `${money(risk)} at risk` : "", reservation(report)].filter(Boolean).join(" · ");
  const heading = [make("h3", [`Claim ${report.claim_id} `, verdict(report)]), make("p", facts, { class: "pb-note" })];
  const body = () => make("div", detail(report, { titles, actions, root }));
  return card([...heading, alone ? body() : fold("Everything about this claim", body)], { "data-verdict": report.verdict });
}

// The number of claims in words, for the status line.
export function summary({ summary: { claims, errors, by_verdict: found } }) {
  const parts = Object.entries(found).filter(([, number]) => number).map(([name, number]) => `${number.toLocaleString("en-US")} ${COUNTED[name]}`);
  return `${several(claims, "claim")} checked${errors ? `, ${several(errors, "fault")} in the input` : ""}${parts.length ? `: ${parts.join(", ")}` : ""}.`;
}

// Fills the region for results: `found` is what the engine said, `root` the address of the site, `beside` what the page adds to them.
export function show(region, { files, shown }, root, beside) {
  const { claims, groups, resolved, open, summary: counted, not_loaded: lost } = shown;
  const many = counted.claims > 1;
  const rest = counted.claims - claims.length;
  const parts = [
    make("h2", "What the rules say", { id: "results" }),
    ...totals(shown),
    make("ul", [...files.map(read), asked(claims)], { class: "pb-note", "aria-label": "What was read, and by what" }),
    lost.length ? make("p", `Not loaded: ${lost.map((one) => one.name).join(", ")}. Their payers went unchecked.`) : null,
    ...beside,
    faults(shown),
    many && groups.length ? make("section", [make("h3", "What was found"), ...groups.map((one) => group(one, root))]) : null,
    many && resolved.length ? list("Applies, and the claims already answer it", resolved.map((one) => make("li", `${one.text} ${several(one.times, "time")}. (${one.rule.title})`))) : null,
    many ? unanswered(open) : null,
    many ? make("section", [make("h2", "Claim by claim"), ...claims.map((one) => claim(one, root, false)), rest ? make("p", `${several(rest, "more claim")}: the saved report has all of them.`) : null]) : null,
    ...(many ? [] : claims.map((one) => claim(one, root, true))),
  ];
  region.replaceChildren(...parts.filter(Boolean));
}
