// Emscripten's glue renews HEAPU8 and its siblings, but not what the host keeps of them.
// Seen in emscripten-core/emscripten#6747, harfbuzz/harfbuzzjs#117 and mackron/miniaudio#219.

import { module } from "./support/emscripten.mjs";

export function subarray(load) {
  const Module = module(load);
  const pointer = Module._malloc(4);
  const bytes = Module.HEAPU8.subarray(pointer, pointer + 4);
  Module._work(pointer);
  return bytes[0];
}

export function sameBuffer(load) {
  const Module = module(load);
  const pointer = Module._malloc(8);
  const samples = new Float32Array(Module.HEAPF32.buffer, pointer, 2);
  Module._render(pointer);
  return samples[0];
}

export function namedProperty(load) {
  const Module = module(load);
  const heap = Module["HEAP32"];
  return heap[Module._answer() >> 2];
}

class Player {
  constructor(Module) {
    this.Module = Module;
    this.heap = Module.HEAPU8;
  }
  play(pointer) {
    this.Module._work(pointer);
    return this.heap[pointer];
  }
}

export function classField(load) {
  const player = new Player(module(load));
  return player.play(64);
}

export function receiverBeforeArgument(load) {
  const Module = module(load);
  let pointer;
  Module.HEAPU8.set([7], (pointer = Module._malloc(4)));
  return Module._byte(pointer);
}
