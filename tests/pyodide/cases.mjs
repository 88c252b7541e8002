// Runs a Python file in the engine of the site's claim checker: node cases.mjs SITE_ASSETS SCRIPT ARGUMENT
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadPyodide } from "pyodide";

const [assets, script, argument] = process.argv.slice(2);
const { engine } = await import(join(assets, "engine.mjs"));
const load = async (name) => new Uint8Array(readFileSync(join(assets, name.split("?")[0])));
const runtime = JSON.parse(readFileSync(join(assets, "runtime.json"), "utf-8"));
const options = { stdout: (line) => process.stdout.write(`${line}\n`), stderr: (line) => process.stderr.write(`${line}\n`) };
const pyodide = await engine(loadPyodide, options, load, runtime, () => {}, () => {});
pyodide.FS.writeFile("/argument", new Uint8Array(readFileSync(argument)));
pyodide.runPython("import sys; sys.argv = ['script', '/argument']");
pyodide.runPython(readFileSync(script, "utf-8"));
