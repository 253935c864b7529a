// A loop writes through one view, although the call among the arguments allocates in the module.
// Bug: wasm-bindgen/wasm-bindgen#4353 (033e50a7). Fix: call first, then fetch the view, in every round.
let wasm;
let cached = null;
const table = new Map();
export function setWasm(instance) {
  wasm = instance.exports;
}
function dataView() {
  if (cached === null || cached.buffer !== wasm.memory.buffer) cached = new DataView(wasm.memory.buffer);
  return cached;
}
function addToTable(value) {
  const index = wasm.malloc(4);
  table.set(index, value);
  return index;
}
export function passArray(values) {
  const ptr = wasm.malloc(values.length * 4);
  const memory = dataView();
  for (let i = 0; i < values.length; i++) {
    memory.setUint32(ptr + 4 * i, addToTable(values[i]), true); // expect: finding
  }
  return ptr;
}
export function get(ptr) {
  return table.get(dataView().getUint32(ptr, true));
}
