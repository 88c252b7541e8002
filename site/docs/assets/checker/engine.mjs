// The engine in CPython for WebAssembly: loaded from files beside this one, then asked with bytes and answering in JSON.
// The page's worker and the tests in node share it; `load` gives the bytes of a file by its name, `counted` hears how many claims went by.
export async function engine(loadPyodide, options, load, runtime, say, counted) {
  say("Starting Python …");
  const pyodide = await loadPyodide(options);
  say("Loading the rules …");
  for (const wheel of runtime.wheels) pyodide.unpackArchive(await load(wheel), "wheel");
  pyodide.unpackArchive(await load(runtime.engine), "zip", { extractDir: "/engine" });
  pyodide.runPython("import sys; sys.path.insert(0, '/engine'); from payerbook.cli.checker import Checker");
  pyodide.globals.set("counted", counted);
  pyodide.runPython("checker = Checker(counted)");
  return pyodide;
}

// Asks the checker: `what` is one of its methods, `files` have names and bytes; the answer is text, or an array of text and bytes.
export function ask(pyodide, { what, format, files, payer, today }) {
  const checker = pyodide.globals.get("checker");
  const given = pyodide.toPy(files.map(({ name, data }) => [name, data]));
  pyodide.globals.set("given", given);
  const held = pyodide.runPython("[(name, data.tobytes()) for name, data in given]");
  pyodide.globals.delete("given");
  given.destroy();
  try {
    const asked = [held, payer ?? undefined, today ?? undefined];
    const answer = what === "saved" ? checker.saved(format, ...asked) : checker[what](...asked);
    if (typeof answer === "string") return answer;
    const plain = answer.toJs({ create_pyproxies: false });
    answer.destroy();
    return plain;
  } finally {
    held.destroy();
    checker.destroy();
  }
}
