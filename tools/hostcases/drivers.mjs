// How to run each case. A driver gets the exports of the case and a kit, and says whether the case worked.
// The variant with the fix has the same driver as the variant with the bug.

const tick = () => new Promise((resolve) => setTimeout(resolve));
const bytes = (...values) => new Uint8Array(values);

export const drivers = {
  "meshoptimizer-70aa8d1e": (host, kit) => {
    const instance = kit.instantiate();
    host.init(instance);
    return kit.byte(instance, host.spheres(bytes(1, 2), bytes(3))) === 3;
  },
  "ublock-c71624d1": (host) => {
    const trie = new host.Trie();
    for (let i = 0; i <= 65536; i++) trie.add(i % 7);
    return trie.at(6) === 6 && trie.at(65536) === 65536 % 7;
  },
  "wasm-bindgen-4353": (host, kit) => {
    host.setWasm(kit.instantiate());
    const ptr = host.passArray(["a", "b"]);
    return host.get(ptr) === "a" && host.get(ptr + 4) === "b";
  },
  "wasm-bindgen-1668": (host, kit) => {
    const instance = kit.instantiate(host.imports);
    host.setWasm(instance);
    kit.poke(instance, 100, 9);
    return instance.exports.call(100, 1) === 18;
  },
  "wasm-bindgen-4815": (host, kit) => {
    const drawn = [];
    const context = { putImageData: (image) => drawn.push(image.data[0]) };
    const { exports } = kit.instantiate();
    host.draw(exports, context, exports.work(100, 1), 1, 1);
    return drawn[0] === 7;
  },
  "wasm-bindgen-4395": (host, kit) => {
    const { exports } = kit.instantiate();
    exports.work(100, 1);
    return host.view(exports, 100, 1)[0] === 7;
  },
  "wasm-bindgen-4532": (host, kit) => {
    const instance = kit.instantiate(host.imports);
    host.setWasm(instance);
    instance.exports.call_other(instance.exports.call(100, 4), 3);
    return kit.byte(instance, 102) === 3;
  },
  "emscripten-5058": (host, kit) => {
    const Module = kit.emscripten();
    const ptr = host.createCache(Module)([1.5, 2.5]);
    return Module.HEAPF32[ptr / 4] === 1.5;
  },
  "emscripten-9500": (host, kit) => {
    const Module = kit.emscripten();
    const ptr = host.stringType(Module, false).toWire("ab");
    return Module.HEAPU16[(ptr + 4) / 2] === 97;
  },
  "emscripten-7142": (host, kit) => {
    const files = host.createFileSystem(kit.emscripten());
    files.preload("first", bytes(1, 2));
    files.preload("second", bytes(3, 4));
    return files.read("first", 1) === 2;
  },
  "emscripten-9717": (host, kit) => {
    const entries = [
      { name: "a", start: 0, end: 2 },
      { name: "b", start: 2, end: 3 },
    ];
    return host.unpack(kit.emscripten(), bytes(1, 2, 3), entries).firsts.join() === "1,3";
  },
  "javascriptkit-153": (host, kit) => {
    const runtime = new host.Runtime();
    const instance = kit.instantiate(runtime.imports);
    runtime.setInstance(instance);
    instance.exports.run();
    const { memory } = runtime;
    kit.each(
      () => memory.writeBytes(96, bytes(97, 98, 0, 0)),
      () => memory.readUint32(96),
      () => {
        memory.readUint32 = () => 25185;
        instance.exports.call(96, 2);
      },
    );
    return runtime.texts[0] === "ab";
  },
  "assemblyscript-859": (host, kit) => {
    const { exports } = kit.instantiate();
    const first = host.createFloats(exports, 2);
    host.createFloats(exports, 2);
    host.fill(exports, first, 1.5);
    return new Float32Array(exports.memory.buffer)[first / 4] === 1.5;
  },
  "emnapi-220-call": (host, kit) => {
    const instance = kit.instantiate(host.imports);
    host.setInstance(instance);
    kit.poke(instance, 96, 4);
    instance.exports.call(kit.other("app.js").start(instance), 96);
    return kit.byte(instance, 96) === 9;
  },
  "emnapi-220-queue": (host, kit) => {
    const instance = kit.instantiate();
    kit.poke(instance, 96, 1);
    const queue = new host.Queue(instance.exports, 96);
    queue.enqueue(200);
    return queue.dispatch() === 0 && kit.byte(instance, 96) === 0;
  },
  "wa-sqlite-143": async (host, kit) => {
    const Module = kit.emscripten();
    const store = { get: () => tick().then(() => bytes(5, 6)) };
    const pager = new host.Pager(Module, new host.BlockFile(store));
    const pending = pager.fetch(96, 2, 0);
    pager.allocate(8);
    await pending;
    return Module.HEAPU8[97] === 6;
  },
  "crystal-js-3": async (host, kit) => {
    const instance = await host.start(kit.binary);
    kit.poke(instance, 100, 3);
    kit.each(
      () => instance.exports.random(200, 4),
      () => instance.exports.print(1, 96, 1, 128),
    );
    return kit.byte(instance, 203) === 4 && kit.byte(instance, 128) === 3;
  },
  "quickjs-emscripten-240": (host, kit) => new host.Context(kit.emscripten()).newPromise().resolve === 7,
  "keyman-9135": (host, kit) => {
    const written = {};
    host.compileAll(kit.emscripten(), ["a", "b"], (name, data) => (written[name] = data[0]));
    return written.a === 7 && written.b === 7;
  },
  "lcms-wasm-9": (host, kit) => host.difference(kit.emscripten(), bytes(1, 2), bytes(3, 4)) === 0,
  "pdfium-29": async (host, kit) => {
    const Module = kit.emscripten();
    const pages = await host.renderAll([new host.Page(Module, 4), new host.Page(Module, 4)]);
    return pages.every(({ first }) => first === 7);
  },
  "onnxruntime-20229": (host, kit) => host.load(kit.emscripten(), [bytes(1), bytes(2)]) === 3,
  "filament-5181": (host, kit) => {
    const Module = host.extend(kit.emscripten());
    Module._work(96, 1);
    return Module.copyTexture(96, 4).getBytes()[0] === 7;
  },
  "amy-34": (host, kit) => {
    const channel = [0];
    host.audioCallback(kit.emscripten(), channel);
    return channel[0] === 7 / 128;
  },
  "emscripten-7294": (host, kit) => {
    const connection = new host.Connection(kit.emscripten(), 8);
    connection.receive(100);
    return connection.send(bytes(3)) === 3;
  },
  "worksphere-1795": (host, kit) => {
    const instance = kit.instantiate();
    const processor = new host.HrtfProcessor(instance);
    processor.process([1.5]);
    return new Float32Array(instance.exports.memory.buffer)[processor.input / 4] === 1.5;
  },
  "webassembly-19": (host, kit) => {
    const { exports, env } = host.load(kit.module);
    new Uint8Array(exports.memory.buffer).set([97, 98], 96);
    exports.call(96, 2);
    return env.lines[0] === "ab";
  },
  "fundude-11": (host, kit) => {
    const instance = kit.instantiate();
    const machine = host.create(instance);
    const first = host.screen(machine);
    host.setRegister(machine, 1, 3);
    return first === 7 && machine.registers[1] === 3;
  },
  "spasm-wasi-82": (host, kit) => {
    const instance = kit.instantiate(host.imports);
    host.setup(instance);
    return instance.exports.call(96, 9) === 9;
  },
  "pdfium-render-261": (host, kit) => {
    const { app, pdfium, save } = host.link(kit.module);
    kit.poke(app, 96, 9);
    return kit.byte(pdfium, save(96, 4)) === 9;
  },
  "miniaudio-1114": (host, kit) => {
    const event = { output: [0] };
    host.open(kit.emscripten(), { createScriptProcessor: () => ({}) }).node.onaudioprocess(event);
    return event.output[0] === 7;
  },
  "sqlite-wasm-rs-5": (host, kit) => {
    const instance = kit.instantiate();
    new host.Sqlite(instance).poke(bytes(3, 4), 96);
    return kit.byte(instance, 97) === 4;
  },
  "wit-bindgen-416": (host, kit) => {
    const { run, exports } = host.instantiate(kit.module, (value) => [value, 2]);
    run(1, 96);
    return host.readPair(exports, 96).join() === "1,2";
  },
  "cheerp-compiler-99": (host, kit) => {
    const { exports } = host.start(kit.module);
    exports.call(1, 0);
    return host.store(96, 4) === 8;
  },
  "wordpress-playground-3317": (host, kit) => {
    host.create(kit.module).exports.call(1, 96);
    return host.pidOf(96) === 42;
  },
  "ardupilot-34206": (host, kit) => {
    host.load(kit.module);
    return host.send(bytes(3)) === 3;
  },
  "puerts-74": (host, kit) => {
    host.start(kit.module).exports.call(1, 96);
    return host.number(96) === 1.5;
  },
  "emscripten-17524": (host, kit) => {
    const Module = kit.emscripten();
    Module.decompressImage = Module.decompressMask = (width, height) => {
      const ptr = Module._malloc(width * height);
      Module._work(ptr, 1);
      return new Uint8Array(Module.HEAPU8.buffer, ptr, width * height);
    };
    return host.decode(Module, 2, 2, bytes(1)).join() === "7,7";
  },

  "right-wasm-bindgen-glue": (host, kit) => {
    const instance = kit.instantiate(host.imports);
    host.setWasm(instance);
    return host.greet("Näme") === "äme" && host.greet("name") === "ame" && instance.exports.call(96, 5) === 5;
  },
  "right-emscripten-glue": (host, kit) => {
    host.create(kit.module);
    return host.write("ab", 200) === 97;
  },
  "right-go-glue": (host, kit) => {
    const go = new host.Go();
    return go.run(kit.instantiate(go.importObject)) === 9;
  },
  "right-assemblyscript-glue": (host, kit) => {
    const instance = kit.instantiate();
    host.bind(instance);
    return kit.byte(instance, host.lower(bytes(1, 2)) + 4) === 2;
  },
  "right-wasi-shim": (host, kit) => {
    const wasi = new host.Wasi();
    const instance = kit.instantiate(wasi.importObject);
    wasi.start(instance);
    new Uint32Array(instance.exports.memory.buffer).set([200, 2], 24);
    instance.exports.random(300, 4);
    return instance.exports.print(1, 96, 1, 128) === 0 && kit.byte(instance, 128) === 2;
  },
  "right-memory-that-is-none": (host) => {
    const cpu = { run: (memory) => (memory.bytes[0] = 4) };
    const store = { memory: { buffer: bytes(6).buffer } };
    return new host.Machine(cpu).boot(bytes(1, 0)) === 4 && host.snapshot(store, () => {}) === 6;
  },
  "right-webgl-upload": (host, kit) => {
    const { exports } = kit.instantiate();
    const anything = kit.anything();
    return host.upload(exports, anything, 96, 3) === 0 && host.play(exports, anything, 96, 3) === 0;
  },
  "right-fetch-stream": async (host, kit) => {
    const chunks = [{ value: bytes(1, 2) }, { value: bytes(3) }, { done: true }];
    const response = { body: { getReader: () => ({ read: async () => chunks.shift() }) } };
    return (await host.load(kit.instantiate().exports, response)).join() === "1,3";
  },
  "right-copy-before-call": (host, kit) => {
    const { exports } = kit.instantiate();
    return host.copies(exports, exports.work(96, 1), 2) === 35;
  },
  "right-two-modules": (host, kit) => {
    const { left, right, transfer } = host.link(kit.module);
    kit.poke(left, 96, 9);
    return kit.byte(right, transfer(96, 2)) === 9;
  },
  "right-fixed-memory": (host) => new host.Arena(4).put(9, () => {}) === 9,
  "right-length-guard": (host, kit) => {
    const instance = kit.instantiate();
    const reader = new host.Reader(instance);
    instance.exports.work(96, 1);
    return reader.byte(96) === 7 && reader.word(96) === 7 && reader.half(96) === 7;
  },
  "right-shared-memory": (host) => {
    const lock = new host.Lock();
    return lock.enlarge() === 1 && lock.take() && !lock.take();
  },
  "right-pure-callback": (host, kit) => {
    const instance = kit.instantiate();
    kit.poke(instance, 96, 200);
    return host.equalize(instance.exports, 96, 1) === 203;
  },
  "right-fresh-heap": (host, kit) => {
    const Module = kit.emscripten();
    const replies = [];
    host.onMessage(Module, { data: bytes(1, 2) }, (reply) => replies.push(reply[1]));
    return host.feed(Module, bytes(3)) === 3 && host.feedWithHelper(Module, bytes(4)) === 4 && replies[0] === 2;
  },
  "right-plain-buffers": (host) => {
    const pushed = new host.Ring(8).push(Buffer.from([5, 6]), () => {});
    return host.header(bytes(1, 2, 3, 4, 5, 6, 7, 8), () => {}) === 11 && pushed === 6;
  },
  "right-inherited-memory": (host, kit) => {
    const wasm = new host.WasmMain();
    wasm.init(kit.module);
    wasm.writeMemory(96, bytes(1, 2));
    return wasm.round(2, 96, 2).join() === "1,2,1,2";
  },
  "right-webgpu-upload": (host, kit) => {
    const written = [];
    const queue = { writeBuffer: (_, offset, view) => written.push(offset + view[0]) };
    const device = { createBuffer: () => ({}), queue };
    return host.upload(kit.emscripten(), device, [bytes(5, 6), bytes(7)]) === 3 && written.join() === "5,9";
  },
  "right-wat2js-realloc": (host, kit) => {
    const wasm = host.load(kit.module);
    return host.hash(wasm, bytes(1, 2), 70000) === 3;
  },
  "worksphere-1795-message": (host, kit) => {
    const port = { postMessage: () => {} };
    const processor = new host.Processor(port);
    port.onmessage({ data: { type: "module", module: kit.module } });
    port.onmessage({ data: { type: "allocate", size: 16 } });
    return processor.process([1.5]) === 63;
  },
  "assemblyscript-2568": (host, kit) => {
    const { lowerRecord, text } = host.bindings(kit.instantiate().exports);
    return text(lowerRecord({ size: 2, text: "ab" })) > 0;
  },
  "wterm-98": (host, kit) => {
    const screen = new host.Screen(kit.instantiate().exports);
    const first = screen.cell(0, 0);
    screen.scroll();
    return first === 7 && screen.cell(0, 0) === 7;
  },
  "module-fixed": (host, kit) => {
    host.load(kit.module);
    return host.negate(bytes(1, 255)).join() === "254,0";
  },
  "module-peek": (host, kit) => {
    const instance = kit.instantiate();
    kit.poke(instance, 97, 4);
    return host.sum(instance, 96, 2) === 8;
  },
  "module-mixed": (host, kit) => host.mixed(kit.instantiate(), 96, 3) === 5,
};

// Variants in another form are run as the cases that they vary.
for (const name of [
  "amy-34-nullish",
  "emscripten-9500-symbol",
  "lcms-wasm-9-generator",
  "meshoptimizer-70aa8d1e-minified",
  "sqlite-wasm-rs-5-buffer",
]) {
  drivers[name] = drivers[name.replace(/-[a-z]+$/, "")];
}
