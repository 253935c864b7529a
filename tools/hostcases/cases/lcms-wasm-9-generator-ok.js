// The generator yields copies.
function* transformed(Module, ...images) {
  for (const pixels of images) {
    const ptr = Module._malloc(pixels.length);
    Module._work(ptr, pixels.length);
    yield Module.HEAPU8.slice(ptr, ptr + pixels.length);
  }
}
export function difference(Module, left, right) {
  const [one, other] = transformed(Module, left, right);
  return one[0] - other[0];
}
