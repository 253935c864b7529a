// A host that keeps Emscripten's view across a call.
import factory from "./guest.mjs";

export async function fill() {
  const Module = await factory();
  const view = Module.HEAPU8;
  const start = Module._take(1048576);
  view[start] = 1;
}
