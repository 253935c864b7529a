// Each round calls first, then fetches the view.
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
  for (let i = 0; i < values.length; i++) {
    const index = addToTable(values[i]);
    dataView().setUint32(ptr + 4 * i, index, true);
  }
  return ptr;
}
export function get(ptr) {
  return table.get(dataView().getUint32(ptr, true));
}
