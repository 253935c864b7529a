// The handler of the second message makes the view again.
export class Processor {
  constructor(port) {
    port.onmessage = ({ data }) => {
      switch (data.type) {
        case "module":
          this.exports = new WebAssembly.Instance(data.module).exports;
          break;
        case "allocate":
          this.input = this.exports.malloc(data.size);
          this.heap = new Float32Array(this.exports.memory.buffer);
          port.postMessage({ type: "ready" });
          break;
      }
    };
  }
  process(samples) {
    this.heap.set(samples, this.input >> 2);
    return this.exports.peek(this.input + 3);
  }
}
