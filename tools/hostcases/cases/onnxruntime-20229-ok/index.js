// The builder gets a copy.
import { GraphBuilder } from "./graph.js";

export function load(Module, weights) {
  const builder = new GraphBuilder();
  for (const weight of weights) {
    const ptr = Module._malloc(weight.length);
    Module.HEAPU8.set(weight, ptr);
    builder.constant("uint8", Module.HEAPU8.slice(ptr, ptr + weight.length));
  }
  return builder.build();
}
