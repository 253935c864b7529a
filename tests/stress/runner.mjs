// This program runs each host over the guest and over its stressed copy, and prints the outcomes as JSON.
//
// Usage: node runner.mjs GUARD JOBS. GUARD is the module that exports `guard`. JOBS is a JSON file, a list of
// `{ host, test, guest, watched }`: a module, the name of a function in it, a WebAssembly file, and whether
// `guard` watches its exports.

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const EXPECTED = 7;

const [guardPath, jobsPath] = process.argv.slice(2);
const { guard } = await import(pathToFileURL(guardPath));

const memoriesOf = (imports) =>
  Object.fromEntries(
    Object.values(imports)
      .flatMap((fields) => Object.entries(fields))
      .filter(([, value]) => value instanceof WebAssembly.Memory),
  );

async function outcome({ host, test, guest, watched }) {
  const growths = [];
  const module = new WebAssembly.Module(readFileSync(guest));
  const load = (imports = {}) => {
    const instance = new WebAssembly.Instance(module, imports);
    const onGrow = ({ exportName }) => growths.push(exportName);
    return watched ? guard(instance, { onGrow, memories: memoriesOf(imports) }) : instance.exports;
  };
  const { [test]: run } = await import(pathToFileURL(host));
  try {
    const value = await run(load);
    // JSON has no undefined, which is what a detached view has at each index.
    return { passed: value === EXPECTED, value: String(value), growths };
  } catch (error) {
    return { passed: false, error: `${error.name}: ${error.message}`, stack: error.stack, growths };
  }
}

const outcomes = [];
for (const job of JSON.parse(readFileSync(jobsPath, "utf-8"))) {
  outcomes.push(await outcome(job));
}
console.log(JSON.stringify(outcomes));
