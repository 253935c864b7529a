// module: two_callbacks.wat
// Views live in an array of handles, which the guest keeps across its own allocations.
// Bug: wasm-bindgen/wasm-bindgen#4532. Fix: the handle stands for pointer and length, and the view is made when it is used.
let wasm;
const handles = [];
export const imports = {
  env: {
    callback(ptr, length) {
      handles.push(new Uint8Array(wasm.memory.buffer, ptr, length));
      return handles.length - 1;
    },
    other(handle, byte) {
      handles[handle].fill(byte); // expect: finding
      return 0;
    },
  },
};
export function setWasm(instance) {
  wasm = instance.exports;
}
