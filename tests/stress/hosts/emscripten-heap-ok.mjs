// The heap is read from the module after each call.

import { module } from "./support/emscripten.mjs";

export function subarray(load) {
  const Module = module(load);
  const pointer = Module._malloc(4);
  Module._work(pointer);
  return Module.HEAPU8.subarray(pointer, pointer + 4)[0];
}

export function sameBuffer(load) {
  const Module = module(load);
  const pointer = Module._malloc(8);
  Module._render(pointer);
  return new Float32Array(Module.HEAPF32.buffer, pointer, 2)[0];
}

export function namedProperty(load) {
  const Module = module(load);
  const pointer = Module._answer();
  return Module["HEAP32"][pointer >> 2];
}

class Player {
  constructor(Module) {
    this.Module = Module;
  }
  play(pointer) {
    this.Module._work(pointer);
    return this.Module.HEAPU8[pointer];
  }
}

export function classField(load) {
  const player = new Player(module(load));
  return player.play(64);
}

export function receiverBeforeArgument(load) {
  const Module = module(load);
  const pointer = Module._malloc(4);
  Module.HEAPU8.set([7], pointer);
  return Module._byte(pointer);
}
