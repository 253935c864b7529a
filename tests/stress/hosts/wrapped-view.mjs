// Another object holds the view, as an ImageData holds its pixels, when the guest allocates.
// Seen in wasm-bindgen/wasm-bindgen#4815.

class Picture {
  constructor(pixels) {
    this.data = pixels;
  }
}

export function picture(load) {
  const guest = load();
  const pointer = guest.make(7);
  const shown = new Picture(new Uint8ClampedArray(guest.memory.buffer, pointer, 4));
  guest.alloc(4);
  return shown.data[0];
}

export function nodeBuffer(load) {
  const guest = load();
  const pointer = guest.make(7);
  const bytes = Buffer.from(guest.memory.buffer, pointer, 4);
  guest.alloc(4);
  return bytes.readUInt8(0);
}
