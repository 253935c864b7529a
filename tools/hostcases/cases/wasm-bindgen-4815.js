// An ImageData over the memory is put into a table, which allocates in the module, before it is drawn.
// Bug: wasm-bindgen/wasm-bindgen#4815. Fix: the pixels are copied.
const table = [];
export function draw(wasm, context, ptr, width, height) {
  const pixels = new Uint8ClampedArray(wasm.memory.buffer, ptr, width * height * 4);
  const image = new ImageData(pixels, width, height);
  const slot = wasm.malloc(4);
  table[slot] = image;
  context.putImageData(image, 0, 0); // expect: finding
}
