// What there is at a moment, as plain data: the memory's pages, the buffers seen so far, and the view used last.

const PAGE_BYTES = 65536;
const LONGEST_TEXT = 96;

/**
 * A recorder for one run. `view()` of it gives what `inner()` gives and remembers it; `watch(name)` adds a moment.
 *
 * It asks for a view only when the host does: to ask is what makes a watched view new.
 */
export function recorder(memory, inner, address) {
  const buffers = [];
  const moments = [];
  let last = null;

  function number(buffer) {
    if (!buffers.includes(buffer)) {
      buffers.push(buffer);
    }
    return buffers.indexOf(buffer) + 1;
  }

  return {
    moments,
    view() {
      last = inner();
      number(last.buffer);
      return last;
    },
    watch(name) {
      const current = number(memory.buffer);
      const of = number(last.buffer);
      moments.push({
        name,
        pages: memory.buffer.byteLength / PAGE_BYTES,
        greeting: { page: Math.floor(address / PAGE_BYTES), text: textAt(memory, address) },
        buffers: buffers.map((buffer, at) => ({
          number: at + 1,
          bytes: buffer.byteLength,
          // The memory has pages at all times, so a buffer of its own without a byte is a detached one.
          attached: buffer.byteLength > 0,
          resizable: buffer.resizable === true,
          current: at + 1 === current,
        })),
        view: { of, length: last.length, attached: last.buffer.byteLength > 0 },
      });
    },
  };
}

/** What stands at `address` up to the first zero byte. A view of its own reads it: the host's stays as it is. */
function textAt(memory, address) {
  const bytes = new Uint8Array(memory.buffer).slice(address, address + LONGEST_TEXT);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}
