// This module uses detached views in a page that has registered the stress of all instances.

import "/js/nogrow-views/register.mjs";

const USES = {
  slice: (kept) => kept.slice(),
  set: (kept) => kept.set([1]),
  spread: (kept) => [...kept],
  "new DataView": (kept) => new DataView(kept.buffer),
  decode: (kept) => new TextDecoder().decode(kept),
  encodeInto: (kept) => new TextEncoder().encodeInto("a", kept),
  getRandomValues: (kept) => crypto.getRandomValues(kept),
  Blob: (kept) => new Blob([kept]),
  Response: (kept) => new Response(kept),
};

function instanceOf(code) {
  const bytes = Uint8Array.from(atob(code), (character) => character.charCodeAt(0));
  return WebAssembly.instantiate(bytes, {});
}

/** Return what each use throws: the class, whether the message names the export, and whether there is a stack. */
export async function uses(code) {
  const { exports } = (await instanceOf(code)).instance;
  const thrown = Object.entries(USES).map(([name, use]) => {
    const kept = new Uint8Array(exports.memory.buffer);
    exports.f();
    try {
      use(kept);
      return [name, "no error"];
    } catch (error) {
      const named = error.message.includes('; the export "f" detached this view of the memory "memory"');
      return [name, error instanceof TypeError && named && error.cause.stack.includes("stressed.mjs")];
    }
  });
  return Object.fromEntries(thrown);
}

/** Return whether functions are the same from exports and tables, and go into tables. */
export async function functions(code) {
  const { instance } = await instanceOf(code);
  const { f, table } = instance.exports;
  table.set(1, f);
  return [
    instance instanceof WebAssembly.Instance,
    Object.isFrozen(instance.exports),
    table.get(0) === f,
    table.get(1) === f,
    Uint8Array.prototype.constructor === Uint8Array,
  ];
}
