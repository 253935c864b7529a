// module: fixed.wat
// needs: module
// Right with the module at hand: no export can grow the memory, so that views of static buffers stay valid (tiny-secp256k1).
let exports;
let input;
let output;
export function load(module) {
  ({ exports } = new WebAssembly.Instance(module));
  const { buffer } = exports.memory;
  input = new Uint8Array(buffer, exports.input.value, 4);
  output = new Uint8Array(buffer, exports.output.value, 4);
}
export function negate(bytes) {
  input.set(bytes);
  exports.negate();
  return output.slice(0, bytes.length);
}
