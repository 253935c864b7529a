// This module detaches the buffers of memories, and remembers which call did it.

import { captured } from "./stacks.mjs";
import { nativeOf, state } from "./state.mjs";

/** A shared memory is grown by at most this many pages, because each growth is real. */
export const SHARED_PAGES = 64;

const { prototype } = WebAssembly.Memory;
const bufferGetter = nativeOf(prototype, "buffer");
const growMethod = nativeOf(prototype, "grow");

/** Return the memory's buffer; this does not count as reading by the host. */
export function bufferOf(memory) {
  return bufferGetter.call(memory);
}

export function isShared(buffer) {
  return Object.prototype.toString.call(buffer) === "[object SharedArrayBuffer]";
}

/** Grow the memory without its host noticing; return the pages it had. */
export function grow(memory, pages) {
  try {
    return growMethod.call(memory, pages);
  } catch (error) {
    // A memory with 64-bit addresses takes a BigInt.
    if (error instanceof RangeError || typeof pages === "bigint") {
      throw error;
    }
    return growMethod.call(memory, BigInt(pages));
  }
}

/**
 * Replace the memory's buffer, as a growth does.
 *
 * A growth of a shared memory detaches nothing, but leaves views with the old length. So a shared memory really grows.
 */
export function replaceBuffer(memory) {
  if (!isShared(bufferOf(memory))) {
    grow(memory, 0);
    return;
  }
  const pages = state.grown.get(memory) ?? 0;
  if (pages < SHARED_PAGES) {
    try {
      grow(memory, 1);
      state.grown.set(memory, pages + 1);
    } catch {
      // The maximum is reached.
      state.grown.set(memory, SHARED_PAGES);
    }
  }
}

/**
 * Detach the memory's buffer after a call, unless the host never saw it, and remember the call.
 *
 * `replace` is a function that replaces the buffer. `caller` is the function whose frame, and those above, the stack
 * leaves out.
 */
export function detach(memory, memoryName, exportName, replace, caller) {
  const before = state.watching ? state.shown.get(memory) : bufferOf(memory);
  if (before === undefined) {
    return;
  }
  const grew = bufferOf(memory) !== before;
  if (!grew) {
    replace(memory);
    if (bufferOf(memory) === before) {
      // The buffer is resizable, or the maximum of a shared memory is reached, so no growth would replace it.
      return;
    }
  }
  // Views of a shared buffer only keep their length.
  if (!isShared(before)) {
    remember(before, exportName, memoryName, grew, caller);
  }
  if (state.shown.get(memory) === before) {
    state.shown.delete(memory);
  }
}

/** Remember that the buffer was detached, and the stack of the call. Without `exportName`, the host grew the memory. */
export function remember(buffer, exportName, memoryName, grew, caller) {
  state.detachments.set(buffer, { exportName, memoryName, grew, stack: captured(caller) });
}
