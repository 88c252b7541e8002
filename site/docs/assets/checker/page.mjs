// The page of the claim checker: takes a claim, asks the worker, shows what it says. Claims live in this tab only: nothing is stored.
import { claim } from "./form.mjs";
import { show } from "./view.mjs";

const page = document.getElementById("pb-checker");
const part = (name) => page.querySelector(`[data-part=${name}]`);
const [form, text, status, results] = ["form", "text", "status", "results"].map(part);
const LIMIT = 20_000_000;

let worker;
let starting;
let waiting;
let file; // the bytes of a file that was chosen: 837 files need not be UTF-8
let answer;

const say = (words) => { status.textContent = words; };

async function start() {
  const held = await fetch(new URL("runtime.json", import.meta.url));
  const runtime = held.ok ? await held.json() : { ready: false };
  if (!runtime.ready) throw new Error("This copy of the site was built without the checker. Install payerbook and run `payerbook check` on your machine.");
  say(`Loading the checker, ${(runtime.bytes / 1e6).toFixed(0)} MB, once …`);
  // A worker from a blob: address falls under this page's content security policy; one from its own address would not.
  const source = new Blob([`import ${JSON.stringify(new URL("worker.mjs", import.meta.url).href)};`], { type: "text/javascript" });
  worker = new Worker(URL.createObjectURL(source), { type: "module" });
  worker.onmessage = ({ data }) => {
    if (data.type === "progress") say(data.text);
    else if (data.type === "failed") waiting.reject(new Error(data.text));
    else waiting.resolve(data.json);
  };
  worker.onerror = () => waiting.reject(new Error("The checker could not be loaded. Load the page again, or use another browser."));
  await ask({ type: "start", runtime });
  page.dataset.ready = "yes";
}

function ask(message) {
  return new Promise((resolve, reject) => {
    waiting = { resolve, reject };
    worker.postMessage(message);
  });
}

async function check() {
  const data = file?.data ?? new TextEncoder().encode(text.value);
  if (!data.length) return say("There is no claim yet. Choose a sample, paste one, drop a file or fill in the form.");
  if (data.length > LIMIT) return say("This file is larger than 20 MB. Use `payerbook check` on your machine, which has no such limit.");
  part("check").disabled = true;
  try {
    starting ??= start();
    await starting;
    say("Checking …");
    const chosen = { payer: part("payer").value || null, today: part("today").value || null };
    const found = JSON.parse(await ask({ type: "check", data, name: file?.name ?? "the text", ...chosen }));
    if (found.refused) return say(found.refused);
    answer = found.answer;
    show(results, found, new URL(page.dataset.root, location.href));
    part("actions").hidden = false;
    say(summary(answer));
    results.focus();
  } catch (error) {
    if (!page.dataset.ready) starting = undefined;
    say(error.message);
  } finally {
    part("check").disabled = false;
  }
}

function summary({ summary: { claims, by_severity: found }, errors }) {
  const parts = Object.entries(found).filter(([, number]) => number).map(([name, number]) => `${number} ${name}`);
  const lost = errors.length ? `, ${errors.length} not readable` : "";
  return `${claims} ${claims === 1 ? "claim" : "claims"} checked${lost}: ${parts.join(", ") || "no finding"}.`;
}

function forget() {
  file = answer = undefined;
  text.value = "";
  text.readOnly = false;
  part("file").value = "";
  part("sample").value = "";
  form.reset();
  part("lines").replaceChildren(part("lines").firstElementChild);
  results.replaceChildren();
  part("actions").hidden = true;
}

async function take(chosen) {
  if (!chosen) return;
  forget();
  if (chosen.size > LIMIT) return say("This file is larger than 20 MB. Use `payerbook check` on your machine, which has no such limit.");
  file = { name: chosen.name, data: new Uint8Array(await chosen.arrayBuffer()) };
  text.value = new TextDecoder("windows-1252").decode(file.data.slice(0, 200_000));
  text.readOnly = true;
  say(`${chosen.name} is in the page. Press Check.`);
}

async function sample() {
  const name = part("sample").value;
  if (!name) return;
  forget();
  part("sample").value = name;
  try {
    const held = await fetch(new URL(name, import.meta.url));
    text.value = await held.text();
    say("The sample is in the page. Press Check.");
  } catch {
    say("The sample cannot be loaded without a network. Load the page again when there is one.");
  }
}

function save() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(answer, null, 2)], { type: "application/json" }));
  link.download = "payerbook-report.json";
  link.click();
  URL.revokeObjectURL(link.href);
}

part("check").onclick = check;
part("sample").onchange = sample;
part("file").onchange = () => take(part("file").files[0]);
part("save").onclick = save;
part("print").onclick = () => print();
part("clear").onclick = () => { forget(); say("Everything is cleared."); text.focus(); };
part("add").onclick = () => {
  const line = part("lines").firstElementChild.cloneNode(true);
  for (const field of line.querySelectorAll("input")) if (field.name !== "service_date") field.value = "";
  part("lines").append(line);
  line.querySelector("input").focus();
};
form.onsubmit = (event) => {
  event.preventDefault();
  const made = claim(form);
  file = undefined;
  text.readOnly = false;
  text.value = JSON.stringify(made, null, 2);
  check();
};
for (const name of ["dragover", "drop"]) {
  part("drop").addEventListener(name, (event) => {
    event.preventDefault();
    if (name === "drop") take(event.dataTransfer.files[0]);
  });
}
const now = new Date();
part("today").value = new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
part("ui").hidden = false;
