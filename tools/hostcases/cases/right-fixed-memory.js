// Right: the memory is as large as it may get, so that no growth succeeds with more pages, and the program never asks for none.
export class Arena {
  constructor(pages) {
    this.memory = new WebAssembly.Memory({ initial: 4, maximum: 4 });
    this.bytes = new Uint8Array(this.memory.buffer);
    this.pages = pages;
    this.top = 0;
  }
  put(value, after) {
    after(this.top);
    this.bytes[this.top] = value;
    return this.bytes[this.top++];
  }
}
