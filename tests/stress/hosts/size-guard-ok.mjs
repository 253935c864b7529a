// Only the address and the size are kept.

export function parser(load) {
  const guest = load();
  let size = 16;
  let pointer = guest.malloc(size);
  const sum = (data) => {
    if (data.length > size) {
      guest.free(pointer);
      size = data.length;
      pointer = guest.malloc(size);
    }
    new Uint8Array(guest.memory.buffer, pointer, size).set(data);
    return guest.sum(pointer, data.length);
  };
  sum([1, 2]);
  return sum([3, 4]);
}

class Pipe {
  size = 0;
  constructor(guest) {
    this.guest = guest;
  }
  reserve(size) {
    if (size > this.size) {
      this.pointer = this.guest.alloc(size);
      this.size = size;
    }
  }
  send(data) {
    this.reserve(data.length);
    new Uint8Array(this.guest.memory.buffer, this.pointer, this.size).set(data);
    return this.guest.sum(this.pointer, data.length);
  }
}

export function pipe(load) {
  const sender = new Pipe(load());
  sender.send([1, 2]);
  return sender.send([3, 4]);
}
