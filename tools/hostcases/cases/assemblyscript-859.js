// An object maps pointers to the views that were made for them; later allocations detach the earlier ones.
// Bug: AssemblyScript/assemblyscript#859. Fix: the object keeps the sizes, and the view is made for each use.
const made = {};
export function createFloats(wasm, length) {
  const ptr = wasm.malloc(length * 4);
  const array = new Float32Array(wasm.memory.buffer, ptr, length);
  made[ptr] = { array, length };
  return ptr;
}
export function fill(wasm, ptr, value) {
  const { array } = made[ptr];
  array.fill(value); // expect: finding
}
