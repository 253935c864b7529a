"""List host code without stale views, each sample by the feature that it tests."""

FRESH = {
    "rebuild": """
        function f(e){let u=new Uint8Array(e.exports.memory.buffer); e.exports.g();
        u=new Uint8Array(e.exports.memory.buffer); return u[0]}
    """,
    "guard": """
        let u=new Uint8Array(wasm.memory.buffer); function r(){
        if(u.buffer!==wasm.memory.buffer) u=new Uint8Array(wasm.memory.buffer); return u[0]}
    """,
    "guard0": """
        let u=new Uint8Array(wasm.memory.buffer); function r(){
        if(u.byteLength===0) u=new Uint8Array(wasm.memory.buffer); return u[0]}
    """,
    "bindgen old": """
        let c=null; function g(){
        if(c===null||c.buffer!==wasm.memory.buffer){c=new Uint8Array(wasm.memory.buffer)} return c}
        function h(p,l){return g().subarray(p,p+l)}
    """,
    "bindgen new": """
        let c=null; function g(){ if(c===null||c.byteLength===0){c=new Uint8Array(wasm.memory.buffer)}
        return c} function p(a,m){ let ptr=m(len)>>>0; const mem=g();
        for(let o=0;o<9;o++){const x=a.charCodeAt(o); mem[ptr+o]=x} return ptr}
    """,
    "bindgen dv": """
        let c=null; function g(){
        if(c===null||c.buffer.detached===true||
        (c.buffer.detached===undefined&&c.buffer!==wasm.memory.buffer)){c=new DataView(wasm.memory.buffer)}
        return c}
    """,
    "fresh": """
        function f(e){e.exports.g(); const u=new Uint8Array(e.exports.memory.buffer); return u[0]}
    """,
    "fresh each": """
        const v=()=>new Uint8Array(wasm.memory.buffer); function f(){ v()[0]=1; wasm.g(); return v()[0]}
    """,
    "harmless": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); console.log(Math.max(1,2));
        return new TextDecoder().decode(u)}
    """,
    "helper": """
        function h(x){return x+1} function f(e){const u=new Uint8Array(e.exports.memory.buffer); h(1);
        return u[0]}
    """,
    "live": """
        import {liveViews} from 'nogrow-views'; const views=liveViews(wasm.memory); function f(){
        wasm.g(); return views.u8[0]}
    """,
    "shared": """
        const memory=new WebAssembly.Memory({initial:1,maximum:9,shared:true});
        const u=new Uint8Array(memory.buffer); function r(){return u[0]}
    """,
    "fixed": """
        const memory=new WebAssembly.Memory({initial:4,maximum:4});
        const u=new Uint8Array(memory.buffer); function r(){return u[0]}
    """,
    "resizable": """
        const memory=i.exports.memory; memory.toResizableBuffer();
        const u=new Uint8Array(memory.buffer); function r(){return u[0]}
    """,
    "emscripten": """
        var wasmMemory,HEAP8,HEAPU8; function updateMemoryViews(){var b=wasmMemory.buffer;
        Module['HEAP8']=HEAP8=new Int8Array(b); Module['HEAPU8']=HEAPU8=new Uint8Array(b)}
        function growMemory(n){wasmMemory.grow(n); updateMemoryViews()}
        function recv(i){wasmMemory=i.exports.memory; updateMemoryViews()}
        function r(p){return HEAPU8[p]}
    """,
    "emscripten fixed": """
        var wasmMemory,HEAP8,HEAPU8; function updateMemoryViews(){var b=wasmMemory.buffer;
        HEAP8=new Int8Array(b); HEAPU8=new Uint8Array(b)} function recv(i){wasmMemory=i.exports.memory;
        updateMemoryViews()} function r(p){return HEAPU8[p]}
    """,
    "go": """
        class Go{constructor(){const s=(a,v)=>{this.mem.setUint32(a,v,true)};
        this.importObject={gojs:{'runtime.resetMemoryDataView':(sp)=>{sp>>>=0;
        this.mem=new DataView(this._inst.exports.mem.buffer)},x:(sp)=>{s(sp,1)}}}} run(i){this._inst=i;
        this.mem=new DataView(this._inst.exports.mem.buffer); i.exports.run()}}
    """,
    "node buffer": """
        function f(x){const u=new Uint8Array(x.buffer,x.byteOffset,x.length); g(); return u[0]}
    """,
    "audio": """
        function f(n){const b=n.buffer; g(); return b.length}
    """,
    "copy": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer).slice(0,4); e.exports.g();
        return u[0]}
    """,
    "inner call": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); const at=i=>u[i];
        return at(1)+at(2)}
    """,
    "map": """
        function f(e,l){const u=new Uint8Array(e.exports.memory.buffer); return l.map(i=>u[i])}
    """,
    "memory is array": """
        const memory=new Uint8Array(65536); const v=new DataView(memory.buffer);
        function r(){return v.getUint8(0)}
    """,
    "refresh first": """
        let u; function refresh(){u=new Uint8Array(wasm.memory.buffer)} function r(){refresh();
        return u[0]}
    """,
    "exclusive paths": """
        function f(e,c){const u=new Uint8Array(e.exports.memory.buffer); if(c){e.exports.g(); return 1}
        return u[0]}
    """,
    "throw guard": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); e.exports.g();
        if(u.buffer!==e.exports.memory.buffer) throw 1; return u[0]}
    """,
    "or": """
        let u; const v=()=>u&&u.byteLength?u:(u=new Uint8Array(wasm.memory.buffer));
    """,
    "nullish test": """
        let u=null; function f(){ if(u!==null) return 1; return 0}
        function g(){u=new Uint8Array(wasm.memory.buffer)}
    """,
    "fs": """
        import fs from 'node:fs'; function f(e){const u=new Uint8Array(e.exports.memory.buffer);
        fs.writeSync(1,u); return u[0]}
    """,
    "class getter": """
        class A{constructor(m){this.memory=m} get u8(){return new Uint8Array(this.memory.buffer)} f(){
        this.g(); return this.u8[0]}}
    """,
    "break": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); for(;;){ if(u[0]) break;
        return e.exports.g()} return u[1]}
    """,
    "type test": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); e.exports.g(); return typeof u}
    """,
    "shadow": """
        const u=new Uint8Array(wasm.memory.buffer); function f(u){ return u[0]}
    """,
    "once local iife": """
        (function(){var u=new Uint8Array(wasm.memory.buffer); u[0]=1;})()
    """,
    "error class": """
        class E extends Error{} function f(m,t){const u=new Uint8Array(m.exports.memory.buffer);
        if(t) throw new E('x'); u.set(t)}
    """,
    "atomics": """
        function f(m){const v=new Int32Array(m.memory.buffer); m.unlock(); Atomics.wait(v,0,1)}
    """,
    "compiled optional chain": """
        let v; function f(){const b=wasm.memory.buffer;
        (null==v?void 0:v.buffer)!==b&&(v=new Uint8Array(b)); return v[0]}
    """,
    "text method": """
        function f(a){const u=new Uint8Array(wasm.memory.buffer); '['.concat(a,']'); return u[0]}
        class C{concat(x){return wasm.g(x)}}
    """,
    "sum is no view": """
        function f(p,b){p.at+=b; go(); return p.at} f(q,new Uint8Array(wasm.memory.buffer));
    """,
    "built-in under a name": """
        const len=Object.getOwnPropertyDescriptor(Map.prototype,'size').get, max=Math.max;
        function f(x){const u=new Uint8Array(wasm.memory.buffer); len.call(x); max(1,2); return u[0]}
    """,
    "this lent to a generator": """
        class A{run(i){return later(this,null,function*(){this.v=new DataView(i.exports.memory.buffer);
        const g=()=>this.v.getInt8(0); yield g()})}
        reset(i){this.v=new DataView(i.exports.memory.buffer)}}
    """,
    "heap size compared": """
        const cache={}; function heap(){ if(cache.size===wasm.memory.buffer.byteLength) return cache;
        cache.size=wasm.memory.buffer.byteLength; cache.u8=new Uint8Array(wasm.memory.buffer);
        return cache} function r(){return heap().u8[0]}
    """,
    "refresh behind a check elsewhere": """
        let u; function make(){u=new Uint8Array(wasm.memory.buffer)} function get(){
        if(wasm.memory.buffer!==old) make(); return u}
    """,
    "catch leads out": """
        function f(e){const u=new Uint8Array(e.exports.memory.buffer); try{ u[0]=1 } catch(_) {
        return e.exports.g() } return u[0]}
    """,
    "module exports is no instance": """
        module.exports.thing={}; function f(){const u=new Uint8Array(module.exports.buffer); go();
        return u[0]}
    """,
    "shared by any spelling": """
        const memory=new WebAssembly.Memory({initial:n,maximum:m,shared:!0});
        const u=new Uint8Array(memory.buffer); export function r(){return u[0]}
    """,
    "same size by name": """
        const memory=new WebAssembly.Memory({initial:P/65536,maximum:P/65536});
        const u=new Uint8Array(memory.buffer); export function r(){return u[0]}
    """,
    "other array's buffer": """
        const a=new Float32Array(9); const u=new Uint8Array(a.buffer); export function r(){go();
        return u[0]}
    """,
    "a memory has no length": """
        function f(memory) { const u=new Uint8Array(memory.buffer,memory.byteOffset); go(); return u[0] }
    """,
    "the handler of what did not enter": """
        function f(e) { const u=new Uint8Array(e.exports.memory.buffer);
        try { u[0]=1; u.at(2) } catch(_) { return u[0] } return e.exports.g() }
    """,
    "a handler after a later rebuild": """
        function f(e) { let u; try { u=new Uint8Array(e.exports.memory.buffer); return u[0] }
        catch(_) { u=new Uint8Array(e.exports.memory.buffer) } e.exports.g(); u=null; return u }
    """,
}
