// Shows the pages that answer a query above the hits of the index, and asks the index for what was understood (understand.mjs).
// Nothing leaves the page.
import { prepare, understand } from "./understand.mjs";

const input = document.querySelector("[data-md-component=search-query]");
const place = document.querySelector(".md-search__scrollwrap");
const base = new URL(`${JSON.parse(document.getElementById("__config").textContent).base}/`, location);
const box = document.createElement("div");
box.className = "pb-found";
box.innerHTML = '<p class="pb-found-told" role="status"></p><div class="pb-found-cards"></div>';
const [told, list] = box.children;
let data = null, asked = null, raw = false;
const esc = (text) => String(text).replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign]);
const at = (path) => esc(new URL(path, base));

async function load() {
  asked ||= fetch(new URL("assets/aliases.json", base)).then((answer) => answer.json()).then((read) => { data = prepare(read); again(); });
  await asked;
}

// The theme asks its index once more, and the cards are written anew.
function again() {
  input.dispatchEvent(new Event("keyup", { bubbles: true }));
  show();
}

const listed = (words) => words.map((word) => `<b>${esc(word)}</b>`).join(", ");

function spelling(mended) {
  if (raw) return '<button type="button">Search with the spelling mended</button>';
  if (!mended.length) return "";
  const [typed, meant] = [mended.map(([word]) => word), mended.map(([, word]) => word)];
  return `Showing results for ${listed(meant)} instead of ${listed(typed)}. <button type="button">Search as typed</button>`;
}

function show() {
  const typed = input.value.trim();
  box.hidden = !data || typed.length < 2;
  if (box.hidden) return;
  const { cards, mended } = understand(typed, data, raw);
  const spelled = spelling(mended);
  const nothing = `Look in the lists of <a href="${at("code/")}">codes</a>, <a href="${at("payer/")}">payers</a>, <a href="${at("denial/")}">denials</a> or the <a href="${at("glossary/")}">glossary</a>.`;
  const says = [spelled, cards.length ? "" : nothing].filter(Boolean).join(" ");
  if (told.innerHTML !== says) told.innerHTML = says;
  told.hidden = !says;
  list.innerHTML = cards.map((card) => `<a class="pb-found-card" href="${at(card.url)}"><b>${esc(card.title)}</b><span>${esc(card.text)}</span></a>`).join("");
}

// The theme sends each query to its worker; what goes there is the query as it was understood.
const post = Worker.prototype.postMessage;
Worker.prototype.postMessage = function (message, ...more) {
  const query = data && message && message.type === 2 && typeof message.data === "string" && message.data.trim();
  post.call(this, query ? { ...message, data: understand(query, data, raw).query } : message, ...more);
};

// Up and down go through the field, the cards and the theme's hits; the theme itself knows only its hits.
function step(event) {
  const stops = [input, ...box.querySelectorAll(".pb-found-card"), ...place.querySelectorAll(".md-search-result :not(details) > [href], .md-search-result summary, .md-search-result details[open] [href]")];
  const here = stops.indexOf(document.activeElement);
  if (here < 0 || !box.querySelector(".pb-found-card")) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  stops[(here + (event.key === "ArrowDown" ? 1 : stops.length - 1)) % stops.length].focus();
}

if (input && place) {
  place.prepend(box);
  box.hidden = true;
  input.addEventListener("focus", load);
  input.addEventListener("input", () => { raw = false; show(); });
  input.form.addEventListener("reset", () => setTimeout(show));
  addEventListener("keydown", (event) => {
    const first = box.querySelector(".pb-found-card");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") step(event);
    else if (event.key === "Enter" && event.target === input && first) { event.preventDefault(); event.stopImmediatePropagation(); first.click(); }
  }, true);
  told.addEventListener("click", (event) => {
    if (!event.target.closest("button")) return;
    raw = !raw;
    input.focus();
    again();
  });
  if (new URLSearchParams(location.search).get("q")) load();
}
