// The callback also makes the view again if its length is 0, after the module has run.
let ptr = 0;
let samples = null;
export function audioCallback(Module, channel) {
  if (ptr === 0) ptr = Module._malloc(8);
  Module._work(ptr, 8);
  if (samples === null || samples.length === 0) {
    samples = new Uint8Array(Module.HEAPU8.buffer, ptr, 8);
  }
  for (let i = 0; i < channel.length; i++) {
    channel[i] = samples[i] / 128;
  }
}
