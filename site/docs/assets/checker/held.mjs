// The files that are in the page: their bytes (an 837 need not be UTF-8) with a list that shows them and takes them out again.
import { fold, make } from "./dom.mjs";

const LIMIT = 20_000_000;
const SHOWN = 200_000;
export const TOO_LARGE = "That is more than 20 MB. Use `payerbook check` on your machine, which has no such limit.";

const size = (bytes) => (bytes < 1000 ? `${bytes} bytes` : bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

export class Held {
  #list;
  #say;
  files = [];

  constructor(list, say) {
    this.#list = list;
    this.#say = say;
  }

  // Puts a file into the page; one of the same name is replaced. False when that would be too much.
  add(name, data, isSample = false) {
    const others = this.files.filter((file) => file.name !== name && !(isSample && file.isSample));
    if (tooLarge([...others, { data }])) return false;
    this.files = [...others, { name, data, isSample }];
    this.#show();
    return true;
  }

  clear() {
    this.files = [];
    this.#show();
  }

  #show() {
    this.#list.replaceChildren(...this.files.map((file) => this.#entry(file)));
  }

  #entry(file) {
    const remove = make("button", [`Remove`, make("span", ` ${file.name}`, { class: "pb-hidden" })], { type: "button", class: "pb-link" });
    remove.onclick = () => {
      this.files = this.files.filter((other) => other !== file);
      this.#show();
      this.#say(`${file.name} is no longer in the page.`);
    };
    const content = fold("Show", () => make("pre", new TextDecoder("windows-1252").decode(file.data.slice(0, SHOWN)), { tabindex: 0 }));
    return make("li", [make("span", `${file.name}, ${size(file.data.length)}`), " ", remove, content]);
  }
}

export const tooLarge = (files) => files.reduce((sum, { data }) => sum + data.length, 0) > LIMIT;
