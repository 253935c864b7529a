// This module lets generated host code renew its views as it does in production.
//
// Some glue renews its views only when it grows the memory itself, or when the module tells it of a growth. A module
// that only detaches would break such glue, although it is right.

import { bufferOf, grow, isShared, replaceBuffer } from "./detachments.mjs";

const PAGE = 65536;
const GROWER = /emscripten_resize_heap$/;
const NOTIFIER = /emscripten_notify_memory_growth$/;
const GO = "runtime.resetMemoryDataView";
// In a build that minifies names, only the text of Emscripten's function tells that it grows the memory: it calls
// `grow`, or it contains the 96 MiB that it never asks for beyond what is needed.
const GROWS = /\.grow\(|growMemory\(|realloc_buffer\(|100663296/;
const EMSCRIPTEN = /emscripten|^enlargeMemory$/;

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$";

const leaveAlone = () => {};

/**
 * Return the function that replaces a memory's buffer with the help of the host's functions.
 *
 * `imports` are the functions that the module imports, each with `module`, `name` and `value`. `growing` says whether
 * the module's memories may grow at all; undefined if that is not known.
 */
export function replacementOf(imports, exportNames, growing) {
  const go = imports.find(({ name }) => name === GO);
  if (go) {
    return told(go.value);
  }
  const notifier = imports.find((imported) => isNamed(imported, NOTIFIER));
  if (notifier) {
    return told(notifier.value);
  }
  if (!isEmscripten(imports, exportNames)) {
    return replaceBuffer;
  }
  const grower = growerOf(imports, growing);
  // Without a grower the module can't grow its memory, or nobody can tell how it does.
  return grower ? asked(grower.value) : onlyShared;
}

function isNamed({ name, value }, pattern) {
  return pattern.test(name) || pattern.test(value.name);
}

function isEmscripten(imports, exportNames) {
  return (
    imports.some(({ name, value }) => EMSCRIPTEN.test(name) || EMSCRIPTEN.test(value.name)) ||
    exportNames.some((name) => EMSCRIPTEN.test(name)) ||
    (imports.length > 0 && imports.every(({ module, name }) => module === "a" && name.length < 3)) ||
    // Without imports, a build that minifies names calls its exports a, b, c and so on.
    (imports.length === 0 && exportNames.length > 1 && exportNames.every((name, i) => name === LETTERS[i]))
  );
}

function growerOf(imports, growing) {
  const text = ({ value }) => GROWS.test(Function.prototype.toString.call(value));
  const named = imports.find((imported) => isNamed(imported, GROWER));
  if (named) {
    // In a module of fixed size, this function aborts the program.
    return (growing ?? text(named)) ? named : undefined;
  }
  return imports.find((imported) => imported.name.length < 3 && text(imported));
}

/** Return a function that replaces the buffer and then tells the host, as the module does after a growth. */
function told(notify) {
  return (memory) => {
    const before = bufferOf(memory);
    replaceBuffer(memory);
    if (bufferOf(memory) !== before) {
      notify(0);
    }
  };
}

function onlyShared(memory) {
  // Views of a shared memory are checked at each access.
  (isShared(bufferOf(memory)) ? replaceBuffer : leaveAlone)(memory);
}

/** Return a function that has the host grow the memory, which in that moment grows by 0 pages only. */
function asked(grower) {
  return (memory) => {
    const buffer = bufferOf(memory);
    if (isShared(buffer)) {
      replaceBuffer(memory);
      return;
    }
    // The host calls this method; the engine's is on the prototype.
    Object.defineProperty(memory, "grow", { value: () => grow(memory, 0), configurable: true });
    try {
      // With 64-bit addresses, the glue converts the size to a number.
      grower(buffer.byteLength + PAGE);
    } finally {
      delete memory.grow;
    }
  };
}
