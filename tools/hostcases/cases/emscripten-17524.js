// Functions bound with Embind return views that C++ made; the second call may detach the first view. JavaScript alone does
// not show that they are views.
// Bug: emscripten-core/emscripten#17524. Fix: the result is copied before the next call.
export function decode(Module, width, height, bytes) {
  const image = Module.decompressImage(width, height, bytes);
  const mask = Module.decompressMask(width, height, bytes);
  return [image[0], mask[0]]; // expect: possible
}
