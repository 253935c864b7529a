// This module explains errors about detached buffers: it names the export that detached the buffer, with both stacks.

import { errorAt, placeIn } from "./stacks.mjs";
import { nativeOf, state } from "./state.mjs";

// What V8, SpiderMonkey and JavaScriptCore say, in this order: "on a detached ArrayBuffer", "attempting to access
// detached ArrayBuffer", "has been detached".
const DETACHED = /detached/;

const arrayBuffer = nativeOf(Object.getPrototypeOf(Uint8Array.prototype), "buffer");
const arrayLength = nativeOf(Object.getPrototypeOf(Uint8Array.prototype), "byteLength");
const arrayKind = nativeOf(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag);
const viewBuffer = nativeOf(DataView.prototype, "buffer");

/** Return the call that detached the view's buffer, or the buffer itself; undefined if none did. */
export function detachmentOf(value) {
  const buffer = bufferUnder(value);
  return buffer && state.detachments.get(buffer);
}

/** Return the buffer of a view, or the value itself if it is an object of another kind. */
export function bufferUnder(value) {
  if (ArrayBuffer.isView(value)) {
    return (isDataView(value) ? viewBuffer : arrayBuffer).call(value);
  }
  return typeof value === "object" && value !== null ? value : undefined;
}

/** Return whether the value is a typed array without bytes; so is one that is detached. */
export function isEmptyArray(value) {
  return ArrayBuffer.isView(value) && !isDataView(value) && arrayLength.call(value) === 0;
}

export function isDataView(view) {
  return arrayKind.call(view) === undefined;
}

// Checked files do not import this package.
state.explained = explained;

/** Return the error to throw instead of the engine's `error`, if one of the values is detached. */
export function explained(error, values, caller) {
  if (error?.name !== "TypeError" || !DETACHED.test(error.message) || error.cause) {
    return error;
  }
  const value = values.find((candidate) => whyDetached(candidate));
  return value === undefined ? error : detachedError(error.constructor, error.message, value, caller);
}

/** Return an error that says why the view or buffer is detached, with the stack of the call that detached it. */
export function detachedError(TypeError, message, value, caller) {
  const { reason, cause } = whyDetached(value);
  const made = state.views.get(value)?.stack;
  const place = made && placeIn(made);
  const error = new TypeError(`${message}; ${reason}${place ? `; the view was made at ${place}` : ""}`, { cause });
  Error.captureStackTrace?.(error, caller);
  return error;
}

/** Return the reason and, as an error, the call that detached the view or buffer; undefined if it is unknown. */
export function whyDetached(value) {
  const known = detachmentOf(value);
  if (known?.stack) {
    const { exportName, memoryName, grew, stack } = known;
    const memory = `the memory "${memoryName}"`;
    const who = exportName === undefined ? "grow() in the host" : `the export "${exportName}"`;
    const event = exportName === undefined ? "the host called grow()" : `${who} returned`;
    const what = grew ? `${memory} grew` : `nogrow-views detached the views of ${memory}`;
    return {
      reason: `${who} detached this view of ${memory}`,
      cause: errorAt(stack, "Detachment", `${event} here, and ${what}`),
    };
  }
  const running = known ? known.exportName : state.running.at(-1);
  if (running !== undefined && state.memories.has(bufferUnder(value))) {
    return { reason: `the memory grew in a call of the export "${running}" that had not returned yet` };
  }
  return known && { reason: "the memory has grown" };
}
