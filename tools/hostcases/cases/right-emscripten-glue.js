// module: callback.wat
// Right: the form of Emscripten's glue. One function renews all views, and everything that grows calls it.
let HEAPU8, HEAPU32, HEAPF32;
let wasmMemory, wasmExports;
export const Module = {};
function updateMemoryViews() {
  const b = wasmMemory.buffer;
  Module["HEAPU8"] = HEAPU8 = new Uint8Array(b);
  Module["HEAPU32"] = HEAPU32 = new Uint32Array(b);
  Module["HEAPF32"] = HEAPF32 = new Float32Array(b);
}
function growMemory(pages) {
  wasmMemory.grow(pages);
  updateMemoryViews();
  return 1;
}
const wasmImports = {
  callback: (size) => {
    const before = HEAPU8 ? 1 : 0;
    growMemory(size);
    HEAPU32[16] = before;
    return HEAPU8[64];
  },
};
export function create(module) {
  const instance = new WebAssembly.Instance(module, { env: wasmImports });
  wasmExports = instance.exports;
  wasmMemory = wasmExports.memory;
  updateMemoryViews();
  Module["_grow"] = (pages) => wasmExports.call(pages, 0);
  return Module;
}
export function write(text, at) {
  Module._grow(1);
  for (let i = 0; i < text.length; i++) HEAPU8[at + i] = text.charCodeAt(i);
  return HEAPF32.length > 0 && HEAPU8[at];
}
