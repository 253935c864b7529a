// The result is copied before the next call.
export function decode(Module, width, height, bytes) {
  const image = Module.decompressImage(width, height, bytes).slice();
  const mask = Module.decompressMask(width, height, bytes).slice();
  return [image[0], mask[0]];
}
