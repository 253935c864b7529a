// This module reads from a module's bytes which of its memories can grow, which the JavaScript API does not tell.

const IMPORTS = 2;
const MEMORIES = 5;
const EXPORTS = 7;
const START = 8;
const HEADER = 8;

const HAS_MAXIMUM = 1;
const HAS_PAGE_SIZE = 8;

/**
 * Return the exported memories of fixed size by name, and whether any memory can grow and a start function runs.
 *
 * Return undefined if the bytes have something unknown; the engine says what is wrong with them.
 */
export function factsOf(bytes) {
  try {
    return read(new Reader(viewOf(bytes)));
  } catch {
    return undefined;
  }
}

/** Return the bytes of a buffer, or of a view of one, without copying them. */
export function viewOf(source) {
  return ArrayBuffer.isView(source)
    ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
    : new Uint8Array(source);
}

function read(reader) {
  const memories = [];
  const exported = [];
  let start = false;
  reader.offset = HEADER;
  while (reader.offset < reader.bytes.length) {
    const section = reader.byte();
    const size = reader.number();
    const end = reader.offset + size;
    if (section === IMPORTS) {
      reader.list(() => memories.push(...importedMemory(reader)));
    } else if (section === MEMORIES) {
      reader.list(() => memories.push(limits(reader)));
    } else if (section === EXPORTS) {
      reader.list(() => exported.push({ name: reader.name(), kind: reader.byte(), index: reader.number() }));
    } else if (section === START) {
      start = true;
    }
    reader.offset = end;
  }
  const fixed = exported.filter(({ kind, index }) => kind === 2 && memories[index].fixed);
  return { start, growing: memories.some(({ fixed }) => !fixed), fixed: fixed.map(({ name }) => name) };
}

function importedMemory(reader) {
  reader.name();
  reader.name();
  switch (reader.byte()) {
    case 0: // a function
      reader.number();
      return [];
    case 1: // a table
      type(reader);
      limits(reader);
      return [];
    case 2:
      return [limits(reader)];
    case 3: // a global
      type(reader);
      reader.byte();
      return [];
    case 4: // a tag
      reader.byte();
      reader.number();
      return [];
    default:
      throw new TypeError("an import of an unknown kind");
  }
}

function type(reader) {
  const code = reader.byte();
  // A reference with an explicit heap type: a number follows, which is not needed.
  if (code === 0x63 || code === 0x64) {
    reader.number();
  }
}

function limits(reader) {
  const flags = reader.byte();
  const least = reader.number();
  const most = flags & HAS_MAXIMUM ? reader.number() : Infinity;
  if (flags & HAS_PAGE_SIZE) {
    reader.number();
  }
  return { fixed: least === most };
}

class Reader {
  offset = 0;

  constructor(bytes) {
    this.bytes = bytes;
  }

  byte() {
    if (this.offset >= this.bytes.length) {
      throw new RangeError("the module ends too early");
    }
    return this.bytes[this.offset++];
  }

  /** Read a number in LEB128; beyond 2^53 it is not exact. */
  number() {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) {
        return value;
      }
    }
  }

  name() {
    const length = this.number();
    const start = this.offset;
    this.offset += length;
    return new TextDecoder().decode(this.bytes.subarray(start, this.offset));
  }

  list(readItem) {
    for (let count = this.number(); count > 0; count--) {
      readItem();
    }
  }
}
