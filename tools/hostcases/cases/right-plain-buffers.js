// Right: buffers of files and sockets, which have subarrays and views like a memory.
export function header(file, parse) {
  const bytes = new Uint8Array(file.buffer, file.byteOffset, 8);
  const view = new DataView(file.buffer, file.byteOffset);
  parse(bytes.subarray(0, 4));
  return view.getUint8(4) + bytes[5];
}
export class Ring {
  constructor(size) {
    this.storage = Buffer.alloc(size);
    this.head = 0;
  }
  push(chunk, notify) {
    const free = this.storage.subarray(this.head);
    notify(chunk.length);
    chunk.copy(free);
    this.head += chunk.length;
    return this.storage[this.head - 1];
  }
}
