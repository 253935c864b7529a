// This module records stacks, which happens for each view and each detachment, and reads them, which is rare.

// The folder of this package.
const FOLDER = placesIn(new Error().stack)[0]?.replace(/[^/]*$/, "");

/** Return an object with the stack below the function `caller`. The engine makes its text when it is read. */
export function captured(caller) {
  if (!Error.captureStackTrace) {
    return new Error();
  }
  const holder = {};
  Error.captureStackTrace(holder, caller);
  return holder;
}

/** As `captured`, with only as many frames as a place needs, which takes half of the time. */
export function capturedPlace(caller) {
  const { stackTraceLimit } = Error;
  // A method of the engine and what replaces it can be above the program's frame.
  Error.stackTraceLimit = 4;
  try {
    return captured(caller);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** Return an error with the captured stack. */
export function errorAt({ stack }, name, message) {
  const error = new Error(message);
  error.name = name;
  // In V8, the first lines repeat what was thrown.
  const frames = stack.slice(Math.max(stack.search(/^ +at /m), 0));
  Object.defineProperty(error, "stack", {
    value: `${name}: ${message}\n${frames}`,
    configurable: true,
    writable: true,
  });
  return error;
}

/** Return the place of the first frame outside this package as `FILE:LINE:COLUMN`; undefined if there is none. */
export function placeIn({ stack }) {
  const isOurs = (place) => place.startsWith(FOLDER) && !place.slice(FOLDER.length).includes("/");
  return placesIn(stack).find((place) => !isOurs(place));
}

function placesIn(stack) {
  return [...stack.matchAll(/^.*?(?:\(|@|at (?:async )?)([^()\n]*:\d+:\d+)\)?$/gm)].map(([, place]) => place);
}
