"""List host code by the form of its views; the lines that end in `// stale` use a stale view."""

FORMS = {
    "constructor, private field": """
        export class A { #v; constructor(w) { this.#v = new DataView(w.exports.memory.buffer) }
        at(p) { return this.#v.getUint8(p) } // stale
        }
    """,
    "constructor function, closure": """
        export function make(w) { const v = new Uint8Array(w.exports.memory.buffer);
        const at = (p) => v[p]; // stale
        return { at, run: () => w.exports.run() } }
    """,
    "made where it is used, class": """
        export class A { constructor(w) { this.w = w }
        get v() { return new Uint8Array(this.w.exports.memory.buffer) }
        at(p) { this.w.exports.run(); return this.v[p] } }
    """,
    "flag, closure": """
        let v, dirty = true; const touch = () => { dirty = true };
        const view = (w) => {
        if (dirty) { v = new Uint8Array(w.exports.memory.buffer); dirty = false }
        return v }; // stale
        export const at = (w, p) => { touch(); w.exports.run(); return view(w)[p] };
    """,
    "nullish assignment": """
        export class A { constructor(w) { this.w = w }
        at(p) { this.v ??= new Uint8Array(this.w.exports.memory.buffer);
        return this.v[p] } // stale
        }
    """,
    "size guard, optional chaining": """
        export class A { constructor(w) { this.w = w; this.n = 0 }
        put(d) { if (!(this.n >= d.length)) { this.n = d.length;
        this.v = new Uint8Array(this.w?.exports?.memory?.buffer, 0, this.n) }
        this.v?.set(d); // stale
        } }
    """,
    "the view's own length guards": """
        export class A { constructor(w) { this.w = w; this.v = new Uint8Array(0) }
        put(d) { if (this.v.length < d.length) this.v = new Uint8Array(this.w.exports.memory.buffer);
        this.v.set(d) } }
    """,
    "buffers compared, early return": """
        export class A { constructor(w) { this.w = w }
        renew() { const { buffer } = this.w.exports.memory; if (this.v?.buffer === buffer) return;
        this.v = new Uint8Array(buffer) }
        at(p) { this.renew(); return this.v[p] } }
    """,
    "memory in an array pattern": """
        export class A { constructor(options) { const [module, memory] = options.passed;
        start(module, memory); this.v = new Uint8Array(memory.buffer) }
        at(p) { return this.v[p] } // stale
        }
    """,
    "kept buffer compared with a copy of the memory's": """
        export function make(memory, alloc) { let kept, v, w;
        const all = () => { if (kept !== memory.buffer) {
        kept = memory.buffer; v = new Uint8Array(kept); w = new Uint16Array(kept) } };
        all();
        return { put(x) { const p = alloc(x); all(); v[p] = x },
        at(p) { const now = memory.buffer; if (kept !== now) w = new Uint16Array(now); return w[p] } } }
    """,
    "view compared with a copy of an older buffer": """
        export function make(memory) { let v = new Uint8Array(memory.buffer);
        return (p) => { const old = memory.buffer; memory.grow(1);
        if (v.buffer !== old) v = new Uint8Array(old); // stale
        return v[p] } }
    """,
    "callback that other code may call after growth": """
        import { onMemoryGrown } from "./notices.js"; import wasm from "./wasm.js";
        const words = () => new Uint32Array(wasm.instance.exports.memory.buffer);
        let v = words(); onMemoryGrown(() => { v = words() });
        export const at = (p) => v[p];
    """,
    "callback that other code calls for another reason": """
        import { onSelect } from "./notices.js"; import wasm from "./wasm.js";
        const words = () => new Uint32Array(wasm.instance.exports.memory.buffer);
        let v = words(); onSelect(() => { v = words() });
        export const at = (p) => v[p]; // stale
    """,
    "method of a value kept beside the exports": """
        export class A { constructor(instance) { this.exports = instance.exports;
        this.values = [instance.exports]; }
        keep(v) { this.values.push(v) }
        put(i, p) { const v = new Uint8Array(this.exports.memory.buffer), text = this.values[i];
        for (let n = 0; n < 4; n++) v[p++] = text.charCodeAt(n) } }
    """,
    "address of errno": """
        export function f(Module, e) { Module.HEAP32[Module.___errno_location() >> 2] = e }
    """,
    "type of the view in a parameter": """
        export const make = (kind, w, p) => { const v = new kind(w.exports.memory.buffer, p, 4);
        w.exports.run();
        return v[0] }; // stale
    """,
    "class of another file that gets a buffer": """
        const { Reader } = require("./reader.js");
        export const make = (memory) => { const r = new Reader(memory.buffer); memory.grow(1);
        return r.read() };
    """,
    "Emscripten's own exports": """
        export async function f(module, p, show) { const v = module.HEAPU8.subarray(p, p + 4);
        module.wasmExports.free(p);
        return show(v) } // stale
    """,
    "function that fails before it renews": """
        export class A { constructor(w) { this.w = w; this.p = 0 }
        _fill(n) { if (this.p === 0) return 0; const { buffer } = this.w.exports.memory;
        if (this.v?.buffer !== buffer) this.v = new DataView(buffer, this.p); return n }
        at(n) { const length = this._fill(n); const v = this.v; if (!v || n >= length) return null;
        return v.getUint8(n) } }
    """,
    "function that returns what it knows before it renews": """
        export class A { constructor(w) { this.w = w; this.n = -1 }
        _fill(n) { if (this.n === n) return this.length; this.n = n;
        this.length = this.w.exports.run(n); this.v = new DataView(this.w.exports.memory.buffer);
        return this.length }
        at(n) { const length = this._fill(n); if (n >= length) return null;
        return this.v.getUint8(n) } // stale
        }
    """,
    "renewed if there is a memory": """
        export function make(exports) { let v;
        const renew = () => { if (exports.memory) v = new Uint8Array(exports.memory.buffer) };
        return (p) => { exports.run(); renew(); return v[p] } }
    """,
    "renewed if there is an export": """
        export function make(exports) { let v = new Uint8Array(exports.memory.buffer);
        const renew = () => { if (exports.init) v = new Uint8Array(exports.memory.buffer) };
        return (p) => { exports.run(); renew();
        return v[p] } } // stale
    """,
    "bound method that returns a view": """
        export class A { constructor(log) { const logged = (method) => (p) => log(method(p)[0]);
        this.imports = { log: logged(this.at.bind(this)) } }
        at(p) { return new Uint8Array(this.e.memory.buffer, p) } }
    """,
    "result of a bound method": """
        export function f(e) { const o = { at(p) { return new Uint8Array(e.memory.buffer, p) } };
        const at = o.at.bind(o), v = at(0); e.exports.run();
        return v[0] } // stale
    """,
    "returned before a clause that calls the module": """
        export function f(api, p) {
        try { return api.HEAPU8.subarray(p, p + 4); } // stale
        finally { api._free(p) } }
    """,
    "copy returned before a clause that calls the module": """
        export function f(api, p) {
        try { return api.HEAPU8.slice(p, p + 4); }
        finally { api._free(p) } }
    """,
    "functions taken out of the object that has the memory": """
        export function bind({ memory, alloc }) { const v = new Uint8Array(memory.buffer);
        return (n) => { const p = alloc(n);
        v[p] = n } } // stale
    """,
    "functions taken out of another object": """
        export function bind({ memory }, { log }) { return (n) => { const v = new Uint8Array(memory.buffer);
        log(n); v[0] = n } }
    """,
    "heap, destructured": """
        export function f(Module, p) { const { HEAPU8 } = Module; Module._work(p);
        return HEAPU8[p] } // stale
    """,
    "heap, cwrap": """
        export function f(Module, p) { const work = Module.cwrap("work"); const v = Module.HEAPU8;
        work(p); return v[p] } // stale
    """,
    "growth is announced, one view from another": """
        let i, v, d; const imports = { env: { emscripten_notify_memory_growth: () => {
        v = new Uint8Array(i.exports.memory.buffer); d = new DataView(v.buffer) } } };
        export async function init(b) { ({ instance: i } = await WebAssembly.instantiate(b, imports));
        imports.env.emscripten_notify_memory_growth() }
        export const at = (p) => { i.exports.run(); return v[p] + d.getUint8(p) };
    """,
    "growth is announced, null guard": """
        let i, v; const imports = { env: { emscripten_notify_memory_growth: () => {
        if (!v) v = new Uint8Array(i.exports.memory.buffer) } } };
        export async function init(b) { ({ instance: i } = await WebAssembly.instantiate(b, imports)) }
        export const at = (p) => { i.exports.run();
        return v[p] }; // stale
    """,
    "kept unless it is of the memory": """
        export class File { put(view, own) { if (view.buffer === memory.buffer) own = false;
        this.data = own ? view.subarray(1) : view.slice(1) } first() { return this.data[0] } }
        let memory; export function f(file, w) { memory = w.exports.memory;
        const v = new Uint8Array(memory.buffer);
        file.put(v, true); new File().put(v, true); w.exports.run() }
    """,
    "kept because it is of the memory": """
        export class File { put(view) {
        if (view.buffer === memory.buffer) this.data = view.subarray(1) }
        first() {
        return this.data[0] } } // stale
        let memory; export function f(w) { memory = w.exports.memory;
        new File().put(new Uint8Array(memory.buffer)); w.exports.run() }
    """,
    "growth before an exception": """
        function fail(w) { w.exports.run(); throw new Error(w.exports.message()) }
        function check(w, p) { if (!p) fail(w); if (p < 0) throw new Error(w.exports.message()) }
        export function f(w, p) { const v = new Uint8Array(w.exports.memory.buffer); check(w, p);
        return v[p] }
    """,
    "growth before an exception that is caught": """
        function fail(w) { w.exports.run(); throw new Error() }
        function check(w, p) { try { if (!p) fail(w) } catch { } }
        export function f(w, p) { const v = new Uint8Array(w.exports.memory.buffer); check(w, p);
        return v[p] } // stale
    """,
    "a container of anything": """
        class Box { constructor(value) { this.value = value } get() { return this.value } }
        export function f(w) { const v = new Box(new Uint8Array(w.exports.memory.buffer));
        w.exports.run(); return [v.get(), new Box({ name: 1 }).get(), new Box(() => 1).get()] }
    """,
    "all members of Emscripten's module": """
        var Module = {}; var overrides = Object.assign({}, Module);
        function updateViews() { Module.HEAPU8 = new Uint8Array(memory.buffer) }
        Object.assign(Module, overrides); let memory;
        export const grow = () => { memory.grow(1); updateViews() };
        export const call = (name) => Module["_" + name]();
    """,
    "a parameter that becomes a number": """
        function alloc(v, w) { v = w.exports.malloc(v.length); return v }
        export function put(w) { const p = alloc(new Uint8Array(w.exports.memory.buffer), w);
        w.exports.run(); return p << 2 }
    """,
    "a number and a view in one parameter": """
        function use(p, w) { const q = p * 2; p = new Uint8Array(w.exports.memory.buffer); w.exports.run();
        return p[q] } // stale
        export const f = (w) => use(1, w);
    """,
    "a view in a text": """
        export function f(w) { const v = new Uint8Array(w.exports.memory.buffer); w.exports.run();
        return "bytes: " + v } // stale
    """,
    "exports that another file sets": """
        let exports; export function set(e) { exports = e }
        const view = () => new Uint8Array(exports.memory.buffer);
        export function put(d) { const v = view(); const p = exports.alloc(d.length);
        v.set(d, p); // stale
        return p }
    """,
    "an export has the name of a method": """
        export class A { constructor(w) { this.w = w; this.v = new Uint8Array(w.memory.buffer) }
        run(p) { this.w.run();
        return this.v[p] } // stale
        }
    """,
    "nullish assignment as a value": """
        let v; const view = (w) =>
        (v ??= new Uint8Array(w.exports.memory.buffer)); // stale
        export const put = (w, d) => { const p = w.exports.alloc(d.length); view(w).set(d, p) };
    """,
    "copy of a field, checked": """
        export class A { constructor(e) { this.e = e; this.v = new Uint8Array(e.memory.buffer) }
        view() { let v = this.v;
        if (v.byteLength === 0) { v = new Uint8Array(this.e.memory.buffer); this.v = v }
        return v }
        put(d) { const p = this.e.alloc(d.length); this.view().set(d, p) } }
    """,
    "copy of an element, tested for undefined": """
        const cache = new WeakMap();
        function view(e) { let v = cache.get(e);
        if (v === undefined) { v = new Uint8Array(e.memory.buffer); cache.set(e, v) }
        return v } // stale
        export function put(e, d) { const p = e.alloc(d.length); view(e).set(d, p) }
    """,
    "made again after each call": """
        export class A { async load(b) {
        this.x = (await WebAssembly.instantiate(b)).instance.exports; this.fill() }
        fill() { this.v = new Uint8Array(this.x.memory.buffer, 0, 4) }
        tick() { this.x.step(); this.fill() }
        draw() { return this.v[0] } }
    """,
    "made again after each call but one": """
        export class A { async load(b) {
        this.x = (await WebAssembly.instantiate(b)).instance.exports; this.fill() }
        fill() { this.v = new Uint8Array(this.x.memory.buffer, 0, 4) }
        tick() { this.x.step(); this.fill() }
        reset() { this.x.reset() }
        draw() { return this.v[0] } // stale
        }
    """,
    "view or a new one": """
        let view = null, instance;
        const get = () => view || (view = new DataView(instance.exports.memory.buffer)); // stale
        export const write = (p) => { const at = instance.exports.alloc(p); get().setUint8(at, 1) };
        export const start = async (b) => { ({ instance } = await WebAssembly.instantiate(b)) };
    """,
    "view or a new one, checked": """
        export class A { constructor(e) { this.e = e }
        put(p) { let v = this.v || (this.v = new Uint8Array(this.e.memory.buffer));
        if (v.byteLength === 0) v = this.v = new Uint8Array(this.e.memory.buffer);
        v[p] = 1; this.e.run() } }
    """,
    "exports that a function reads a memory of": """
        const make = (m, n) => new Float32Array(m.memory.buffer, m.alloc(n), n);
        export function mix(m, n) { const v = make(m, n); m.mix(v.byteOffset, n);
        return v[0] } // stale
    """,
    "iteration over a view": """
        export function f(e, n) { const xs = new Float64Array(e.memory.buffer, 0, n); let s = 0;
        for (const x of xs) // stale
        s += e.score(x);
        return s }
    """,
    "iteration over a copy": """
        export function f(e, n) { const xs = new Float64Array(e.memory.buffer, 0, n).slice(); let s = 0;
        for (const x of xs) s += e.score(x);
        return s }
    """,
    "renewed in a loop before a break": """
        export function f(w, x) { let v = new Uint8Array(w.exports.memory.buffer);
        for (let i = 0; i < 2; i++) { v = new Uint8Array(w.exports.memory.buffer);
        if (x) break; w.exports.run() }
        return v[0] } // stale
    """,
    "local view of a function that an import calls": """
        const memory = new WebAssembly.Memory({ initial: 1 });
        function host() { memory.grow(1);
        const inner = () => { const v = new DataView(memory.buffer); wasm.run();
        return v.getUint8(1) }; // stale
        inner.call(null) }
        const imports = { env: { host, memory } };
        const wasm = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;
    """,
    "picture that is checked": """
        export class A { constructor(w) { this.w = w }
        show(out) { if (!this.image || this.image.data.byteLength === 0)
        this.image = new ImageData(new Uint8ClampedArray(this.w.exports.memory.buffer, 0, 64), 4, 4);
        out.putImageData(this.image, 0, 0); this.w.exports.run() } }
    """,
    "picture that is tested for null": """
        export class A { constructor(w) { this.w = w }
        show(out) { if (!this.image)
        this.image = new ImageData(new Uint8ClampedArray(this.w.exports.memory.buffer, 0, 64), 4, 4);
        out.putImageData(this.image, 0, 0); // stale
        this.w.exports.run() } }
    """,
    "handler that renews a view of another statement": """
        export class A { constructor(w) { this.w = w; this.v = new DataView(w.exports.memory.buffer) }
        at(p) { try { this.w.exports.run() } catch { this.v = new DataView(this.w.exports.memory.buffer) }
        return this.v.getInt8(p) } // stale
        }
    """,
    "object of an import that grows the memory": """
        function host() { const o = { view: new DataView(memory.buffer) };
        memory.grow(1);
        o.view.getUint8(1) } // stale
        const memory = new WebAssembly.Memory({ initial: 1 });
        const imports = { env: { host, memory } };
        const wasm = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;
    """,
    "heap, read again": """
        export async function f(Module, p) { await Module.ready; Module._work(p); return Module.HEAPU8[p] }
    """,
    "heap, bare name": """
        function f(p) { const at = HEAPU32; Module._work(p);
        return at[p] } // stale
        function g(p) { Module._work(p); return HEAPU32[p] }
    """,
    "heap, value of an assignment": """
        function f(n) {
        HEAPU32[4] = Module._malloc(n); // stale
        const p = Module._malloc(n); HEAPU32[4] = p }
    """,
    "stack pointer": """
        function f(n) { HEAPU32[4] = Module.stackAlloc(n) }
    """,
    "fillers in two closures": """
        export class A { start(port, w) { port.a = () => { this.v = new Uint8Array(w.exports.memory.buffer) };
        port.b = async () => { this.v = new Uint8Array((await w).exports.memory.buffer) } }
        run(w) { w.exports.run();
        return this.v[0] } // stale
        }
    """,
    "argument, arrow function": """
        const first = (v, w) => { w.exports.run();
        return v[0] }; // stale
        export const g = (w) => first(new Uint8Array(w.exports.memory.buffer), w);
    """,
    "argument, static method": """
        class A { static first(v, run) { run();
        return v[0] } } // stale
        export const g = ({ exports }) => A.first(new Uint8Array(exports.memory.buffer), exports.run);
    """,
    "argument, used before the call": """
        const first = (v, w) => { const x = v[0]; w.exports.run(); return x };
        export const g = (w) => first(new Uint8Array(w.exports.memory.buffer), w);
    """,
    "temporary, augmented assignment": """
        export function f(w, p) {
        new Uint8Array(w.exports.memory.buffer)[p] += w.exports.run(); // stale
        }
    """,
    "temporary, argument of a call": """
        export function f(w, g) {
        g(new Uint8Array(w.exports.memory.buffer), w.exports.run()); // stale
        }
    """,
    "temporary, call first": """
        export function f(w, p) { const x = w.exports.run(); new Uint8Array(w.exports.memory.buffer)[p] = x }
    """,
    "import that forgets, methods of an object": """
        let v, memory;
        const renew = () => { if (!v || v.byteLength === 0) v = new DataView(memory.buffer) };
        export const imports = { env: {
        a(p) { renew(); v.setUint8(p, 1) },
        b(p) { v.setUint8(p, 1) }, // stale
        } };
    """,
    "import that calls the module again": """
        let w, v;
        const renew = () => { if (v?.buffer !== w.memory.buffer) v = new DataView(w.memory.buffer) };
        export const start = (i) => { w = i.exports };
        export const imports = { env: { a: (n) => { renew(); const p = w.malloc(n);
        v.setUint8(p, 1) } } }; // stale
    """,
    "private helper of a method that renews": """
        export class A { constructor(w) { this.w = w }
        #put(p) { this.v.setUint8(p, 1) }
        run(p) { this.v = new DataView(this.w.exports.memory.buffer); this.#put(p) } }
    """,
    "private helper after a call": """
        export class A { constructor(w) { this.w = w }
        #put(p) {
        this.v.setUint8(p, 1) } // stale
        run(p) { this.v = new DataView(this.w.exports.memory.buffer); this.w.exports.run(); this.#put(p) } }
    """,
    "renewed on one branch": """
        export class A { constructor(w) { this.w = w }
        renew(all) { if (all) this.v = new DataView(this.w.exports.memory.buffer) }
        at(p) { this.renew(p > 9);
        return this.v.getUint8(p) } // stale
        }
    """,
    "renewed on both branches": """
        export class A { constructor(w) { this.w = w }
        renew(f) { if (f) this.v = new Float32Array(this.w.exports.memory.buffer);
        else this.v = new Uint8Array(this.w.exports.memory.buffer) }
        at(p) { this.renew(p > 9); return this.v[p] } }
    """,
    "renewed by an awaited function": """
        export class A { constructor(w) { this.w = w }
        async renew() { await 0; this.v = new DataView(this.w.exports.memory.buffer) }
        async at(p) { await this.renew(); return this.v.getUint8(p) } }
    """,
    "renewed later": """
        export class A { constructor(w) { this.w = w }
        async renew() { await 0; this.v = new DataView(this.w.exports.memory.buffer) }
        at(p) { this.renew();
        return this.v.getUint8(p) } // stale
        }
    """,
    "renewal may throw": """
        export class A { constructor(w) { this.w = w }
        renew() { this.w.exports.run(); this.v = new DataView(this.w.exports.memory.buffer) }
        at(p) { try { this.renew() } catch { }
        return this.v.getUint8(p) } // stale
        }
    """,
    "recursive renewal": """
        let v; function renew(w, n) { if (n > 0) return renew(w, n - 1);
        v = new Uint8Array(w.exports.memory.buffer) }
        export function at(w, p) { w.exports.run(); renew(w, p); return v[p] }
    """,
    "objects of the Web": """
        export function f(m) { const v = new Uint8Array(m.exports.memory.buffer); const x = new FileReader();
        x.abort(); const s = new WebSocket("a"); s.ping(); return v[0] }
    """,
    "stale view, destructured": """
        export class A { constructor(w) { this.w = w; this.v = new Uint8Array(w.exports.memory.buffer) }
        at(p) { const { v, w } = this;
        return v[p] } // stale
        put(p) { this.v = new Uint8Array(this.w.exports.memory.buffer); const { v } = this; v[p] = 1 } }
    """,
    "handler renews and tries again": """
        let m, v; const put = (p, x) => { try { v.setUint8(p, x) } catch {
        v = new DataView(m.buffer); v.setUint8(p, x) } };
        export const start = (i) => { m = i.exports.memory; v = new DataView(m.buffer) };
        export const lower = (i, x) => { const p = i.exports.run(); put(p, x); v.setUint8(p + 1, x) };
    """,
    "elements do not throw": """
        let m, v; export const put = (p, x) => { try {
        v[p] = x } catch { // stale
        v = new Uint8Array(m.buffer); v[p] = x } };
        export const start = (i) => { m = i.exports.memory; v = new Uint8Array(m.buffer) };
    """,
    "import that grows the memory renews": """
        let m, v; function grow(n) { const old = m.grow(n); v = new Uint8Array(m.buffer); return old }
        export function start(b) { const i = new WebAssembly.Instance(b, { env: { grow } });
        m = i.exports.memory; v = new Uint8Array(m.buffer) }
        export const at = (p) => v[p];
    """,
    "import that grows the memory forgets one": """
        let m, v, w; const more = (n) => { const old = m.grow(n); v = new Uint8Array(m.buffer); return old };
        export function start(b) { const i = new WebAssembly.Instance(b, { env: { grow: more } });
        m = i.exports.memory; v = new Uint8Array(m.buffer); w = new Int32Array(m.buffer) }
        export const at = (p) => v[p] +
        w[p]; // stale
    """,
    "view of a class that is extended": """
        class Base { constructor(w) { this.w = w; this.v = new Uint8Array(w.exports.memory.buffer) }
        renew() { this.v = new Uint8Array(this.w.exports.memory.buffer) } }
        export class A extends Base {
        at(p) { return this.v[p] } // stale
        safe(p) { this.renew(); return this.v[p] } }
    """,
    "exports in a parameter": """
        export function f(wasm, p) { const { buffer } = wasm.memory; wasm.malloc(4);
        return new Uint8Array(buffer, p) } // stale
    """,
    "object that has a memory": """
        class Host { constructor(memory) { this.memory = memory } size() { return 1 } }
        export function f(m) { const host = new Host(m); const v = new Uint8Array(host.memory.buffer);
        host.size(); return v[0] }
    """,
    "object that is new": """
        export function f(w) { const o = { v: new Uint8Array(w.exports.memory.buffer), n: 1 }; o.v[0] = 1;
        w.exports.run();
        return o.v[0] } // stale
    """,
    "array, pushed": """
        const views = []; export function keep(w) { views.push(new Uint8Array(w.exports.memory.buffer)) }
        export const fill = (i, x) => views[i].fill(x); // stale
    """,
    "array, pushed by an import": """
        let wasm; const views = []; export const start = (i) => { wasm = i.exports };
        export const imports = { env: { keep: (p) => { views.push(new Uint8Array(wasm.memory.buffer, p)) },
        fill: (i, x) => views[i].fill(x) } }; // stale
    """,
    "array that is new": """
        export function f(w) { const [a, b] = [new Uint8Array(w.exports.memory.buffer), 1];
        return a[0] + b }
    """,
    "map": """
        const views = new Map(); export function keep(w, k) {
        views.set(k, { v: new Uint8Array(w.exports.memory.buffer) }) }
        export const at = (k, p) => views.get(k).v[p]; // stale
    """,
    "map that is iterated": """
        const views = new Map(); export function keep(w, k) {
        views.set(k, new Uint8Array(w.exports.memory.buffer)) }
        export function sum() { let s = 0; for (const [k, v] of views)
        s += k * v[0]; // stale
        return s }
    """,
    "property with a computed name": """
        const cache = {}; export function keep(w, k) { cache[k] = new Uint8Array(w.exports.memory.buffer) }
        export const at = (k, p) => cache[k][p]; // stale
    """,
    "array of all kinds of values": """
        const heap = []; let next = 0; function add(x) {
        if (next === heap.length) heap.push(heap.length + 1); const i = next; next = heap[i]; heap[i] = x;
        return i }
        export const f = (w) => add(new Uint8Array(w.exports.memory.buffer));
        export const g = (w, p) => { w.exports.run(); return heap[p].then(heap[next]) };
    """,
    "copies in an array": """
        const parts = []; export function keep(w) {
        parts.push(new Uint8Array(w.exports.memory.buffer).slice()) }
        export function sum() { let s = 0; for (const p of parts) s += p[0]; return s }
    """,
    "export with a computed name": """
        export function f(w, name) { const v = new Uint8Array(w.exports.memory.buffer); w.exports[name]();
        return v[0] } // stale
    """,
    "Atomics needs no shared memory": """
        export function f(m) { const v = new Int32Array(m.exports.memory.buffer); m.exports.run();
        Atomics.store(v, 0, 1) } // stale
    """,
    "index is evaluated after the view": """
        export function f(w, p) {
        new Uint8Array(w.exports.memory.buffer)[w.exports.run(p)] = 1; // stale
        return new Uint8Array(w.exports.memory.buffer)[w.exports.run(p)] } // stale
    """,
    "index is evaluated after a getter": """
        export class A { constructor(w) { this.w = w }
        get v() { return new Uint8Array(this.w.exports.memory.buffer) }
        put(p) {
        this.v[this.w.exports.run(p)] = p } } // stale
    """,
    "elements of a view are assigned in a pattern": """
        export class A { constructor(w) { this.v = new Uint8Array(w.exports.memory.buffer) }
        put(p) {
        [this.v[0], this.v[1]] = p } } // stale
    """,
    "parameter in a pattern": """
        export function f(w) { g({ v: new Uint8Array(w.exports.memory.buffer) }, w) }
        function g({ v }, w) { w.exports.run();
        return v[0] } // stale
    """,
    "default value of a parameter": """
        export function f(w, v = new Uint8Array(w.exports.memory.buffer), p = w.exports.run()) {
        return v[p] } // stale
    """,
    "default value in a pattern": """
        export function f(w) {
        const { v, p = w.exports.run() } = { v: new Uint8Array(w.exports.memory.buffer) };
        return v[p] } // stale
    """,
    "export is a callback": """
        export function f(w) { const v = new Uint8Array(w.exports.memory.buffer); [1].forEach(w.exports.run);
        return v[0] } // stale
    """,
    "static field in the constructor": """
        const w = new WebAssembly.Instance(m);
        export class A { static v = new Uint8Array(w.exports.memory.buffer);
        constructor() {
        this.n = A.v[0] } } // stale
    """,
    "argument of a timer": """
        function at(v) {
        return v[0] } // stale
        export function f(w) { setTimeout(at, 1, new Uint8Array(w.exports.memory.buffer)) }
    """,
    "argument of a promise's callback": """
        export function f(w) { Promise.resolve(new Uint8Array(w.exports.memory.buffer)).then((v) =>
        v[0]) } // stale
    """,
    "set and map get their elements when they are made": """
        export function f(w) { const s = new Set([new Uint8Array(w.exports.memory.buffer)]);
        const m = new Map([["k", new Uint8Array(w.exports.memory.buffer)]]); w.exports.run();
        for (const v of s)
        v[0]; // stale
        return m.get("k")[0] } // stale
    """,
    "static field, used before other code runs": """
        const w = new WebAssembly.Instance(m); class A { static v = new Uint8Array(w.exports.memory.buffer) }
        function at() {
        return A.v[0] } // stale
        w.exports.run(); at();
    """,
    "import that grows keeps a view of its own": """
        const memory = new WebAssembly.Memory({ initial: 1 });
        export const imports = { env: { memory, grow: (n) => { const v = new Uint8Array(memory.buffer);
        memory.grow(n);
        return v[0] } } }; // stale
    """,
}

# Whole programs: the text of each file by its path.
PROGRAMS = {
    "function of another file enters": {
        "a.js": """
            import { h } from "./b.js";
            export function f(w) { const v = new Uint8Array(w.exports.memory.buffer); h(w);
            return v[0] } // stale
        """,
        "b.js": "export const h = (w) => w.exports.run();",
    },
    "function of another file does not enter": {
        "a.js": """
            import { h as g } from "./lib/index.js";
            export function f(w) { const v = new Uint8Array(w.exports.memory.buffer); g(v); return v[0] }
        """,
        "lib/index.js": 'export * from "./b.js";',
        "lib/b.js": "function read(v) { return v[0] } export { read as h };",
    },
    "function of a file that is not given": {
        "a.js": """
            import { h } from "./c.js";
            export function f(w) { const v = new Uint8Array(w.exports.memory.buffer); h(v); return v[0] }
        """,
        "b.js": "export const h = 1;",
    },
    "view is exported": {
        "a.js": """
            import { v } from "./b.js";
            export const at = (w, p) => { w.run();
            return v[p] }; // stale
        """,
        "b.js": """
            export let v; export const start = (w) => { v = new Uint8Array(w.exports.memory.buffer) };
        """,
    },
    "view is exported and renewed": {
        "a.js": """
            import { v, renew } from "./b.js";
            export const at = (w, p) => { w.run(); renew(w); return v[p] };
        """,
        "b.js": """
            export let v; export function renew(w) { v = new Uint8Array(w.exports.memory.buffer) };
        """,
    },
    "view is an argument": {
        "a.mjs": """
            import * as b from "./b.mjs";
            export const f = (w) => b.first(new Uint8Array(w.exports.memory.buffer), w);
        """,
        "b.mjs": """
            export function first(v, w) { w.exports.run();
            return v[0] } // stale
        """,
    },
    "default export, TypeScript": {
        "a.ts": """
            import first from "./b.js";
            export const f = (w: any) => first(new Uint8Array(w.exports.memory.buffer), w);
        """,
        "b.ts": """
            export default function (v: Uint8Array, w: any) { w.exports.run();
            return v[0] } // stale
        """,
    },
    "class of another file": {
        "a.js": """
            import { Memory } from "./b";
            export class A { constructor(w) { this.m = new Memory(w.exports) }
            at(p) { return this.m.view[p] } } // stale
        """,
        "b/index.js": """
            export class Memory { constructor(e) { this.view = new Uint8Array(e.memory.buffer) } }
        """,
    },
    "CommonJS, object": {
        "a.cjs": """
            const { first, peek } = require("./b.cjs");
            exports.f = (w) => first(new Uint8Array(w.exports.memory.buffer), w);
            exports.g = (w) => { const v = new Uint8Array(w.exports.memory.buffer); peek(v); return v[0] };
        """,
        "b.cjs": """
            function peek(v) { return v[0] }
            function first(v, w) { w.exports.run();
            return v[0] } // stale
            module.exports = { first, peek };
        """,
    },
    "CommonJS, single properties": {
        "a.cjs": """
            const b = require("./b");
            exports.f = (w) => b.first(new Uint8Array(w.exports.memory.buffer), w);
            exports.g = (w) => { const v = new Uint8Array(w.exports.memory.buffer); b.peek(v); return v[0] };
        """,
        "b.cjs": """
            exports.peek = (v) => v[0];
            module.exports.first = function (v, w) { w.exports.run();
            return v[0] }; // stale
        """,
    },
    "ES module imports CommonJS": {
        "a.mjs": """
            import b from "./b.cjs";
            import { renew } from "./b.cjs";
            export const f = (w) => { const v = new Uint8Array(w.exports.memory.buffer); b.run(w);
            return v[0] }; // stale
            export const g = (w) => { const v = new Uint8Array(w.exports.memory.buffer); renew();
            return v[0] };
        """,
        "b.cjs": "exports.run = (w) => w.exports.run(); exports.renew = () => 1;",
    },
    "circle": {
        "a.js": """
            import { b } from "./b.js"; export { b } from "./b.js"; export * from "./b.js";
            export const a = (w) => { const v = new Uint8Array(w.exports.memory.buffer); b(w);
            return v[0] }; // stale
        """,
        "b.js": """
            import { a } from "./a.js"; export { a, c } from "./a.js";
            export const b = (w) => w ? w.exports.run() : a(w);
        """,
    },
    "variable is used through the module": {
        "a.mjs": """
            export const w = new WebAssembly.Instance(m);
            export let v = new Uint8Array(w.exports.memory.buffer); // stale
            export let u = new Uint8Array(w.exports.memory.buffer); // stale
            export { u as other }; // stale
        """,
        "b.mjs": """
            import * as a from "./a.mjs";
            export function f() { a.w.exports.run();
            return a.v[0] } // stale
            export function g() {
            return a.other[0] } // stale
        """,
    },
}
