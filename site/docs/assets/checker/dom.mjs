// Elements from texts: every text goes in as text, never as markup.
export function make(tag, content, attributes = {}) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...[content].flat(Infinity).filter((one) => one !== null && one !== undefined && one !== ""));
  return made;
}

export const outside = (words, href) =>
  make("a", [words, make("span", " (new tab)", { class: "pb-hidden" })], { href, target: "_blank", rel: "noopener noreferrer" });

// A fold; `content` may be a function, which is then asked when the fold is first opened.
export function fold(summary, content, attributes = {}) {
  const made = make("details", [make("summary", summary), typeof content === "function" ? null : content], { class: "pb-more", ...attributes });
  if (typeof content === "function") made.addEventListener("toggle", () => made.append(content()), { once: true });
  return made;
}

export const list = (summary, items) => (items.length ? fold(`${summary} (${items.length})`, make("ul", items)) : null);

export const several = (number, noun, many = `${noun}s`) => `${number.toLocaleString("en-US")} ${number === 1 ? noun : many}`;

export const money = (text) => `$${Number(text).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
