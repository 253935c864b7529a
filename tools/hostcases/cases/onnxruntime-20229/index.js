// A view is handed to a builder in another file, which keeps it and reads it only when the graph is built.
// Bug: microsoft/onnxruntime#20229. Fix: the builder gets a copy.
import { GraphBuilder } from "./graph.js";

export function load(Module, weights) {
  const builder = new GraphBuilder();
  for (const weight of weights) {
    const ptr = Module._malloc(weight.length);
    Module.HEAPU8.set(weight, ptr);
    builder.constant("uint8", Module.HEAPU8.subarray(ptr, ptr + weight.length));
  }
  return builder.build();
}
