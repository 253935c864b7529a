// These hosts have the forms of real bugs, and the right code beside each. `w` is what the guest exports; none of its
// functions grows the memory, so the bugs show only under stress.

const bytes = (w, ...rest) => new Uint8Array(w.memory.buffer, ...rest);
const view = (w) => new DataView(w.memory.buffer);

export const FORMS = {
  "a view made once in a constructor": {
    buggy(w) {
      const host = new (class {
        u8 = bytes(w);
        text = () => this.u8.slice(0, 2);
      })();
      w.idle();
      return host.text();
    },
    right(w) {
      const host = { text: () => bytes(w).slice(0, 2) };
      w.idle();
      return host.text();
    },
  },
  "a view made at the start of a function": {
    buggy(w) {
      const v = view(w);
      w.idle();
      return v.getUint8(0);
    },
    right(w) {
      w.idle();
      return view(w).getUint8(0);
    },
  },
  "a flag of the program says when the view is made again": {
    buggy: (w) => screen(w, (kept, stale) => !stale),
    right: (w) => screen(w, (kept) => kept?.buffer === w.memory.buffer),
  },
  "a view made again only when it has to be larger": {
    buggy: (w) => sized(w, (kept, size, length) => length <= size),
    right: (w) => sized(w, (kept) => kept?.buffer === w.memory.buffer),
  },
  "a part of Emscripten's heap is kept": {
    buggy(w) {
      const module = emscripten(w);
      const part = module.HEAPU8.subarray(8, 16);
      module.idle();
      return part.slice();
    },
    right(w) {
      const module = emscripten(w);
      module.idle();
      return module.HEAPU8.subarray(8, 16).slice();
    },
  },
  "a message fills the view, another one uses it after a call": {
    buggy(w) {
      let out;
      const receive = { start: () => (out = bytes(w, 0, 8)), alloc: () => w.idle(), read: () => out.slice() };
      receive.start();
      receive.alloc();
      return receive.read();
    },
    right(w) {
      const receive = { alloc: () => w.idle(), read: () => bytes(w, 0, 8).slice() };
      receive.alloc();
      return receive.read();
    },
  },
  "a buffer is handed to a function that calls the module": {
    buggy(w) {
      const alloc = (array, malloc, buffer) => new Uint8Array(buffer, malloc(array.length, 0), 1).set(array);
      return alloc([1], w.add, w.memory.buffer);
    },
    right(w) {
      const alloc = (array, malloc, memory) => {
        const pointer = malloc(array.length, 0);
        new Uint8Array(memory.buffer, pointer, 1).set(array);
      };
      return alloc([1], w.add, w.memory);
    },
  },
  "the target of a method is made before the call in an argument": {
    buggy: (w) => view(w).setUint32(0, w.add(1, 2), true),
    right(w) {
      const value = w.add(1, 2);
      view(w).setUint32(0, value, true);
    },
  },
  "one of many imports forgets to refresh the view": {
    buggy: (w, run) => importing(w, run, () => {}),
    right: (w, run) => importing(w, run, (host) => host.refresh()),
  },
  "a view is handed to generated code": {
    buggy(w) {
      const read = new Function("u8", "return () => u8.at(0)")(bytes(w));
      w.idle();
      return read();
    },
    right(w) {
      const read = new Function("memory", "return () => new Uint8Array(memory.buffer).at(0)")(w.memory);
      w.idle();
      return read();
    },
  },
  "a method gets the heap, allocates and writes": {
    buggy(w) {
      const mmap = (heap) => heap.set([1], w.add(8, 8));
      mmap(bytes(w));
    },
    right(w) {
      const mmap = () => {
        const pointer = w.add(8, 8);
        bytes(w).set([1], pointer);
      };
      mmap();
    },
  },
  "a promise keeps a view while the module runs": {
    async buggy(w) {
      const v = bytes(w, 0, 4);
      const later = Promise.resolve().then(() => new TextDecoder().decode(v));
      w.idle();
      return later;
    },
    async right(w) {
      const later = Promise.resolve().then(() => new TextDecoder().decode(bytes(w, 0, 4)));
      w.idle();
      return later;
    },
  },
  "an exception skips the code that makes the view again": {
    buggy(w) {
      let v = bytes(w);
      try {
        w.trap();
        v = bytes(w);
      } catch {
        // The program goes on.
      }
      return v.slice(0, 1);
    },
    right(w) {
      try {
        w.trap();
      } catch {
        // The program goes on.
      }
      return bytes(w).slice(0, 1);
    },
  },
  "a loop over a view calls the module": {
    buggy(w) {
      for (const byte of bytes(w, 0, 4)) {
        w.add(byte, 1);
      }
    },
    right(w) {
      for (const byte of bytes(w, 0, 4).slice()) {
        w.add(byte, 1);
      }
    },
  },
  "a function of a table detaches the view of its caller": {
    buggy(w) {
      const v = view(w);
      w.table.get(1)();
      return v.getInt8(0);
    },
    right(w) {
      w.table.get(1)();
      return view(w).getInt8(0);
    },
  },
  "a Buffer of Node is kept": {
    buggy(w) {
      const kept = Buffer.from(w.memory.buffer, 0, 4);
      w.idle();
      return kept.toString("latin1");
    },
    right(w) {
      w.idle();
      return Buffer.from(w.memory.buffer, 0, 4).toString("latin1");
    },
  },
};

function screen(w, isValid) {
  let kept;
  let stale = true;
  const cell = () => {
    if (!isValid(kept, stale)) {
      w.idle();
      kept = view(w);
      stale = false;
    }
    return kept.getUint8(0);
  };
  cell();
  w.add(1, 2);
  return cell();
}

function sized(w, isValid) {
  let kept;
  let size = 0;
  const write = (data) => {
    const pointer = w.add(8, 8);
    if (!isValid(kept, size, data.length)) {
      size = data.length;
      kept = bytes(w, pointer, size);
    }
    kept.set(data);
  };
  write([1, 2]);
  write([3]);
}

/** Emscripten's glue renews its heap when it grows the memory; here, after each call. */
function emscripten(w) {
  const module = { HEAPU8: bytes(w) };
  module.idle = () => {
    w.idle();
    module.HEAPU8 = bytes(w);
  };
  return module;
}

function importing(w, run, refreshInSecond) {
  const host = {
    view: undefined,
    refresh() {
      if (!this.view || this.view.buffer !== w.memory.buffer) {
        this.view = view(w);
      }
    },
  };
  const imports = [
    () => host.refresh(),
    () => {
      refreshInSecond(host);
      return host.view.getUint8(0);
    },
  ];
  return imports.map((imported) => run(imported));
}
