// The worker that holds the engine: started when it is first asked, asked one thing at a time, made anew after it was stopped or broke.
const HERE = import.meta.url;
const ABSENT = "This copy of the site was built without the checker. Install payerbook and run `payerbook check` on your machine.";
const UNLOADED = "The checker could not be loaded. Look whether there is a network and press Check again, or use another browser.";
const FULL = "This is more than the memory of the page holds. Check the claims in smaller files, or use `payerbook check` on your machine.";

export class Desk {
  #tell;
  #worker;
  #address;
  #starting;
  #waiting;
  #halt;
  #round = 0;

  // `tell.step` hears in words what is going on, `tell.loaded` the bytes loaded and how many there will be, `tell.ready` that they
  // are there, `tell.counted` how many claims have been checked.
  constructor(tell) {
    this.#tell = tell;
  }

  // Throws an Error with words for people; the next question then starts a new worker.
  async ask(question) {
    const round = this.#round;
    const stopped = new Promise((_, reject) => { this.#halt = reject; });
    try {
      return await Promise.race([stopped, this.#answer(question)]);
    } catch (error) {
      if (round === this.#round) this.stop(error);
      throw error;
    }
  }

  // Ends the worker at once; who waits for an answer gets `reason`.
  stop(reason) {
    this.#round += 1;
    this.#worker?.terminate();
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#worker = this.#address = this.#starting = undefined;
    this.#halt?.(reason);
  }

  async #answer(question) {
    this.#starting ??= this.#start();
    await this.#starting;
    this.#tell.ready();
    return this.#send(question);
  }

  async #start() {
    const round = this.#round;
    this.#tell.step("Looking for the checker …");
    const held = await fetch(new URL("runtime.json", HERE)).catch(() => { throw new Error(UNLOADED); });
    const runtime = held.ok ? await held.json() : { ready: false };
    if (!runtime.ready) throw new Error(ABSENT);
    if (round !== this.#round) throw new Error("Stopped.");
    this.#tell.step(`Loading the checker, ${(runtime.bytes / 1e6).toFixed(0)} MB, once …`);
    // A worker from a blob: address falls under this page's content security policy; one from its own address would not.
    const source = new Blob([`import ${JSON.stringify(new URL("worker.mjs", HERE).href)};`], { type: "text/javascript" });
    this.#address = URL.createObjectURL(source);
    this.#worker = new Worker(this.#address, { type: "module" });
    this.#worker.onmessage = ({ data }) => this.#heard(data, runtime.bytes);
    this.#worker.onerror = () => this.#waiting.reject(new Error(UNLOADED));
    await this.#send({ what: "start", runtime });
    this.#worker.onerror = () => this.#waiting.reject(broken("error"));
  }

  #heard(data, total) {
    if (data.type === "step") this.#tell.step(data.text);
    else if (data.type === "loaded") this.#tell.loaded(data.bytes, total);
    else if (data.type === "counted") this.#tell.counted(data.claims);
    else if (data.type === "answer") this.#waiting.resolve(data.value);
    else this.#waiting.reject(data.text ? new Error(`${UNLOADED} (${data.text})`) : broken(data.fault));
  }

  #send(message) {
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#worker.postMessage(message);
    });
  }
}

function broken(fault) {
  if (fault === "MemoryError" || fault === "RangeError") return new Error(FULL);
  return new Error(`The checker broke down on this (${fault}): a fault of payerbook, not of your claims. Press Check to start it again.`);
}
