// Each host here is correct, although it keeps views. Each guest writes 7 to address 0.

import { module } from "../hosts/support/emscripten.mjs";

const bytesOf = (memory) => new Uint8Array(memory.buffer);

/** The view is renewed when the memory has another buffer. */
export function comparedBuffers(load) {
  const guest = load();
  let bytes = bytesOf(guest.memory);
  const fresh = () => (bytes.buffer === guest.memory.buffer ? bytes : (bytes = bytesOf(guest.memory)));
  fresh()[0] = 1;
  guest.run();
  return fresh()[0];
}

/** The view is renewed when it is empty, as in the glue of wasm-bindgen. */
export function emptyView(load) {
  const guest = load();
  let cached = null;
  const bytes = () => {
    if (cached === null || cached.byteLength === 0) {
      cached = bytesOf(guest.memory);
    }
    return cached;
  };
  bytes()[0] = 1;
  guest.run();
  return bytes().subarray(0, 1)[0];
}

/** The view is kept across calls of exports that never grow. */
export function acrossQuietExports(load) {
  const guest = load();
  guest.run();
  const bytes = bytesOf(guest.memory);
  guest.free(64);
  bytes[1] = guest.byte(0);
  return guest.byte(1) === 7 ? bytes[0] : bytes;
}

/** An import keeps the view that the import before it made, because the guest cannot grow between them. */
export function acrossImports(load) {
  let bytes;
  const guest = load({
    host: {
      first: () => {
        bytes = bytesOf(guest.memory);
        bytes[0] = 3;
      },
      second: () => {
        bytes[1] = 4;
      },
      third: () => {},
      take: () => {},
    },
  });
  guest.alloc(8);
  guest.talk();
  guest.alloc(8);
  return guest.talk();
}

/** The host keeps the view that an import made at the end of a call. */
export function viewOfLastImport(load) {
  let bytes;
  const guest = load({
    host: {
      read: () => {
        bytes = bytesOf(guest.memory);
      },
    },
  });
  guest.run();
  return bytes[0];
}

/** An import makes a view and keeps it across a nested call of an export that never grows. */
export function acrossNestedQuietExport(load) {
  const sum = { value: 0 };
  const write = (byte) => (pointer) => {
    const bytes = bytesOf(guest.memory);
    guest.byte(pointer);
    bytes[pointer] = byte;
    sum.value += byte;
  };
  const guest = load({ host: { first: write(1), second: write(2), third: write(4), take: () => {} } });
  return guest.run() === sum.value ? sum.value : sum;
}

/** The outer export never grows, and its import calls one that never grows. */
export function acrossRelay(load) {
  const none = () => {};
  const third = (pointer) => guest.byte(pointer);
  const guest = load({ host: { first: none, second: none, third, take: none } });
  guest.alloc(8);
  const bytes = bytesOf(guest.memory);
  bytes[0] = 7;
  guest.relay(0);
  return bytes[0];
}

/** The import of an export that never grows throws, and the host catches it. */
export function acrossException(load) {
  const none = () => {};
  const third = () => {
    throw new Error("refused");
  };
  const guest = load({ host: { first: none, second: none, third, take: none } });
  guest.alloc(8);
  const bytes = bytesOf(guest.memory);
  bytes[0] = 7;
  try {
    guest.relay(0);
  } catch {
    return bytes[0];
  }
}

/** The guest throws without allocating. */
export function acrossGuestException(load) {
  const guest = load();
  guest.run();
  const bytes = bytesOf(guest.memory);
  try {
    guest.refuse();
  } catch (error) {
    return error instanceof WebAssembly.Exception ? bytes[0] : error;
  }
}

/** The host renews the view after it caught an exception of the guest. */
export function renewedAfterException(load) {
  const guest = load();
  try {
    guest.fail();
  } catch (error) {
    return error.is(guest.failed) ? bytesOf(guest.memory)[0] : error;
  }
}

/** The views are those of a memory that never grows. */
export function otherMemory(load) {
  const guest = load();
  const bytes = bytesOf(guest.memory);
  guest.run();
  return bytes[0];
}

/** The other instance of the same module grows. */
export function otherInstance(load) {
  const [first, second] = [load(), load()];
  first.run();
  const bytes = bytesOf(first.memory);
  second.run();
  second.alloc(8);
  return bytes[0];
}

/** The heap of Emscripten's glue is read from the module each time. */
export function emscriptenHeap(load) {
  const Module = module(load);
  const pointer = Module._malloc(4);
  for (let round = 0; round < 3; round++) {
    Module._work(pointer);
    Module.HEAPU8[pointer + 1] = Module.HEAPU8[pointer];
  }
  return Module._byte(pointer + 1);
}

/** The memory is full, and the guest only asks for more pages. */
export function fullMemory(load) {
  return otherMemory(load);
}

/** The guest traps after its growth, or it did not grow. */
export function trapOnly(load) {
  return otherMemory(load);
}

/** The guest grows in its start function, before the host can have a view. */
export function afterStart(load) {
  return otherMemory(load);
}

/** The guest's table holds the function that the host imported from another instance. */
export function identityOfImport(load) {
  const read = hostFunction(() => {});
  const guest = load({ host: { read } });
  guest.run();
  return guest.table.get(0) === read ? bytesOf(guest.memory)[0] : "different functions";
}

/** The table, the global and the export hold the same function. */
export function identity(load) {
  const guest = load();
  const others = [guest.table.get(0), guest.reference.value, guest.alias];
  guest.table.get(0)();
  return others.every((other) => other === guest.job) ? bytesOf(guest.memory)[0] : "different functions";
}

/** The host puts an export into the table, and the guest calls it from there. */
export function calledFromTable(load) {
  const guest = load();
  guest.table.set(0, guest.job);
  guest.call();
  return bytesOf(guest.memory)[0];
}

/** The host reads the number of parameters. */
export function arity(load) {
  const guest = load();
  guest.run(1, 2n);
  return guest.run.length === 2 ? bytesOf(guest.memory)[0] : guest.run.length;
}

/** A re-exported function of the host does not belong to the guest. */
export function reexported(load) {
  let seen = 0;
  const guest = load({ host: { log: (value) => (seen = value) } });
  const bytes = bytesOf(guest.memory);
  guest.log(7);
  bytes[0] = seen;
  return bytes[0];
}

/** The start function may grow, and a later export only calls the host. */
export function relayAfterStart(load) {
  let guest;
  guest = load({ host: { read: () => guest.memory } });
  const bytes = bytesOf(guest.memory);
  guest.relay();
  return bytes[0];
}

/** An exception left the guest before the view was made. */
export function relayAfterException(load) {
  const guest = load({ host: { read: () => {} } });
  try {
    guest.fail();
  } catch {
    const bytes = bytesOf(guest.memory);
    guest.relay();
    return bytes[0];
  }
}

/** A trap ended an earlier call of the guest. */
export function relayAfterTrap(load) {
  return relayAfterException(load);
}

/** The import throws into an export that may have grown, and a later export only calls the host. */
export function relayAfterImportThrew(load) {
  let throws = true;
  const read = () => {
    if (throws) {
      throw new Error("refused");
    }
  };
  const guest = load({ host: { read } });
  try {
    guest.run();
  } catch {
    throws = false;
    const bytes = bytesOf(guest.memory);
    guest.relay();
    return bytes[0];
  }
}

/** An import makes a view and keeps it across a nested export that only calls the host. */
export function acrossNestedRelay(load) {
  let seen;
  let nested = false;
  const read = () => {
    if (!nested) {
      nested = true;
      const bytes = bytesOf(guest.memory);
      guest.relay();
      seen = bytes[0];
    }
  };
  const guest = load({ host: { read } });
  guest.run();
  return seen;
}

/** The guest grows before it calls two imports, and the second uses the view that the first made. */
export function madeByFirstImport(load) {
  let bytes;
  let seen;
  const guest = load({
    host: {
      first: () => (bytes = bytesOf(guest.memory)),
      second: () => (seen = bytes[0]),
    },
  });
  guest.run();
  return seen;
}

/** Imports hand objects on to each other, as in the glue of wasm-bindgen, and nothing grows between them. */
export function handedOnByImports(load) {
  const objects = [];
  const guest = load({
    glue: {
      buffer: () => objects.push(guest.memory.buffer) - 1,
      view: (buffer, pointer, length) => objects.push(new Uint8Array(objects[buffer], pointer, length)) - 1,
      fill: (view) => objects[view].fill(7),
    },
  });
  guest.run();
  return bytesOf(guest.memory)[0];
}

/** The last import makes a view, and the guest returns without another growth. */
export function madeByLastImport(load) {
  let bytes;
  const guest = load({ host: { read: () => (bytes = bytesOf(guest.memory)) } });
  guest.run();
  return bytes[0];
}

/** The guest calls a function that the host put into its table, without a growth. */
export function addedFunction(load) {
  const guest = load();
  let seen;
  const bytes = bytesOf(guest.memory);
  bytes[0] = 7;
  guest.table.set(0, hostFunction(() => (seen = bytes[0])));
  guest.relay();
  return seen;
}

/** Return the function as one that a table can hold. */
function hostFunction(callback) {
  // (module (func (import "e" "f")) (export "f" (func 0)))
  const code = "AGFzbQEAAAABBAFgAAACBwEBZQFmAAAHBQEBZgAA";
  const module = new WebAssembly.Module(Buffer.from(code, "base64"));
  return new WebAssembly.Instance(module, { e: { f: callback } }).exports.f;
}
