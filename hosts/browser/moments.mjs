// This module records the state at each moment as plain data: the pages, the buffers so far, and the last view.

const PAGE_BYTES = 65536;
const LONGEST_TEXT = 96;

/**
 * Return a recorder for a run. Its `view()` returns and remembers the result of `inner()`; `watch(name)` adds a moment.
 *
 * The recorder only asks for a view when the host does, because asking renews a watched view.
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
        buffers: buffers.map((buffer, index) => ({
          number: index + 1,
          bytes: buffer.byteLength,
          // The memory always has pages, so a buffer without bytes is detached.
          attached: buffer.byteLength > 0,
          resizable: buffer.resizable === true,
          current: index + 1 === current,
        })),
        view: { of, length: last.length, attached: last.buffer.byteLength > 0 },
      });
    },
  };
}

/** Return the text at `address` up to the first zero byte, read without the host's view. */
function textAt(memory, address) {
  const bytes = new Uint8Array(memory.buffer).slice(address, address + LONGEST_TEXT);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}
