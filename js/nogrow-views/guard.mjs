// This module wraps the exports of an instance, and reports each growth with the name of the export that caused it.

const PAGE = 65536;

export function guard({ exports }, { onGrow, memories = {}, enabled = true } = {}) {
  if (!enabled || !onGrow) {
    return exports;
  }
  const guarded = { __proto__: null, ...exports };
  const seen = new Map();
  let running;

  /** Report the growth since the last check, if an export is running. */
  const check = (exportName) => {
    for (const [memory, [memoryName, before, pagesBefore]] of seen) {
      const { buffer } = memory;
      const pagesAfter = buffer.byteLength / PAGE;
      seen.set(memory, [memoryName, buffer, pagesAfter]);
      // A growth by 0 pages detaches the previous buffer, which then has the same kind as the current one.
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
        // The outer export caused the growth until now.
        check(running);
        const outer = running;
        running = name;
        try {
          return value(...args);
        } finally {
          running = outer;
          check(name);
        }
      };
    }
  }
  if (!seen.size) {
    throw new TypeError("no memory to watch");
  }
  return guarded;
}
