// The other object holds a copy.

class Picture {
  constructor(pixels) {
    this.data = pixels;
  }
}

export function picture(load) {
  const guest = load();
  const pointer = guest.make(7);
  const pixels = new Uint8ClampedArray(guest.memory.buffer, pointer, 4);
  const shown = new Picture(pixels.slice());
  guest.alloc(4);
  return shown.data[0];
}

export function nodeBuffer(load) {
  const guest = load();
  const pointer = guest.make(7);
  const bytes = Buffer.from(guest.memory.buffer, pointer, 4);
  const copy = Buffer.from(bytes);
  guest.alloc(4);
  return copy.readUInt8(0);
}
