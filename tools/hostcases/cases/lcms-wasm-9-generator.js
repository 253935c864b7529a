// As lcms-wasm-9, with a generator that yields the views.
// Bug: mattdesl/lcms-wasm#9. Fix: the generator yields copies.
function* transformed(Module, ...images) {
  for (const pixels of images) {
    const ptr = Module._malloc(pixels.length);
    Module._work(ptr, pixels.length);
    yield Module.HEAPU8.subarray(ptr, ptr + pixels.length);
  }
}
export function difference(Module, left, right) {
  const [one, other] = transformed(Module, left, right);
  return one[0] - other[0]; // expect: finding
}
