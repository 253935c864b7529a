// module: callback.wat
// An import hands a view to a function, which calls the module and then reads the view again.
// Bug: wasm-bindgen/wasm-bindgen#1668. Fix: the import hands over a copy.
let wasm;
function take(bytes) {
  let sum = bytes[0];
  wasm.run();
  sum += bytes[0]; // expect: finding
  return sum;
}
export const imports = {
  env: { callback: (ptr, length) => take(new Uint8Array(wasm.memory.buffer, ptr, length)) },
};
export function setWasm(instance) {
  wasm = instance.exports;
}
