// One greeting by a guest: loads it, writes the two texts, calls set_name and reads the answer through a view.

const SALUTATION = "Ahoy there";
const NAME = "Testy McTestface";

export class GuestError extends Error {
  name = "GuestError";
}

/** The exports of the guest at `url`; it must have what the greeting needs. */
export async function load(url) {
  const response = await fetch(url);
  if (!response.ok) {
    throw new GuestError(`${url}: ${(await response.text()).trim()}`);
  }
  const { instance } = await WebAssembly.instantiateStreaming(response);
  return instance.exports;
}

/**
 * The greeting of the guest, read through the view that `view()` gives at that moment.
 *
 * `watch(moment)` is called before set_name, after it, and when the answer is read.
 */
export function greet(guest, view, watch) {
  const salutation = write(view(), guest.get_salutation_ptr(), SALUTATION);
  const name = write(view(), guest.get_name_ptr(), NAME);
  const start = guest.get_msg_ptr();
  watch("before");
  const length = guest.set_name(salutation, name);
  watch("after");
  if (length < 0) {
    throw new GuestError(`the guest refused the texts: set_name returned ${length}`);
  }
  const mem8 = view();
  watch("reading");
  return new TextDecoder().decode(mem8.slice(start, start + length));
}

function write(mem8, address, text) {
  const bytes = new TextEncoder().encode(text);
  mem8.set(bytes, address);
  return bytes.length;
}
