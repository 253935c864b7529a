// As amy-34, with `??=`.
// Bug: shorepine/amy#34. Fix: the view is made for each run.
let ptr = 0;
let samples;
export function audioCallback(Module, channel) {
  ptr ||= Module._malloc(8);
  samples ??= new Uint8Array(Module.HEAPU8.buffer, ptr, 8);
  Module._work(ptr, 8);
  channel.forEach((_, index) => {
    channel[index] = samples[index] / 128; // expect: finding
  });
}
