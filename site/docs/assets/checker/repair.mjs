// The safe corrections: what would change, line by line, and the corrected files. What was brought in stays as it is.
import { make, several } from "./dom.mjs";

function line(text) {
  const kind = /^(---|\+\+\+|@@)/.test(text) ? "span" : text.startsWith("-") ? "del" : "ins";
  return make(kind, `${text}\n`);
}

function changed({ claim_id: id, diff, changes }) {
  const said = new Set(changes.map((one) => `${one.line === null ? "" : `Line ${one.line}: `}${one.words}${one.why ? ` — ${one.why}` : ""}`));
  return make("section", [
    make("h4", `Claim ${id}`),
    make("ul", [...said].map((words) => make("li", words))),
    make("pre", diff.trimEnd().split("\n").map(line), { class: "pb-diff", tabindex: 0, "aria-label": `What changes in claim ${id}` }),
  ]);
}

export const corrected = (name) => name.replace(/(\.[^.]*)?$/, (ending) => `-corrected${ending || ".txt"}`);

// What is shown of the answer of the engine; `save` and `check` are called with the number of a file, or with nothing.
export function show(region, { files, claims }, { save, check }) {
  const button = (words, act) => {
    const made = make("button", words, { type: "button", class: "md-button" });
    made.onclick = act;
    return made;
  };
  const fixes = files.reduce((sum, file) => sum + file.fixes, 0);
  region.replaceChildren(
    make("p", `${several(fixes, "correction")} in ${several(claims.length, "claim")}. Lines with - go, lines with + come; nothing else in the file changes.`),
    ...files.filter((file) => file.kept).map((file) => make("p", `${file.name} cannot be changed here: correct its claims in the program that wrote it.`)),
    ...claims.map(changed),
    make("p", [
      ...files.flatMap((file, place) => (file.fixes ? [button(`Save ${corrected(file.name)}`, () => save(place)), " "] : [])),
      button("Check the corrected claims", () => check()),
    ]),
  );
}
