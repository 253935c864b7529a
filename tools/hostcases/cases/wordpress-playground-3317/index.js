// module: callback.wat
// The glue renews its views, but hands them on in an object literal, which another file takes apart into variables.
// Bug: WordPress/wordpress-playground#3317. Fix: the object has getters, and the other file reads them at each use.
import { bindUserSpace } from "./user-space.js";

let wasmMemory, HEAP16, HEAP32;
function updateMemoryViews() {
  const b = wasmMemory.buffer;
  HEAP16 = new Int16Array(b);
  HEAP32 = new Int32Array(b);
}
export function create(module) {
  let space;
  const syscall = (pages, lock) => {
    wasmMemory.grow(pages);
    updateMemoryViews();
    return space.fcntl(lock);
  };
  const instance = new WebAssembly.Instance(module, { env: { callback: syscall } });
  wasmMemory = instance.exports.memory;
  updateMemoryViews();
  space = bindUserSpace({ pid: 42, memory: { HEAP16, HEAP32 } });
  return instance;
}
export const pidOf = (lock) => HEAP32[(lock + 4) >> 2];
