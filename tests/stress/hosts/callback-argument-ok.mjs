// The host's function copies the bytes before it calls an export.

import { greeting } from "./support/callback.mjs";

export function slice(load) {
  return greeting(load, (bytes, guest) => {
    const copy = bytes.slice();
    guest.alloc(64);
    return copy[0] + copy[1];
  });
}
