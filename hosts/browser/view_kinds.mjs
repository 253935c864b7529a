// This module has the three kinds of views, each with the code of a host that uses it.

import { liveViews } from "../../js/nogrow-views/index.mjs";

/** Each `view` takes a memory and returns a function that returns the current Uint8Array. */
export const VIEW_KINDS = {
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
