// The view is made again when the memory's buffer differs.
export class HrtfProcessor {
  constructor(instance) {
    const { exports } = instance;
    this.wasm = {
      memory: exports.memory,
      HEAPF32: new Float32Array(exports.memory.buffer),
      _malloc: exports.malloc,
      _process: exports.work,
    };
    this.allocateHeap(16);
  }
  allocateHeap(size) {
    this.input = this.wasm._malloc(size);
    this.output = this.wasm._malloc(size);
  }
  heap() {
    const { wasm } = this;
    if (wasm.HEAPF32.buffer !== wasm.memory.buffer) wasm.HEAPF32 = new Float32Array(wasm.memory.buffer);
    return wasm.HEAPF32;
  }
  process(samples) {
    this.heap().set(samples, this.input >> 2);
    return this.wasm._process(this.output, samples.length);
  }
}
