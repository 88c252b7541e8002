// The claim checker's worker. Once the engine is loaded it gives up every way to reach a network or to keep something.
import { check, engine } from "./engine.mjs";

const GIVEN_UP = [
  "fetch", "XMLHttpRequest", "WebSocket", "WebSocketStream", "EventSource", "WebTransport", "RTCPeerConnection", "importScripts", "Worker",
  "SharedWorker", "BroadcastChannel", "caches", "indexedDB", "cookieStore", "Notification",
];
let pyodide;

function giveUp() {
  for (const name of GIVEN_UP) {
    for (let place = self; place && place !== Object.prototype; place = Object.getPrototypeOf(place)) delete place[name];
    if (name in self) Object.defineProperty(self, name, { value: undefined });
  }
}

async function bytes(address) {
  const answer = await fetch(new URL(address, import.meta.url));
  if (!answer.ok) throw new Error(`${address} cannot be loaded (${answer.status}).`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function start(runtime) {
  const say = (text) => self.postMessage({ type: "progress", text });
  say("Loading Python …");
  const { loadPyodide } = await import("./pyodide.mjs");
  const options = { indexURL: new URL(".", import.meta.url).href };
  pyodide = await engine(loadPyodide, options, bytes, runtime, say);
  giveUp();
}

self.onmessage = async ({ data }) => {
  try {
    if (data.type === "start") await start(data.runtime);
    self.postMessage(data.type === "start" ? { type: "ready" } : { type: "answer", json: check(pyodide, data) });
  } catch (error) {
    self.postMessage({ type: "failed", text: String(error.message ?? error) });
  }
};
