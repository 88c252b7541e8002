// The engine in CPython for WebAssembly: loaded from files beside this one, then asked with bytes and answering in JSON.
// The page's worker and the tests in node share it; `load` gives the bytes of a file by its name.
export async function engine(loadPyodide, options, load, runtime, say) {
  say("Starting Python …");
  const pyodide = await loadPyodide(options);
  say("Loading the rules …");
  for (const wheel of runtime.wheels) pyodide.unpackArchive(await load(wheel), "wheel");
  pyodide.unpackArchive(await load(runtime.engine), "zip", { extractDir: "/engine" });
  pyodide.runPython("import sys; sys.path.insert(0, '/engine'); from payerbook.cli.service import Checker; checker = Checker()");
  return pyodide;
}

// What `payerbook check --json` says of the bytes of a file, with the titles of the rules named.
export function check(pyodide, { data, name, payer, today }) {
  const checker = pyodide.globals.get("checker");
  pyodide.globals.set("given", data);
  const given = pyodide.runPython("given.to_bytes()");
  pyodide.globals.delete("given");
  try {
    return checker.check(given, name, payer ?? undefined, today ?? undefined);
  } finally {
    given.destroy?.();
    checker.destroy();
  }
}
