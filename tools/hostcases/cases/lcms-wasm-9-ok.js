// The function returns a copy.
export function transform(Module, pixels) {
  const input = Module._malloc(pixels.length);
  const output = Module._malloc(pixels.length);
  Module.HEAPU8.set(pixels, input);
  Module._work(output, pixels.length);
  Module._free(input);
  return Module.HEAPU8.slice(output, output + pixels.length);
}
export function difference(Module, left, right) {
  const one = transform(Module, left);
  const other = transform(Module, right);
  return one[0] - other[0];
}
