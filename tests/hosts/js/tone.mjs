// An AudioWorklet processor that plays what a guest renders, through a view of one of two kinds.

import { liveViews } from "/hosts/views/index.mjs";

const FRAMES = 128;

class Tone extends AudioWorkletProcessor {
  constructor({ processorOptions: { module, live } }) {
    super();
    const { memory, render } = new WebAssembly.Instance(module).exports;
    const views = liveViews(memory);
    const kept = new Float32Array(memory.buffer);
    this.render = render;
    this.samples = live ? () => views.f32 : () => kept;
  }

  process(inputs, [[output]]) {
    try {
      const at = this.render() / 4;
      // Part by part, as `set` takes it: a view without its buffer is a TypeError here.
      output.set(this.samples().subarray(at, at + FRAMES));
      return true;
    } catch (error) {
      this.port.postMessage(`${error.name}: ${error.message}`);
      throw error;
    }
  }
}

registerProcessor("tone", Tone);
