// The view is renewed only when it has to be larger.
// Seen in dotnet/runtime#59773 and nodejs/undici#728.

export function parser(load) {
  const guest = load();
  let size = 16;
  let pointer = guest.malloc(size);
  let input = new Uint8Array(guest.memory.buffer, pointer, size);
  const sum = (data) => {
    if (data.length > size) {
      guest.free(pointer);
      size = data.length;
      pointer = guest.malloc(size);
      input = new Uint8Array(guest.memory.buffer, pointer, size);
    }
    input.set(data);
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
      this.bytes = new Uint8Array(this.guest.memory.buffer, this.pointer, size);
    }
  }
  send(data) {
    this.reserve(data.length);
    this.bytes.set(data);
    return this.guest.sum(this.pointer, data.length);
  }
}

export function pipe(load) {
  const sender = new Pipe(load());
  sender.send([1, 2]);
  return sender.send([3, 4]);
}
