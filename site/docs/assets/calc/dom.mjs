// Elements that the results of calculators are made of, and the form's own fields.
export const form = document.querySelector("form[data-calc]");
export const data = await (await fetch(form.dataset.data)).json();
export const field = (name) => form.elements[name]?.value.trim() ?? "";
export const payer = () => data.payers.find((one) => one.id === field("payer"));

// The rows of a form that repeats some fields, each as its values by name.
export const rows = () =>
  [...form.querySelectorAll("[data-part=rows] > *")].map((row) => Object.fromEntries([...row.querySelectorAll("input, select")].map((one) => [one.name, one.value.trim()])));

export function make(tag, content, attributes = {}) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...[content].flat().filter((one) => one !== null));
  return made;
}

export const strong = (words) => make("p", words, { class: "pb-result" });
export const list = (items) => make("ul", items.map((one) => make("li", one)));
export const address = (path) => form.dataset.root + path;
export const link = (rule) => make("a", rule.title, { href: address(rule.url.slice(1)) });

// A table whose rows are cards on a phone; the first cell heads its row.
export function table(caption, headings, lines) {
  const head = make("thead", make("tr", headings.map((one) => make("th", one, { scope: "col" }))));
  const cell = (content, place) => (place ? make("td", make("div", content), { "data-label": headings[place] }) : make("th", content, { scope: "row" }));
  const body = make("tbody", lines.map((line) => make("tr", line.map(cell))));
  return make("div", make("table", [make("caption", caption), head, body], { class: "pb-table" }), { class: "pb-scroll" });
}
