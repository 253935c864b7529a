// Keep a view of the memory of a module, call take(1), take(2 ** 20) and take(2 ** 27), and print what became
// of them.
//
// Arguments: the module, then perhaps Emscripten's JavaScript, then perhaps the pages of the memory to supply.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { WASI } from "node:wasi";

const [file, glue, pages] = process.argv.slice(2);
const module = new WebAssembly.Module(readFileSync(file));

async function instantiated() {
  const wasi = new WASI({ version: "preview1" });
  const imports = { wasi_snapshot_preview1: wasi.wasiImport, env: { abort() {} } };
  const { exports } = await WebAssembly.instantiate(module, imports);
  if (exports._initialize) wasi.initialize({ exports });
  return { take: exports.take, memory: exports.memory };
}

async function loaded() {
  const own = pages && new WebAssembly.Memory({ initial: Number(pages), maximum: Number(pages) });
  let instance;
  let imported;
  await createRequire(import.meta.url)(glue)({
    ...(own && { wasmMemory: own }),
    instantiateWasm(imports, done) {
      imported = Object.values(imports.env ?? {}).find((value) => value instanceof WebAssembly.Memory);
      instance = new WebAssembly.Instance(module, imports);
      done(instance, module);
      return instance.exports;
    },
  });
  return { take: instance.exports.take, memory: instance.exports.memory ?? imported };
}

const { take, memory } = await (glue ? loaded() : instantiated());
const buffer = memory.buffer;
const kept = new Uint8Array(buffer);

// Fill `size` bytes; return whether that is possible, or else how the allocation fails.
function allocated(size) {
  let start;
  try {
    start = take(size) >>> 0;
  } catch {
    return "throws";
  }
  if (start === 0) return "null";
  new Uint8Array(memory.buffer).fill(7, start, start + size);
  return start + size <= memory.buffer.byteLength ? "works" : "overlaps the end";
}

const [byte, mebibyte] = [allocated(1), allocated(2 ** 20)];
const attached = () => memory.buffer === buffer && kept.length > 0;
const result = { byte, mebibyte, kept: attached() };
// The last allocation is more than a copy reserves.
result.beyond = allocated(2 ** 27);
result.kept_at_last = attached();
console.log(JSON.stringify(result));
