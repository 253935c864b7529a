// Three hosts of one guest. Two of them keep a view of its memory, which is a bug that rarely shows: the guest's
// memory grows only when it is full.

import { liveViews } from "nogrow-views";

// sum.wat, assembled.
const GUEST =
  "AGFzbQEAAAABDAJgAX8Bf2ACf38BfwMDAgABBQMBAAEGBgF/AUEACwcYAwZtZW1vcnkCAAVhbGxvYwAAA3N1bQABCl4CMAEBfyMAIQEg" +
  "ASAAaiQAAkADQCMAPwBBgIAEbE0NAUEBQABBf0YEQAALDAALCyABCysBAX8CQANAIAFFDQEgAiAALQAAaiECIABBAWohACABQQFrIQEM" +
  "AAsLIAIL";

export function withKeptView() {
  const { memory, alloc, sum } = guest();
  const view = new Uint8Array(memory.buffer);
  return (values) => {
    const start = alloc(values.length);
    view.set(values, start);
    return sum(start, values.length);
  };
}

export function withKeptViewByIndex() {
  const { memory, alloc, sum } = guest();
  const view = new Uint8Array(memory.buffer);
  return (values) => {
    const start = alloc(values.length);
    for (const [index, value] of values.entries()) {
      view[start + index] = value;
    }
    return sum(start, values.length);
  };
}

export function withLiveViews() {
  const { memory, alloc, sum } = guest();
  const views = liveViews(memory);
  return (values) => {
    const start = alloc(values.length);
    for (const [index, value] of values.entries()) {
      views.u8[start + index] = value;
    }
    return sum(start, values.length);
  };
}

function guest() {
  const bytes = Uint8Array.from(atob(GUEST), (letter) => letter.charCodeAt(0));
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
}
