// The view is made for each run.
let ptr = 0;
export function audioCallback(Module, channel) {
  ptr ||= Module._malloc(8);
  Module._work(ptr, 8);
  const samples = new Uint8Array(Module.HEAPU8.buffer, ptr, 8);
  channel.forEach((_, index) => {
    channel[index] = samples[index] / 128;
  });
}
