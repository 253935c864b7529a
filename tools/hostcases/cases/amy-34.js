// A callback makes the view on its first run only; later runs of the module grow the memory.
// Bug: shorepine/amy#34. Fix: the callback also makes it again if its length is 0.
let ptr = 0;
let samples = null;
export function audioCallback(Module, channel) {
  if (samples === null) {
    ptr = Module._malloc(8);
    samples = new Uint8Array(Module.HEAPU8.buffer, ptr, 8);
  }
  Module._work(ptr, 8);
  for (let i = 0; i < channel.length; i++) {
    channel[i] = samples[i] / 128; // expect: finding
  }
}
