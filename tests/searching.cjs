// Runs searches as the site does: understood by understand.mjs, then looked up by the theme's own worker in the site's own index.
// Input on standard input: {site, searches, indexed: whether the index is asked}; output: for each search the addresses as they are shown.
const fs = require("fs"), path = require("path"), vm = require("vm");
const { site, searches, indexed } = JSON.parse(fs.readFileSync(0, "utf8"));
const folder = path.join(site, "assets/javascripts/workers");
const worker = fs.readFileSync(path.join(folder, fs.readdirSync(folder).find((name) => /^search\..*\.js$/.test(name))), "utf8");
const waiting = [];
let listen;
const scope = {
  console, setTimeout, TextDecoder,
  addEventListener: (type, use) => { if (type === "message") listen = use; },
  postMessage: (message) => waiting.shift()(message),
  importScripts: () => {},
  location: { href: "https://site.example/" }, document: {}, Intl,
};
scope.self = scope.global = scope.globalThis = scope;
vm.runInNewContext(worker, scope);
const send = (message) => new Promise((done) => { waiting.push(done); listen({ data: message }); });
const SETUP = 0, QUERY = 2;
(async () => {
  const script = await import(path.resolve(site, "assets/understand.mjs"));
  const data = script.prepare(JSON.parse(fs.readFileSync(path.join(site, "assets/aliases.json"), "utf8")));
  if (indexed) {
    const index = JSON.parse(fs.readFileSync(path.join(site, "search/search_index.json"), "utf8"));
    await send({ type: SETUP, data: { ...index, options: { suggest: true } } });
  }
  const found = [];
  for (const search of searches) {
    const meant = script.understand(search, data);
    const items = indexed ? (await send({ type: QUERY, data: meant.query })).data.items : [];
    const hits = items.map((group) => group[0].location);
    found.push({ search, cards: meant.cards.map((card) => card.url), hits: hits.slice(0, 5), count: hits.length, mended: meant.mended });
  }
  console.log(JSON.stringify(found));
})();
