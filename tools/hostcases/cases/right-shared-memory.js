// Right: growth does not detach views of a shared memory, and what is used lies in its first page.
export class Lock {
  constructor() {
    this.memory = new WebAssembly.Memory({ initial: 1, maximum: 8, shared: true });
    this.state = new Int32Array(this.memory.buffer, 0, 1);
  }
  enlarge() {
    return this.memory.grow(1);
  }
  take() {
    return Atomics.compareExchange(this.state, 0, 0, 1) === 0;
  }
}
