// The glue hands a view of some bytes to a function of the host, which calls an export before it reads them.
// Seen in wasm-bindgen/wasm-bindgen#1668 and toyobayashi/emnapi#220.

import { greeting } from "./support/callback.mjs";

export function slice(load) {
  return greeting(load, (bytes, guest) => {
    guest.alloc(64);
    return bytes[0] + bytes[1];
  });
}
