// Call the exports of an Emscripten program through its glue, and print what came out of it.
//
// Usage: node emscripten.mjs words|thrower|sleeper|threads|store GLUE WASM
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

const [job, glue, wasm] = process.argv.slice(2);
const hash = createHash("sha256");
const update = (value) => hash.update(String(value));

// Emscripten 3.1.6 takes a global fetch for that of a browser, and its ES modules use names of CommonJS.
delete globalThis.fetch;
globalThis.require = createRequire(import.meta.url);
globalThis.__dirname = dirname(glue);

async function factory() {
  if (!readFileSync(glue, "utf-8").includes("export default")) return globalThis.require(glue);
  const esModule = glue.replace(/\.js$/, ".mjs");
  copyFileSync(glue, esModule);
  return (await import(pathToFileURL(esModule))).default;
}

const module = await (await factory())({ wasmBinary: readFileSync(wasm), print: update, printErr: update });

// The first allocation does not grow the memory, except in a stressed copy.
const kept = module.HEAPU8;
module._malloc?.(1);
// With threads, the glue looks for a growth only when it accesses the memory itself.
module.UTF8ToString?.(1);
const isKept = kept.length > 0 && kept.length === module.HEAPU8.length;

const text = (i) => Array.from({ length: 30 }, (_, k) => `word${(i * k) % 900} ${"hä".repeat((i + k) % 7)}`).join(" ");

async function strings({ threads = 0, rounds = 150 }) {
  for (let thread = 0; thread < threads; thread++) module._start(thread);
  for (let i = 0; i < rounds; i++) {
    update(await module.ccall("add", "number", ["string"], [text(i)], { async: job === "sleeper" }));
    if (threads) continue;
    const at = module._malloc(1000);
    module.HEAPU8.set(Buffer.alloc(1000, i), at);
    update(module._digest(at, 1000) >>> 0);
    module._free(at);
    if (i % 20) continue;
    try {
      update(module._through_file(100));
    } catch (error) {
      update(typeof error);
    }
  }
  for (let thread = 0; thread < threads; thread++) {
    while (!module._done(thread)) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  update(module.UTF8ToString(module._report()));
}

function objects() {
  const store = new module.Store();
  for (let i = 0; i < 1000; i++) store.add(text(i));
  for (let i = 0; i < 1000; i += 7) update(store.line(i) + store.wide(i));
  update(store.each((line) => line.length + line.slice(0, 12)).join());
  const lines = store.copy();
  for (let i = 0; i < lines.size(); i++) update(lines.get(i).length);
}

if (job === "store") objects();
else await strings({ threads: job === "threads" ? 3 : 0, rounds: job === "sleeper" ? 40 : 150 });
console.log(JSON.stringify({ result: hash.digest("hex"), isKept }));
process.exit(0);
