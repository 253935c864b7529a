// Two message handlers renew the view, and a third function uses it after a call of an export.
// Seen in chaosprint/glicol#2.

class Processor {
  receive(message) {
    if (message.load) {
      this.guest = message.load();
      this.samples = new Float32Array(this.guest.memory.buffer, 0, 2);
    } else {
      this.guest.alloc(message.size);
      this.samples = new Float32Array(this.guest.memory.buffer, 0, 2);
    }
  }
  process(output) {
    this.guest.process();
    output.set(this.samples);
  }
}

export function audio(load) {
  const processor = new Processor();
  const output = new Float32Array(2);
  processor.receive({ load });
  processor.receive({ size: 8 });
  processor.process(output);
  return output[0];
}
