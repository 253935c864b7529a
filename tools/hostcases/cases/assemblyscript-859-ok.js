// The object keeps the sizes, and the view is made for each use.
const made = {};
export function createFloats(wasm, length) {
  const ptr = wasm.malloc(length * 4);
  made[ptr] = { length };
  return ptr;
}
export function fill(wasm, ptr, value) {
  const { length } = made[ptr];
  const array = new Float32Array(wasm.memory.buffer, ptr, length);
  array.fill(value);
}
