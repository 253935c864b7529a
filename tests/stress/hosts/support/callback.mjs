// This module imitates glue code that hands slices to the host as views.

export function greeting(load, take) {
  let result;
  const none = () => {};
  const guest = load({
    host: {
      first: none,
      second: none,
      third: none,
      take: (pointer, length) => {
        result = take(new Uint8Array(guest.memory.buffer, pointer, length), guest);
      },
    },
  });
  guest.greet();
  return result;
}
