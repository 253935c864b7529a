// module: callback.wat
// The import hands over a copy.
let wasm;
function take(bytes) {
  let sum = bytes[0];
  wasm.run();
  sum += bytes[0];
  return sum;
}
export const imports = {
  env: { callback: (ptr, length) => take(new Uint8Array(wasm.memory.buffer, ptr, length).slice()) },
};
export function setWasm(instance) {
  wasm = instance.exports;
}
