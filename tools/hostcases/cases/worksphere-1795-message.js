// As worksphere-1795, in the form of an audio worklet: a message brings the module, another one asks for memory.
// Bug: SatyamPandey-07/WorkSphere#1795 (found in review). Fix: the handler of the second message makes the view again.
export class Processor {
  constructor(port) {
    port.onmessage = ({ data }) => {
      switch (data.type) {
        case "module":
          this.exports = new WebAssembly.Instance(data.module).exports;
          this.heap = new Float32Array(this.exports.memory.buffer);
          break;
        case "allocate":
          this.input = this.exports.malloc(data.size);
          port.postMessage({ type: "ready" });
          break;
      }
    };
  }
  process(samples) {
    this.heap.set(samples, this.input >> 2); // expect: finding
    return this.exports.peek(this.input + 3);
  }
}
