// The page of the claim checker: takes claims, asks the worker, shows what it says. Claims live in this tab only: nothing is stored.
import { Desk } from "./desk.mjs";
import { make, several } from "./dom.mjs";
import { add, claim, remove, reset } from "./form.mjs";
import { Held, TOO_LARGE, tooLarge } from "./held.mjs";
import * as repair from "./repair.mjs";
import { show, summary } from "./view.mjs";
import { PASTED, TYPED } from "./words.mjs";

const page = document.getElementById("pb-checker");
const part = (name) => page.querySelector(`[data-part=${name}]`);
const [form, text, status, results] = ["form", "text", "status", "results"].map(part);
const NOTHING = "There is no claim yet. Choose a file or a sample, paste one, or fill in the form.";
const CLOSED = "details:not([open])";
const FORMATS = { csv: "Spreadsheet (CSV)", json: "JSON", sarif: "SARIF" };
const BUSY = ["[data-part=check]", "[data-part=form] button:not([type=button])", "[data-part=results] button"].join();

let running = false;
let asked; // what the results on the page answer: files, payer, today
const saved = new Set(); // addresses of files that were saved

const say = (words) => { status.textContent = words; };
const held = new Held(part("held"), say);
const desk = new Desk({ step: say, loaded, ready, counted });

function ready() {
  page.dataset.ready = "yes";
  part("loading").hidden = true;
  say("Checking …");
}

function loaded(bytes, total) {
  part("loading").hidden = false;
  part("bar").max = total;
  part("bar").value = bytes;
  part("amount").textContent = `${(bytes / 1e6).toFixed(1)} of ${(total / 1e6).toFixed(1)} MB`;
}

function counted(claims) {
  part("loading").hidden = false;
  part("bar").removeAttribute("value");
  part("amount").textContent = several(claims, "claim");
}

// Asks the engine one thing at a time; undefined when it could not answer, and the status line says why.
async function ask(question) {
  if (running) return undefined;
  busy(true);
  try {
    return await desk.ask(question);
  } catch (error) {
    delete page.dataset.ready;
    say(error.message);
    return undefined;
  } finally {
    busy(false);
  }
}

function busy(now) {
  running = now;
  part("cancel").hidden = !now;
  if (!now) part("loading").hidden = true;
  for (const button of page.querySelectorAll(BUSY)) button.disabled = now;
}

async function check(files, about = "") {
  if (!files.length) return say(NOTHING);
  if (tooLarge(files)) return say(TOO_LARGE);
  const question = { files: files.map(({ name, data }) => ({ name, data })), payer: part("payer").value || null, today: part("today").value || null };
  asked = undefined;
  results.replaceChildren();
  const told = await ask({ what: "check", ...question });
  if (told === undefined) return undefined;
  const found = JSON.parse(told);
  if (found.refused) return say(found.refused);
  asked = question;
  show(results, found, new URL(page.dataset.root, location.href), [actions(), offer(found.shown.safe)]);
  say(`${about}${summary(found.shown)}`);
  results.focus();
  return undefined;
}

function brought() {
  const pasted = new TextEncoder().encode(text.value);
  return text.value.trim() ? [...held.files, { name: PASTED, data: pasted }] : held.files;
}

function button(words, act, attributes = {}) {
  const made = make("button", words, { type: "button", class: "md-button", ...attributes });
  made.onclick = act;
  return made;
}

function actions() {
  const formats = Object.entries(FORMATS).map(([format, words]) => button(words, () => save(format), { "data-save": format }));
  return make("p", ["Save the report: ", ...formats.flatMap((one) => [one, " "]), button("Print", () => print())], { class: "pb-actions" });
}

async function save(format) {
  const written = await ask({ what: "saved", format, ...asked });
  if (written === undefined) return;
  give(written, `payerbook-report.${format}`);
  say(`The report is saved as payerbook-report.${format}.`);
}

function give(content, name) {
  const link = make("a", "", { download: name });
  link.href = URL.createObjectURL(new Blob([content], { type: "application/octet-stream" }));
  saved.add(link.href);
  link.click();
}

function offer(safe) {
  if (!safe) return null;
  const region = make("div", "", { "aria-live": "polite" });
  return make("section", [
    make("h3", "Corrections that follow from the claim itself"),
    make("p", `${several(safe, "finding")} can be corrected without asking anybody: how codes are written, or what stands twice. Your file stays as it is.`),
    button("Show the corrections", () => corrections(region), { "data-repair": "" }),
    region,
  ], { class: "pb-report pb-repair" });
}

async function corrections(region) {
  const answer = await ask({ what: "repaired", ...asked });
  if (answer === undefined) return;
  const told = JSON.parse(answer[0]);
  const files = asked.files.map(({ name }, place) => ({ name, data: answer[1][place] }));
  repair.show(region, told, {
    save: (place) => give(files[place].data, repair.corrected(files[place].name)),
    check: () => check(files, "The corrected claims: "),
  });
  say("The corrections are shown.");
}

function forget() {
  asked = undefined;
  held.clear();
  text.value = "";
  part("file").value = "";
  part("sample").value = "";
  reset(form);
  results.replaceChildren();
  for (const address of saved) URL.revokeObjectURL(address);
  saved.clear();
}

async function take(chosen) {
  const names = [];
  for (const file of chosen) {
    if (tooLarge([{ data: { length: file.size } }]) || !held.add(file.name, new Uint8Array(await file.arrayBuffer()))) return say(TOO_LARGE);
    names.push(file.name);
  }
  if (names.length) say(`${names.join(", ")} ${names.length === 1 ? "is" : "are"} in the page. Press Check.`);
  part("file").value = "";
  return undefined;
}

async function sample() {
  const name = part("sample").value;
  if (!name) return;
  try {
    const answer = await fetch(new URL(name, import.meta.url));
    if (!answer.ok) throw new Error(name);
    held.add(name, new Uint8Array(await answer.arrayBuffer()), true);
    say(`The sample ${name} is in the page. Press Check.`);
  } catch {
    say("The sample cannot be loaded without a network. Load the page again when there is one.");
  }
}

part("check").onclick = () => check(brought());
part("cancel").onclick = () => desk.stop(new Error("Stopped. What you brought in is still here."));
part("sample").onchange = sample;
part("file").onchange = () => take(part("file").files);
part("clear").onclick = () => {
  const done = "Everything is cleared.";
  if (running) desk.stop(new Error(done));
  forget();
  say(done);
  text.focus();
};
part("add").onclick = () => add(form);
form.onclick = (event) => {
  if (event.target.matches("[data-part=remove]")) remove(form, event.target.closest("fieldset"));
};
form.onsubmit = (event) => {
  event.preventDefault();
  check([{ name: TYPED, data: new TextEncoder().encode(JSON.stringify(claim(form), null, 2)) }]);
};
for (const name of ["dragenter", "dragover", "dragleave", "drop"]) {
  part("drop").addEventListener(name, (event) => {
    event.preventDefault();
    part("drop").classList.toggle("pb-over", name === "dragenter" || name === "dragover");
    if (name === "drop") take(event.dataTransfer.files);
  });
}
// Paper has no folds: they are opened for printing and closed again.
const opened = [];
addEventListener("beforeprint", () => {
  for (let one = results.querySelector(CLOSED); one; one = results.querySelector(CLOSED)) {
    one.dispatchEvent(new Event("toggle")); // fills it now: its own event comes too late
    one.open = true;
    opened.push(one);
  }
});
addEventListener("afterprint", () => { for (const one of opened.splice(0)) one.open = false; });
const now = new Date();
part("today").value = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
part("ui").hidden = false;
