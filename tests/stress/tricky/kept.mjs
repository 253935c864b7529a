// Each host here keeps a view while the guest may grow in an unusual way. Each guest writes 7 to address 0.

import { module } from "../hosts/support/emscripten.mjs";

const firstByte = (memory) => new Uint8Array(memory.buffer);

/** Call an export that never calls the host. */
export function afterRun(load) {
  const guest = load();
  const bytes = firstByte(guest.memory);
  guest.run();
  return bytes[0];
}

/** The import reads the view; the guest traps after the call. */
export function inImportBeforeTrap(load) {
  let seen;
  const guest = load({ host: { read: () => (seen = bytes[0]) } });
  const bytes = firstByte(guest.memory);
  try {
    guest.run();
  } catch {
    return seen;
  }
}

/** The import reads the view, and the guest returns. */
export function inImport(load) {
  let seen;
  const guest = load({ host: { read: () => (seen = bytes[0]) } });
  const bytes = firstByte(guest.memory);
  guest.run();
  return seen;
}

/** The import throws, and the view is read by the function that catches it. */
export function afterImportThrew(load) {
  const read = () => {
    throw new Error("refused");
  };
  const guest = load({ host: { read } });
  const bytes = firstByte(guest.memory);
  try {
    guest.run();
  } catch {
    return bytes[0];
  }
}

/** The guest throws. */
export function afterException(load) {
  const guest = load();
  const bytes = firstByte(guest.memory);
  try {
    guest.run();
  } catch (error) {
    return error instanceof WebAssembly.Exception ? bytes[0] : error;
  }
}

/** The host takes the function from the table. */
export function tableEntry(load) {
  const guest = load();
  const bytes = firstByte(guest.memory);
  guest.table.get(0)();
  return bytes[0];
}

/** An export puts the function into the table first. */
export function installedTableEntry(load) {
  const guest = load();
  const bytes = firstByte(guest.memory);
  guest.install();
  guest.table.get(0)();
  return bytes[0];
}

/** The host owns the table into which the guest's element segment puts the function. */
export function importedTable(load) {
  const table = new WebAssembly.Table({ initial: 1, element: "anyfunc" });
  const guest = load({ host: { table } });
  const bytes = firstByte(guest.memory);
  table.get(0)();
  return bytes[0];
}

/** The host takes the function from a global. */
export function globalFunction(load) {
  const guest = load();
  const bytes = firstByte(guest.memory);
  guest.job.value();
  return bytes[0];
}

/** The host gets the function as a result. */
export function returnedFunction(load) {
  const guest = load();
  const bytes = firstByte(guest.memory);
  guest.job()();
  return bytes[0];
}

/** The host gets the function as an argument of an import. */
export function passedFunction(load) {
  let job;
  const guest = load({ host: { take: (given) => (job = given) } });
  const bytes = firstByte(guest.memory);
  guest.register();
  job();
  return bytes[0];
}

/** The start function runs on a memory of the host. */
export function inStart(load) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  const bytes = firstByte(memory);
  load({ host: { memory } });
  return bytes[0];
}

/** The view is one of the second memory. */
export function secondMemory(load) {
  const guest = load();
  const bytes = firstByte(guest.other);
  guest.run();
  return bytes[0];
}

/** The view is one of an imported memory. */
export function importedMemory(load) {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  const guest = load({ host: { memory } });
  const bytes = firstByte(memory);
  guest.run();
  return bytes[0];
}

/** The export has many parameters and results. */
export function manyValues(load) {
  const guest = load();
  const bytes = firstByte(guest.memory);
  const [count, ...rest] = guest.run(1, 2n, 3, 4.5, "text");
  return [count, ...rest].join() === "1,2,3,4.5,text" ? bytes[0] : rest;
}

/** The nested call may grow, the outer one only calls the host. */
export function nestedCall(load) {
  let guest;
  guest = load({ host: { read: () => guest.inner() } });
  const bytes = firstByte(guest.memory);
  guest.outer();
  return bytes[0];
}

/** The guest catches its own exception after the growth. */
export function afterCaughtException(load) {
  return afterRun(load);
}

/** The guest calls a function that the host put into its table. */
export function addedFunction(load) {
  const guest = load();
  let seen;
  const bytes = firstByte(guest.memory);
  guest.table.set(0, hostFunction(() => (seen = bytes[0])));
  guest.run();
  return seen;
}

/** The guest of Emscripten calls a function that the host put into its table. */
export function addedToEmscripten(load) {
  const Module = module(load);
  let seen;
  const bytes = Module.HEAPU8;
  Module.wasmTable.set(0, hostFunction(() => (seen = bytes[0])));
  Module._run();
  return seen;
}

/** The guest calls a function that the host passed as an argument. */
export function argumentFunction(load) {
  const guest = load();
  let seen;
  const bytes = firstByte(guest.memory);
  guest.run(hostFunction(() => (seen = bytes[0])));
  return seen;
}

/** Return the function as one that a table can hold. */
function hostFunction(callback) {
  // (module (func (import "e" "f")) (export "f" (func 0)))
  const code = "AGFzbQEAAAABBAFgAAACBwEBZQFmAAAHBQEBZgAA";
  const module = new WebAssembly.Module(Buffer.from(code, "base64"));
  return new WebAssembly.Instance(module, { e: { f: callback } }).exports.f;
}
