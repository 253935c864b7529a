// This module loads a guest, writes the two texts, calls set_name and reads the greeting through a view.

const SALUTATION = "Ahoy there";
const NAME = "Testy McTestface";

export class GuestError extends Error {
  name = "GuestError";
}

/** Return the exports of the guest at `url`, which must be a greeting guest. */
export async function load(url) {
  const response = await fetch(url);
  if (!response.ok) {
    throw new GuestError(`${url}: ${(await response.text()).trim()}`);
  }
  const { instance } = await WebAssembly.instantiateStreaming(response);
  return instance.exports;
}

/** Greet once with new views, so that the memory has room for a second greeting. */
export function warmUp(guest) {
  greet(guest, () => new Uint8Array(guest.memory.buffer), () => {});
}

/**
 * Return the greeting of the guest, read through the result of `view()`.
 *
 * `watch(moment)` is called before set_name, after it, and when the greeting is read.
 */
export function greet(guest, view, watch) {
  const salutation = write(view, guest.get_salutation_ptr(), SALUTATION);
  const name = write(view, guest.get_name_ptr(), NAME);
  const start = guest.get_msg_ptr();
  watch("before");
  const length = guest.set_name(salutation, name);
  watch("after");
  if (length < 0) {
    throw new GuestError(`the guest rejected the texts: set_name returned ${length}`);
  }
  const mem8 = view();
  watch("reading");
  return new TextDecoder().decode(mem8.slice(start, start + length));
}

function write(view, address, text) {
  const bytes = new TextEncoder().encode(text);
  view().set(bytes, address);
  return bytes.length;
}
