// This AudioWorklet processor plays the tone of a guest, through a kept view or a live one.

import { liveViews } from "/js/nogrow-views/index.mjs";

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
      const start = this.render() / 4;
      // A detached view throws a TypeError here.
      output.set(this.samples().subarray(start, start + FRAMES));
      return true;
    } catch (error) {
      this.port.postMessage(`${error.name}: ${error.message}`);
      throw error;
    }
  }
}

registerProcessor("tone", Tone);
