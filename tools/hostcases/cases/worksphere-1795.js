// A hand-made object imitates Emscripten's: its HEAPF32 is made once, beside functions that grow the memory.
// Bug: SatyamPandey-07/WorkSphere#1795 (found in review). Fix: the view is made again when the memory's buffer differs.
export class HrtfProcessor {
  constructor(instance) {
    const { exports } = instance;
    this.wasm = {
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
  process(samples) {
    this.wasm.HEAPF32.set(samples, this.input >> 2); // expect: finding
    return this.wasm._process(this.output, samples.length);
  }
}
