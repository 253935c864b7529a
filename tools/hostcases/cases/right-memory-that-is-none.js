// Right: things called memory that have nothing to do with WebAssembly.
class Memory {
  constructor(size) {
    this.buffer = new ArrayBuffer(size);
    this.bytes = new Uint8Array(this.buffer);
  }
  load(program) {
    this.bytes.set(program);
  }
}
export class Machine {
  constructor(cpu) {
    this.cpu = cpu;
    this.memory = new Memory(4096);
    this.words = new Uint16Array(this.memory.buffer);
  }
  boot(program) {
    this.memory.load(program);
    this.cpu.run(this.memory);
    return this.words[0];
  }
}
export function snapshot(store, save) {
  const { memory } = store;
  const view = new Uint8Array(memory.buffer);
  save("begin");
  return view[0];
}
