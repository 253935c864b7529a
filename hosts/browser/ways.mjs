// The three ways to have a view, each with the lines of a host that does so.

import { liveViews } from "../views/index.mjs";

/** A way gives, for a memory, a function that gives the Uint8Array to use now. */
export const WAYS = {
  kept: {
    view(memory) {
      const mem8 = new Uint8Array(memory.buffer);
      return () => mem8;
    },
    code: `const mem8 = new Uint8Array(memory.buffer);
const length = set_name(10, 16);
mem8.slice(at, at + length);`,
  },
  watched: {
    view(memory) {
      let mem8 = new Uint8Array(memory.buffer);
      return () => {
        if (mem8.buffer !== memory.buffer) {
          mem8 = new Uint8Array(memory.buffer);
        }
        return mem8;
      };
    },
    code: `let mem8 = new Uint8Array(memory.buffer);
const length = set_name(10, 16);
if (mem8.buffer !== memory.buffer) {
  mem8 = new Uint8Array(memory.buffer);
}
mem8.slice(at, at + length);`,
  },
  live: {
    view(memory) {
      const views = liveViews(memory);
      return () => views.u8;
    },
    code: `const views = liveViews(memory);
const length = set_name(10, 16);
views.u8.slice(at, at + length);`,
  },
};
