// module: callback.wat
// A plugin hands the views to a runtime in another file when it starts, and not again when the glue has renewed them.
// Bug: zombieyang/puerts_unity_webgl_demo#74. Fix: the plugin hooks into the function that renews the views.
import { Runtime } from "./runtime.js";

let wasmMemory, HEAPU8, HEAPF32;
let updateMemoryViews = () => {
  const b = wasmMemory.buffer;
  HEAPU8 = new Uint8Array(b);
  HEAPF32 = new Float32Array(b);
};
function initRuntime(runtime) {
  runtime.updateViews(HEAPU8, HEAPF32);
}
export function start(module) {
  const runtime = new Runtime();
  const setNumber = (pages, at) => {
    wasmMemory.grow(pages);
    updateMemoryViews();
    return runtime.setNumber(at, 1.5);
  };
  const instance = new WebAssembly.Instance(module, { env: { callback: setNumber } });
  wasmMemory = instance.exports.memory;
  updateMemoryViews();
  initRuntime(runtime);
  return instance;
}
export const number = (at) => HEAPF32[at >> 2];
