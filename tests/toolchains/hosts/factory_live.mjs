// A host that reads Emscripten's view after the call, as the advice says.
import factory from "./guest.mjs";

export async function fill() {
  const Module = await factory();
  const start = Module._take(1048576);
  Module.HEAPU8[start] = 1;
}
