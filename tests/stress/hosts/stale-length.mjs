// Growth does not detach the view of a shared memory, but the view keeps its length, and reads past it fail.
// Seen in toyobayashi/emnapi#206, bldrs-ai/conway#485 and oven-sh/bun#40654.

export function madeOnce(load) {
  const guest = load();
  const bytes = new Uint8Array(guest.memory.buffer);
  guest.scratch(100);
  return bytes[guest.scratch(100) + 99];
}

export function renewedIfDetached(load) {
  const guest = load();
  let view;
  const fresh = () => {
    if (!view?.buffer.byteLength) {
      view = new DataView(guest.memory.buffer);
    }
    return view;
  };
  fresh().getUint8(guest.scratch(100) + 99);
  const pointer = guest.scratch(100);
  return fresh().getUint8(pointer + 99);
}
