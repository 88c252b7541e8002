// The claim checker's worker. Once the engine is loaded it gives up every way to reach a network or to keep something.
import { ask, engine } from "./engine.mjs";

const GIVEN_UP = [
  "fetch", "XMLHttpRequest", "WebSocket", "WebSocketStream", "EventSource", "WebTransport", "RTCPeerConnection", "importScripts", "Worker",
  "SharedWorker", "BroadcastChannel", "caches", "indexedDB", "cookieStore", "Notification",
];
const tell = (type, more) => self.postMessage({ type, ...more });
let pyodide;

function giveUp() {
  for (const name of GIVEN_UP) {
    for (let place = self; place && place !== Object.prototype; place = Object.getPrototypeOf(place)) delete place[name];
    if (name in self) Object.defineProperty(self, name, { value: undefined });
  }
}

// Counts what is fetched from here on, whoever fetches it, and tells how many bytes there are by now.
function count() {
  const plain = self.fetch;
  let bytes = 0;
  self.fetch = async (...asked) => {
    const answer = await plain.apply(self, asked);
    const reader = answer.clone().body.getReader();
    const next = ({ done, value }) => {
      if (done) return undefined;
      tell("loaded", { bytes: (bytes += value.length) });
      return reader.read().then(next);
    };
    reader.read().then(next).catch(() => {}); // whoever asked for the file is told of the fault
    return answer;
  };
}

async function load(address) {
  const answer = await fetch(new URL(address, import.meta.url));
  if (!answer.ok) throw new Error(`${address} cannot be loaded (${answer.status}).`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function start(runtime) {
  count();
  const { loadPyodide } = await import("./pyodide.mjs");
  const options = { indexURL: new URL(".", import.meta.url).href };
  pyodide = await engine(loadPyodide, options, load, runtime, (text) => tell("step", { text }), (claims) => tell("counted", { claims }));
  giveUp();
}

self.onmessage = async ({ data }) => {
  try {
    tell("answer", { value: data.what === "start" ? await start(data.runtime) : ask(pyodide, data) });
  } catch (error) {
    // A fault of Python brings its whole story, which could quote the claim: only its name is told.
    tell("failed", { fault: error.type ?? error.name, text: error.type ? "" : error.message });
  }
};
