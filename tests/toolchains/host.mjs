// Load a guest, keep a view of its memory, call take(n) for each size, and print what became of the view.
//
// The argument is JSON: `module`, and perhaps `glue`, `kind` ("plain", "emscripten", "esm" or "go"), `pages` for
// a memory that the host supplies, and `sizes`.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { WASI } from "node:wasi";

const { module: file, glue, kind = "plain", pages, sizes } = JSON.parse(process.argv[2]);
const bytes = readFileSync(file);
if (!WebAssembly.validate(bytes)) {
  console.log(JSON.stringify({ problem: "the engine rejects the module" }));
  process.exit(0);
}
const module = new WebAssembly.Module(bytes);
const { Instance, Memory } = WebAssembly;
let instance;
let imported;
// The object whose `_take` is the export, as the glue names it.
let owner;

function instantiated(imports) {
  const own = Object.values(imports ?? {}).flatMap((group) => Object.values(group));
  imported = own.find((value) => value instanceof Memory);
  instance = new Instance(module, imports);
  return instance;
}

// Whatever the glue reads, it gets our module, which may be a sealed copy.
function replaceInstantiation() {
  globalThis.fetch = async () => new Response(bytes, { headers: { "Content-Type": "application/wasm" } });
  WebAssembly.instantiateStreaming = async (_, imports) => ({ module, instance: instantiated(imports) });
  WebAssembly.instantiate = async (source, imports) => {
    const made = instantiated(imports);
    return source instanceof WebAssembly.Module ? made : { module, instance: made };
  };
  WebAssembly.Instance = function (_, imports) {
    return instantiated(imports);
  };
  if (pages) {
    WebAssembly.Memory = class extends Memory {
      constructor({ shared } = {}) {
        super({ initial: pages, maximum: pages, shared });
      }
    };
  }
}

async function throughGlue() {
  replaceInstantiation();
  const loaded = kind === "esm" ? await import(pathToFileURL(glue)) : createRequire(import.meta.url)(glue);
  const factory = loaded.default ?? loaded;
  owner = typeof factory === "function" ? await factory() : factory;
  if (!owner.calledRun) await new Promise((resolve) => (owner.onRuntimeInitialized = resolve));
  return (size) => owner._take(size);
}

async function throughGo() {
  createRequire(import.meta.url)(glue);
  const go = new globalThis.Go();
  const made = instantiated(go.importObject);
  go.run(made);
  await new Promise((resolve) => setTimeout(resolve, 50));
  return made.exports.take;
}

async function alone() {
  const wasi = new WASI({ version: "preview1" });
  const imports = { wasi_snapshot_preview1: wasi.wasiImport };
  for (const { module: group, name, kind } of WebAssembly.Module.imports(module)) {
    if (kind !== "function") continue;
    imports[group] ??= {};
    // The program calls none of the guest's imports, except to report a failure.
    imports[group][name] ??= () => {
      throw new Error(`${group}.${name} was called`);
    };
  }
  const made = instantiated(imports);
  if (made.exports._initialize) wasi.initialize({ exports: made.exports });
  return made.exports.take;
}

const take = await (kind === "plain" ? alone() : kind === "go" ? throughGo() : throughGlue());
const memory = Object.values(instance.exports).find((value) => value instanceof Memory) ?? imported;

function allocated(size) {
  const before = memory.buffer;
  const view = new Uint8Array(before);
  let result;
  try {
    const start = take(size) >>> 0;
    result = start === 0 ? "null" : start + size <= memory.buffer.byteLength ? "works" : "overlaps the end";
    if (result === "works") new Uint8Array(memory.buffer).fill(7, start, start + size);
  } catch (error) {
    result = "throws";
    if (process.env.NOGROW_SHOW) console.error(error);
  }
  return { size, result, same: memory.buffer === before && view.length > 0, bytes: memory.buffer.byteLength };
}

const calls = sizes.map(allocated);
// The glue may replace its own name for the export by the export itself when it is called first.
const raw = Object.entries(instance.exports).find(([name, value]) => name === "take" || value === owner?._take);
console.log(JSON.stringify({ calls, entry: raw?.[0] }));
process.exit(0);
