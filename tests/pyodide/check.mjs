// Runs check.py in CPython for WebAssembly: node check.mjs CLAIMS WHEEL...
import { readFileSync } from "node:fs";
import { loadPyodide } from "pyodide";

const [claims, ...wheels] = process.argv.slice(2);
const pyodide = await loadPyodide({
  stdout: (line) => process.stdout.write(`${line}\n`),
  stderr: (line) => process.stderr.write(`${line}\n`),
});
for (const wheel of wheels) {
  pyodide.unpackArchive(new Uint8Array(readFileSync(wheel)), "wheel");
}
pyodide.FS.writeFile("/claims.jsonl", new Uint8Array(readFileSync(claims)));
pyodide.runPython("import sys; sys.argv = ['check.py', '/claims.jsonl']");
pyodide.runPython(readFileSync(new URL("check.py", import.meta.url), "utf-8"));
