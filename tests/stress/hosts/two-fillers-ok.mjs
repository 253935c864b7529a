// The function that uses the view makes it after the call.

class Processor {
  receive(message) {
    if (message.load) {
      this.guest = message.load();
    } else {
      this.guest.alloc(message.size);
    }
  }
  process(output) {
    this.guest.process();
    output.set(new Float32Array(this.guest.memory.buffer, 0, 2));
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
