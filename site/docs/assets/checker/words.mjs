// The words of results, and marks that do not rest on color.
import { make } from "./dom.mjs";

export const VERDICT = {
  deny: "Would be denied",
  return: "Would be returned for correction",
  review: "Likely to be pulled for review",
  incomplete: "Nothing found, but not everything could be checked",
  clean: "Nothing found",
};
export const COUNTED = {
  deny: "would be denied",
  return: "would be returned for correction",
  review: "likely to be pulled for review",
  incomplete: "with nothing found, but not fully checked",
  clean: "with nothing found",
};
export const SEVERITY = { deny: "Denied", return: "Returned", review: "Review", advice: "Advice" };
export const EVIDENCE = { claim: "the claim itself", table: "dated tables", record: "history, eligibility, authorization", chart: "the chart" };
export const STATE = { clean: "nothing found", unknown: "not all of it could be checked", "not-on-file": "nothing on file for the date" };
export const FORM = { x12: "an 837", json: "claim JSON", csv: "a table (CSV)", fhir: "FHIR", other: "read by a plugin" };
// Names of what has none of its own.
export const PASTED = "pasted text";
export const TYPED = "the form";
const STYLE = { deny: "deny", return: "return", review: "review", clean: "clean" };

export const chip = (words, kind) => make("span", words, { class: `pb-chip${STYLE[kind] ? ` pb-${STYLE[kind]}` : ""}` });
