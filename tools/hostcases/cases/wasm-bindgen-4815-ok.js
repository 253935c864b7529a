// The pixels are copied.
const table = [];
export function draw(wasm, context, ptr, width, height) {
  const pixels = new Uint8ClampedArray(wasm.memory.buffer, ptr, width * height * 4).slice();
  const image = new ImageData(pixels, width, height);
  const slot = wasm.malloc(4);
  table[slot] = image;
  context.putImageData(image, 0, 0);
}
