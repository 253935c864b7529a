// An instance in, its exports out, wrapped so that a growth is told with the name of the export that caused it.

const PAGE = 65536;

export function guard({ exports }, { onGrow, memories = {}, enabled = true } = {}) {
  if (!enabled || !onGrow) {
    return exports;
  }
  const guarded = { __proto__: null, ...exports };
  const seen = new Map();
  let running;

  /** Tell what has grown since the last look, if an export is to blame. */
  const look = (exportName) => {
    for (const [memory, [memoryName, before, pagesBefore]] of seen) {
      const { buffer } = memory;
      const pagesAfter = buffer.byteLength / PAGE;
      seen.set(memory, [memoryName, buffer, pagesAfter]);
      // A growth by no page shows in the buffer before it: detached, and of the same sort as the one now.
      const detached = () => buffer !== before && !before.byteLength && buffer.resizable === before.resizable;
      if (exportName !== undefined && (pagesAfter !== pagesBefore || detached())) {
        onGrow({ exportName, memoryName, pagesBefore, pagesAfter });
      }
    }
  };

  for (const [name, value] of [...Object.entries(exports), ...Object.entries(memories)]) {
    if (value instanceof WebAssembly.Memory) {
      seen.set(value, [name]);
    } else if (typeof value === "function") {
      guarded[name] = (...args) => {
        // What has grown by now is the doing of the export that led here, not of this one.
        look(running);
        const outer = running;
        running = name;
        try {
          return value(...args);
        } finally {
          running = outer;
          look(name);
        }
      };
    }
  }
  if (!seen.size) {
    throw new TypeError("no memory to watch");
  }
  return guarded;
}
