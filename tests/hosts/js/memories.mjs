// This module tests views of each kind of memory. Each function is a case of test_engines.py and returns plain data.

import { liveViews } from "/js/nogrow-views/index.mjs";

const PAGE = 65536;

export const engine = () => ({
  resizable: typeof WebAssembly.Memory.prototype.toResizableBuffer === "function",
  isolated: crossOriginIsolated,
});

/** Remove the engine's support for resizable memories. */
function forgetResizable() {
  delete WebAssembly.Memory.prototype.toResizableBuffer;
}

/** Return the lengths of a kept view and of the live ones, in pages, before and after `change`. */
function lengths(memory, change, options) {
  const views = liveViews(memory, options);
  const kept = new Uint8Array(memory.buffer);
  const measured = () => ({
    kept: kept.length / PAGE,
    live: views.u8.length / PAGE,
    words: views.i32.length / PAGE * 4,
    dv: views.dv.byteLength / PAGE,
    fixed: options?.resizable ? null : views.fixed.u8.length / PAGE,
  });
  views.u8[7] = 42;
  const before = measured();
  const answer = change();
  const after = measured();
  return { before, answer, after, still: views.u8[7], buffer: views.u8.buffer === memory.buffer };
}

export const byZero = () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  return lengths(memory, () => memory.grow(0));
};

export const byOne = () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  return lengths(memory, () => memory.grow(1));
};

/** Let the guest grow the memory. */
export const byTheGuest = async (bytes, pages) => {
  const { instance } = await WebAssembly.instantiate(decoded(bytes));
  return lengths(instance.exports.memory, () => instance.exports.grow(pages));
};

export const capped = () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  return lengths(memory, () => errorOf(() => memory.grow(1)));
};

export const resizable = () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  const result = lengths(memory, () => memory.grow(1), { resizable: true });
  return { ...result, resizable: memory.buffer.resizable };
};

export const withoutResizable = () => {
  forgetResizable();
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  return lengths(memory, () => memory.grow(1), { resizable: true });
};

export const withoutMaximum = () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  return lengths(memory, () => memory.grow(1), { resizable: true });
};

const grownByAWorker = async (options) => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true });
  const views = liveViews(memory, options);
  const kept = new Uint8Array(memory.buffer);
  const worker = new Worker("/hosts/tests/grower.mjs", { type: "module" });
  worker.postMessage(memory);
  await new Promise((done) => worker.addEventListener("message", done));
  worker.terminate();
  return { kept: kept.length / PAGE, live: views.u8.length / PAGE, written: views.u8[PAGE] };
};

export const shared = () => grownByAWorker();
export const sharedGrowable = () => grownByAWorker({ resizable: true });
export const sharedWithoutResizable = () => {
  forgetResizable();
  return grownByAWorker({ resizable: true });
};

const USES = {
  "TextDecoder.decode": ({ u8 }) => new TextDecoder().decode(u8),
  "TextEncoder.encodeInto": ({ u8 }) => new TextEncoder().encodeInto("Ahoy", u8),
  "crypto.getRandomValues": ({ u8 }) => crypto.getRandomValues(u8),
  "new Blob": ({ u8 }) => new Blob([u8]),
  "new Response": ({ u8 }) => new Response(u8),
  "new ImageData": ({ u8c }) => new ImageData(u8c, 128),
  "AudioBuffer.copyToChannel": ({ f32 }) =>
    new AudioBuffer({ length: 128, sampleRate: 48000 }).copyToChannel(f32, 0),
};

/** Return each Web API with its error for live views of a resizable memory and for the fixed ones. */
export const refusals = () =>
  Object.entries(USES).map(([name, use]) => {
    const views = liveViews(new WebAssembly.Memory({ initial: 1, maximum: 4 }), { resizable: true });
    return [name, errorOf(() => use(views)), errorOf(() => use(views.fixed))];
  });

function errorOf(act) {
  try {
    act();
    return null;
  } catch (error) {
    return error.name;
  }
}

function decoded(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
