// This module measures an access to memory through each kind of view, in nanoseconds, in a page or in Node.
//
// An engine compiles a function for the objects that it has seen. Each kind of view therefore has its own copies of
// the modules (`loops.mjs?live`), so that no kind makes another one slower.

/** Views that compare their buffer with the memory's at each access. */
class Watched {
  constructor(memory) {
    this.memory = memory;
    this.views = keptViews(memory);
  }

  current() {
    if (this.views.u8.buffer !== this.memory.buffer) {
      this.views = keptViews(this.memory);
    }
    return this.views;
  }

  get u8() {
    return this.current().u8;
  }

  get i32() {
    return this.current().i32;
  }

  get f32() {
    return this.current().f32;
  }

  get f64() {
    return this.current().f64;
  }

  get dv() {
    return this.current().dv;
  }
}

/** Views that are made again at each access. */
class Fresh {
  constructor(memory) {
    this.memory = memory;
  }

  get u8() {
    return new Uint8Array(this.memory.buffer);
  }

  get i32() {
    return new Int32Array(this.memory.buffer);
  }

  get f32() {
    return new Float32Array(this.memory.buffer);
  }

  get f64() {
    return new Float64Array(this.memory.buffer);
  }

  get dv() {
    return new DataView(this.memory.buffer);
  }
}

function keptViews({ buffer }) {
  return {
    u8: new Uint8Array(buffer),
    i32: new Int32Array(buffer),
    f32: new Float32Array(buffer),
    f64: new Float64Array(buffer),
    dv: new DataView(buffer),
  };
}

function resizableOf(memory) {
  memory.toResizableBuffer();
  return memory;
}

const plain = () => new WebAssembly.Memory({ initial: 16 });
const limited = () => new WebAssembly.Memory({ initial: 16, maximum: 64 });

// `share` is the part of the accesses that a slow kind makes.
const VIEW_KINDS = {
  kept: { memory: plain, views: keptViews, loops: "kept" },
  live: { memory: plain, views: (memory, liveViews) => liveViews(memory) },
  "live, has grown": { memory: plain, views: (memory, liveViews) => liveViews(memory), grows: true },
  "kept, resizable": { memory: limited, views: (memory) => keptViews(resizableOf(memory)), loops: "kept" },
  "live, resizable": { memory: limited, views: (memory, liveViews) => liveViews(memory, { resizable: true }) },
  watched: { memory: plain, views: (memory) => new Watched(memory), share: 1 / 16 },
  "new each time": { memory: plain, views: (memory) => new Fresh(memory), share: 1 / 64 },
};

async function prepared(name, accesses) {
  const { memory: newMemory, views: viewsOf, loops = "looked", share = 1, grows = false } = VIEW_KINDS[name];
  const memory = newMemory();
  const copy = encodeURIComponent(name);
  const module = await import(`./loops.mjs?${copy}`);
  const { liveViews } = await import(`../../js/nogrow-views/live.mjs?${copy}`);
  const views = viewsOf(memory, liveViews);
  const times = Math.ceil(accesses * share);
  const runs = Object.entries(module[loops]).map(([access, loop]) => {
    // A guest that grows also grows early, before the loop is compiled.
    if (grows) {
      loop(views, 10);
      memory.grow(1);
    }
    loop(views, times);
    return { name, access, times, run: () => loop(views, times), best: Infinity };
  });
  for (const { run } of grows ? runs : []) {
    memory.grow(1);
    run();
  }
  return runs;
}

/** Return the nanoseconds per access, by kind of access and kind of view: the fastest of `rounds`. */
export async function measured(accesses, rounds) {
  const known = Object.keys(VIEW_KINDS).filter(
    (name) => !name.includes("resizable") || "toResizableBuffer" in WebAssembly.Memory.prototype,
  );
  const runs = (await Promise.all(known.map((name) => prepared(name, accesses)))).flat();
  for (let round = 0; round < rounds; round++) {
    for (const run of runs) {
      const begin = performance.now();
      run.run();
      run.best = Math.min(run.best, ((performance.now() - begin) * 1e6) / run.times);
    }
  }
  const results = {};
  for (const { name, access, best } of runs) {
    (results[access] ??= {})[name] = best;
  }
  return results;
}
