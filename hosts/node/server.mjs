// This is a host for the greeting guests: node server.mjs [--views kept|watched|live] [--warm] GUEST.wasm
//
// By default it makes one view of the guest's memory and keeps it, as most hosts do. A guest that grows its memory
// detaches that view, and the next use throws a TypeError. With --views watched, or --watch-growth for short, the host
// makes a new view whenever `memory.buffer` is another object, which every growth causes. With --views live, it uses
// the package in js/nogrow-views. With --warm, the host greets once before it makes the view: then the memory of a guest
// that grows has room for the greeting, and the kept view works by chance.

import { readFile } from "node:fs/promises";
import process from "node:process";
import { parseArgs } from "node:util";

import { liveViews } from "../../js/nogrow-views/index.mjs";

const USAGE = "usage: node server.mjs [--views kept|watched|live | --watch-growth] [--warm] GUEST.wasm";
const SALUTATION = "Ahoy there";
const NAME = "Testy McTestface";
const MAX_TEXT_LENGTH = 16;

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

class UsageError extends Error {}
class GuestError extends Error {}

function parseCommandLine(args) {
  let parsed;
  try {
    const options = {
      views: { type: "string" },
      "watch-growth": { type: "boolean" },
      warm: { type: "boolean", default: false },
    };
    parsed = parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${error.message.split(". ")[0]}; ${USAGE}`);
  }
  if (parsed.positionals.length !== 1) {
    throw new UsageError(`expected one guest, not ${parsed.positionals.length}; ${USAGE}`);
  }
  return { path: parsed.positionals[0], viewOf: chosenView(parsed.values), warm: parsed.values.warm };
}

function chosenView({ views, "watch-growth": watchGrowth }) {
  if (views !== undefined && !Object.hasOwn(VIEWS, views)) {
    throw new UsageError(`unknown --views '${views}'; expected kept, watched or live; ${USAGE}`);
  }
  if (views !== undefined && watchGrowth && views !== "watched") {
    throw new UsageError(`--watch-growth means --views watched, not ${views}; ${USAGE}`);
  }
  return VIEWS[views ?? (watchGrowth ? "watched" : "kept")];
}

async function load(path) {
  let bytes;
  try {
    bytes = await readFile(path);
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${error.message.split(",")[0]}`);
  }
  try {
    const { instance } = await WebAssembly.instantiate(bytes);
    return instance.exports;
  } catch (error) {
    throw new GuestError(`${path} is not a guest: ${error.message}`);
  }
}

function requireGuest(path, exports) {
  if (!(exports.memory instanceof WebAssembly.Memory)) {
    throw new GuestError(`${path} is not a guest: it exports no memory`);
  }
  for (const name of ["get_salutation_ptr", "get_name_ptr", "get_msg_ptr", "set_name"]) {
    if (typeof exports[name] !== "function") {
      throw new GuestError(`${path} is not a guest: it exports no function ${name}`);
    }
  }
}

/** Return a view that is made once and valid until the memory grows, as in most hosts. */
function keptView(memory) {
  const mem8 = new Uint8Array(memory.buffer);
  return () => mem8;
}

/** Return a view that is made again when a growth has replaced `memory.buffer`. */
function watchedView(memory) {
  let mem8 = new Uint8Array(memory.buffer);
  return () => {
    if (mem8.buffer !== memory.buffer) {
      mem8 = new Uint8Array(memory.buffer);
    }
    return mem8;
  };
}

/** Return a view of the package, which is valid after any growth. */
function liveView(memory) {
  const views = liveViews(memory);
  return () => views.u8;
}

const VIEWS = { kept: keptView, watched: watchedView, live: liveView };

function write(view, text, address) {
  const bytes = new TextEncoder().encode(text);
  if (bytes.length > MAX_TEXT_LENGTH) {
    throw new GuestError(`"${text}" is longer than ${MAX_TEXT_LENGTH} bytes`);
  }
  view().set(bytes, address);
  return bytes.length;
}

function greet(guest, view) {
  const salutationLength = write(view, SALUTATION, guest.get_salutation_ptr());
  const nameLength = write(view, NAME, guest.get_name_ptr());
  const length = guest.set_name(salutationLength, nameLength);
  if (length < 0) {
    throw new GuestError(`the guest rejected the texts: set_name returned ${length}`);
  }
  const start = guest.get_msg_ptr();
  return new TextDecoder().decode(view().slice(start, start + length));
}

async function main() {
  const { path, viewOf, warm } = parseCommandLine(process.argv.slice(2));
  const guest = await load(path);
  requireGuest(path, guest);
  if (warm) {
    greet(guest, () => new Uint8Array(guest.memory.buffer));
  }
  console.log(greet(guest, viewOf(guest.memory)));
}

try {
  await main();
} catch (error) {
  const expected = error instanceof UsageError || error instanceof GuestError;
  console.error(expected ? error.message : `${error.name}: ${error.message}`);
  process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
}
