// The view is made after the call, or renewed when the memory has another buffer.

export function madeOnce(load) {
  const guest = load();
  guest.scratch(100);
  const pointer = guest.scratch(100);
  return new Uint8Array(guest.memory.buffer)[pointer + 99];
}

export function renewedIfDetached(load) {
  const guest = load();
  let view;
  const fresh = () => {
    if (view?.buffer !== guest.memory.buffer) {
      view = new DataView(guest.memory.buffer);
    }
    return view;
  };
  fresh().getUint8(guest.scratch(100) + 99);
  const pointer = guest.scratch(100);
  return fresh().getUint8(pointer + 99);
}
