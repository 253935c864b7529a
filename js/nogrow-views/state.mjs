// This module holds what all copies of the package in a process share.
//
// A process can load several copies: as an ES module and as CommonJS, or once for each test file, as Jest does. Their
// realms differ, but test runners hand out one Uint8Array, so the state is a property of the class that it extends.

const KEY = Symbol.for("nogrow-views");
const anchor = Object.getPrototypeOf(Uint8Array);

export const state = anchor[KEY] ?? created();

/** Return the engine's function if `value` is one that replaces it, else `value`. */
export function native(value) {
  return state.natives.get(value) ?? value;
}

/** Return the engine's accessor or method `name` of `prototype`. */
export function nativeOf(prototype, name) {
  const { get, value } = Object.getOwnPropertyDescriptor(prototype, name);
  return native(get ?? value);
}

function created() {
  const value = {
    // Functions and classes that replace the engine's, and the engine's.
    natives: new WeakMap(),
    // The engine's functions and classes, and what replaces them.
    replacements: new WeakMap(),
    // Exported functions and the functions that detach, in both directions.
    wrappers: new WeakMap(),
    originals: new WeakMap(),
    // Exported functions and their names.
    names: new WeakMap(),
    // Memories, and the function that replaces the buffer of each with the help of its glue.
    replacing: new WeakMap(),
    // Buffers, and the call that detached each of them.
    detachments: new WeakMap(),
    // Memories, and the buffer that the host has read from each since the last detachment.
    shown: new WeakMap(),
    // Buffers that the host has read, and their memories.
    memories: new WeakMap(),
    // Exported functions that leave the memory alone.
    quiet: new WeakSet(),
    // Memories that can never grow.
    fixed: new WeakSet(),
    // The pages that each shared memory was grown by.
    grown: new WeakMap(),
    // Views of memories: where each was made, its length then, and whether the program looked at it since.
    views: new WeakMap(),
    // Weak references to these views, and the number of those that were ever in it.
    list: [],
    viewCount: 0,
    // Places that made views, and the number of buffers that they made views of.
    places: new Map(),
    // The exports that run now, innermost last.
    running: [],
    // The report that tells which exports leave the memory alone.
    report: undefined,
    // Whether modules that it does not have are left alone.
    onlyReported: false,
    // Whether the process was told that exports detach, and that it is to print a list at its end.
    announced: false,
    printsList: false,
    // True if `shown` is kept up to date.
    watching: false,
  };
  Object.defineProperty(anchor, KEY, { value });
  return value;
}
