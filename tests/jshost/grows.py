"""Host code whose import `a.b` grows the memory `m`, by the way it gets to the growth."""

GROWS = {
    "assigned later, computed": "const o={},k='p'; o.p=()=>m.grow(1); i={a:{b:()=>o[k]()}}",
    "computed store": "const o={},k='p'; o[k]=()=>m.grow(1); i={a:{b:()=>o.p()}}",
    "computed store and load": "const o={},k='p'; o[k]=()=>m.grow(1); i={a:{b:()=>o[k]()}}",
    "alias": "const o={},p=o; p.x=()=>m.grow(1); i={a:{b:()=>o.x()}}",
    "alias of import object": "i={a:{b:()=>1}}; const q=i.a; q.b=()=>m.grow(1)",
    "computed in import object": "i={a:{b:()=>1}}; for(const k of ['b']) i.a[k]=()=>m.grow(1)",
    "nested member": "const o={q:{}}; o.q.x=()=>m.grow(1); const r=o.q; i={a:{b:()=>r.x()}}",
    "Object.assign": "const o={}; Object.assign(o,{x:()=>m.grow(1)}); i={a:{b:()=>o.x()}}",
    "Object.assign to a member": (
        "const o={q:{}}; Object.assign(o.q,{x:()=>m.grow(1)}); i={a:{b:()=>o.q.x()}}"
    ),
    "spread": "const f={x:()=>m.grow(1)}, o={q:{...f}}; i={a:{b:()=>o.q.x()}}",
    "destructuring": "const o={x:()=>m.grow(1)}; const {x}=o; i={a:{b:()=>x()}}",
    "destructuring with default": "const {x=()=>m.grow(1)}={}; i={a:{b:()=>x()}}",
    "destructuring renamed": "const {x:y=()=>m.grow(1)}={}; i={a:{b:()=>y()}}",
    "destructuring array": "const [,y]=[1,()=>m.grow(1)]; i={a:{b:()=>y()}}",
    "destructuring rest": "const {z,...r}={z:1,x:()=>m.grow(1)}; i={a:{b:()=>r.x()}}",
    "destructuring assignment": "let y; ({x:y}={x:()=>m.grow(1)}); i={a:{b:()=>y()}}",
    "destructuring computed": "const k='x',{[k]:y}={x:()=>m.grow(1)}; i={a:{b:()=>y()}}",
    "destructured parameter": "const run=({f})=>f(); i={a:{b:()=>run({f:()=>m.grow(1)})}}",
    "parameter": "const run=o=>o.f(); const q={f:()=>m.grow(1)}; i={a:{b:()=>run(q)}}",
    "parameter default": "const g=()=>m.grow(1); const run=(f=g)=>f(); i={a:{b:()=>run()}}",
    "rest parameter": "const g=()=>m.grow(1); const run=(...f)=>f[0](); i={a:{b:()=>run(g)}}",
    "arguments": ("const q={f:()=>m.grow(1)}; function run(){arguments[0].f()} i={a:{b:()=>run(q)}}"),
    "getter": "const o={get x(){m.grow(1);return 1}}; i={a:{b:()=>{o.x}}}",
    "setter": "const o={set x(v){m.grow(v)}}; i={a:{b:()=>{o.x=1}}}",
    "getter returns function": "const o={get x(){return ()=>m.grow(1)}}; i={a:{b:()=>o.x()}}",
    "class field": "class C{x=()=>m.grow(1)} const c=new C(); i={a:{b:()=>c.x()}}",
    "class method": "class C{x(){m.grow(1)}} const c=new C(); i={a:{b:()=>c.x()}}",
    "inherited method": ("class B{x(){m.grow(1)}} class C extends B{} const c=new C(); i={a:{b:()=>c.x()}}"),
    "super": (
        "class B{x(){m.grow(1)}} class C extends B{y(){super.x()}} const c=new C(); i={a:{b:()=>c.y()}}"
    ),
    "constructor": "class C{constructor(){m.grow(1)}} i={a:{b:()=>{new C()}}}",
    "super constructor": (
        "class B{constructor(){m.grow(1)}} class C extends B{constructor(){super()}} i={a:{b:()=>{new C()}}}"
    ),
    "implicit super constructor": (
        "class B{constructor(){m.grow(1)}} class C extends B{} i={a:{b:()=>{new C()}}}"
    ),
    "field initialiser": "class C{x=m.grow(1)} i={a:{b:()=>{new C()}}}",
    "class expression": "const C=class{x(){m.grow(1)}}; i={a:{b:()=>new C().x()}}",
    "static": "class C{static x(){m.grow(1)}} const D=C; i={a:{b:()=>D.x()}}",
    "private": ("class C{#x(){m.grow(1)} y(){this.#x()}} const c=new C(); i={a:{b:()=>c.y()}}"),
    "prototype": ("function C(){} C.prototype.x=()=>m.grow(1); const c=new C(); i={a:{b:()=>c.x()}}"),
    "this in a function": ("function C(){this.x=()=>m.grow(1)} const c=new C(); i={a:{b:()=>c.x()}}"),
    "this in a method": "const o={s(){this.x=()=>m.grow(1)}}; o.s(); i={a:{b:()=>o.x()}}",
    "proxy": "const p=new Proxy({},{get:()=>()=>m.grow(1)}); i={a:{b:()=>p.x()}}",
    "proxy trap": "const p=new Proxy({},{get:()=>m.grow(1)}); i={a:{b:()=>{p.x}}}",
    "proxy of target": "const t={x:()=>m.grow(1)},p=new Proxy(t,{}); i={a:{b:()=>p.x()}}",
    "bind": "const o={x(){m.grow(1)}}; const f=o.x.bind(o); i={a:{b:()=>f()}}",
    "call": "const o={}; o.q={x(){m.grow(1)}}; i={a:{b:()=>o.q.x.call(null)}}",
    "apply": ("const o={q:{}}; const p=o.q; p.x=()=>m.grow(1); i={a:{b:()=>o.q.x.apply(null,[])}}"),
    "call with a function": ("const g=()=>m.grow(1); function run(f){f()} i={a:{b:()=>run.call(null,g)}}"),
    "apply with a function": (
        "const g={f:()=>m.grow(1)}; function run(o){o.f()} i={a:{b:()=>run.apply(null,[g])}}"
    ),
    "bound argument": (
        "const g={f:()=>m.grow(1)}; function run(o){o.f()} const h=run.bind(null,g); i={a:{b:()=>h()}}"
    ),
    "Reflect.apply": "const o={x:()=>m.grow(1)}; i={a:{b:()=>Reflect.apply(o.x,null,[])}}",
    "Reflect.get": "const o={x:()=>m.grow(1)}; i={a:{b:()=>Reflect.get(o,'x')()}}",
    "array of functions": "const fs=[()=>m.grow(1)]; i={a:{b:()=>fs[0]()}}",
    "pushed": "const fs=[]; fs.push(()=>m.grow(1)); i={a:{b:()=>fs[0]()}}",
    "popped": "const fs=[]; fs.push(()=>m.grow(1)); i={a:{b:()=>fs.pop()()}}",
    "for of": "const fs=[()=>m.grow(1)]; i={a:{b:()=>{for(const f of fs)f()}}}",
    "for of of pushed": ("const fs=[]; fs.unshift(()=>m.grow(1)); i={a:{b:()=>{for(const f of fs)f()}}}"),
    "forEach": "const fs=[]; fs.push(()=>m.grow(1)); i={a:{b:()=>fs.forEach(f=>f())}}",
    "values": ("const o={}; o.x=()=>m.grow(1); i={a:{b:()=>{for(const f of Object.values(o))f()}}}"),
    "entries": ("const o={}; o.x=()=>m.grow(1); i={a:{b:()=>{for(const [k,f] of Object.entries(o))f()}}}"),
    "map": "const q=new Map(); q.set(1,()=>m.grow(1)); i={a:{b:()=>q.get(1)()}}",
    "map of entries": "const q=new Map([[1,()=>m.grow(1)]]); i={a:{b:()=>q.get(1)()}}",
    "set": ("const q=new Set(); q.add(()=>m.grow(1)); i={a:{b:()=>{for(const f of q)f()}}}"),
    "factory": "const make=()=>()=>m.grow(1); const f=make(); i={a:{b:()=>f()}}",
    "factory of objects": ("const make=()=>({x:()=>m.grow(1)}); const o=make(); i={a:{b:()=>o.x()}}"),
    "factory of factory": "const make=()=>()=>({x:()=>m.grow(1)}); i={a:{b:()=>make()().x()}}",
    "wrapper": "const wrap=f=>()=>f(); const h=wrap(()=>m.grow(1)); i={a:{b:()=>h()}}",
    "generator": ("function* g(){yield ()=>m.grow(1)} i={a:{b:()=>{for(const f of g())f()}}}"),
    "generator next": ("function* g(){yield {x:()=>m.grow(1)}} i={a:{b:()=>g().next().value.x()}}"),
    "generator body": "function* g(){m.grow(1);yield 1} const h=g(); i={a:{b:()=>{h.next()}}}",
    "generator body spread": "function* g(){m.grow(1);yield 1} const h=g(); i={a:{b:()=>{[...h]}}}",
    "async": ("const f=async()=>({x:()=>m.grow(1)}); i={a:{b:async()=>{(await f()).x()}}}"),
    "then": ("const f=async()=>({x:()=>m.grow(1)}); i={a:{b:()=>{f().then(o=>o.x())}}}"),
    "thenable": "const o={then(r){m.grow(1);r()}}; i={a:{b:async()=>{await o}}}",
    "optional chaining": ("const o={q:{}}; o.q.x=()=>m.grow(1); const r=o?.q; i={a:{b:()=>r?.x?.()}}"),
    "optional grow": "i={a:{b:()=>m?.grow?.(1)}}",
    "tagged template": "const o={}; const p=o; p.t=()=>m.grow(1); i={a:{b:()=>o.t`x`}}",
    "tag with a function": ("const t=(s,o)=>o.x(); const q={x:()=>m.grow(1)}; i={a:{b:()=>t`a${q}`}}"),
    "toString": "const o={toString(){m.grow(1);return ''}}; i={a:{b:()=>{`${o}`}}}",
    "valueOf": "const o={valueOf(){m.grow(1);return 1}}; i={a:{b:()=>{o+1}}}",
    "toPrimitive": ("const o={[Symbol.toPrimitive](){m.grow(1);return 1}}; i={a:{b:()=>{o+1}}}"),
    "iterator": (
        "const o={[Symbol.iterator]:()=>{m.grow(1);return [][Symbol.iterator]()}}; "
        "i={a:{b:()=>{for(const x of o);}}}"
    ),
    "toJSON": "const o={toJSON(){m.grow(1)}}; i={a:{b:()=>{JSON.stringify(o)}}}",
    "defineProperty": ("const o={}; Object.defineProperty(o,'x',{value:()=>m.grow(1)}); i={a:{b:()=>o.x()}}"),
    "defined getter": ("const o={}; Object.defineProperty(o,'x',{get:()=>m.grow(1)}); i={a:{b:()=>{o.x}}}"),
    "setPrototypeOf": ("const o={}; Object.setPrototypeOf(o,{x:()=>m.grow(1)}); i={a:{b:()=>o.x()}}"),
    "Object.create": "const o=Object.create({x:()=>m.grow(1)}); i={a:{b:()=>o.x()}}",
    "__proto__": "const o={__proto__:{x:()=>m.grow(1)}}; i={a:{b:()=>o.x()}}",
    "assigned __proto__": "const o={}; o.__proto__={x:()=>m.grow(1)}; i={a:{b:()=>o.x()}}",
    "exception": "const g=()=>m.grow(1); i={a:{b:()=>{try{throw g}catch(f){f()}}}}",
    "exception of object": (
        "const g={x:()=>m.grow(1)}; const t=()=>{throw g}; i={a:{b:()=>{try{t()}catch(f){f.x()}}}}"
    ),
    "alias of grow": "const g=m.grow; i={a:{b:()=>g.call(m,1)}}",
    "destructured grow": "const {grow}=m; i={a:{b:()=>grow.call(m,1)}}",
    "bound grow called": "const g=m.grow.bind(m); i={a:{b:()=>{g(1)}}}",
    "Reflect.apply grow": "i={a:{b:()=>{Reflect.apply(m.grow,m,[1])}}}",
    "prototype grow": "i={a:{b:()=>{WebAssembly.Memory.prototype.grow.call(m,1)}}}",
    "computed grow": "const k='grow'; m.buffer; i={a:{b:()=>{m[k](1)}}}",
    "concatenated grow": "m.buffer; i={a:{b:()=>{m['gr'+'ow'](1)}}}",
    "escaped grow": "i={a:{b:()=>{m.gr\\u006fw(1)}}}",
    "escaped grow string": "i={a:{b:()=>{m['gr\\x6fw'](1)}}}",
    "template grow": "i={a:{b:()=>{m[`grow`](1)}}}",
    "memory of other name": "let l={grow(){}}; l=m; i={a:{b:()=>{l.grow(1)}}}",
    "memory in an object": "const o={m, grow(){}}; i={a:{b:()=>{o.m.grow(1)}}}",
    "memory as table": "const tableOfMemory={x:m}; i={a:{b:()=>{tableOfMemory.x.grow(1)}}}",
    "memory from wrapper": "const h=()=>m; i={a:{b:()=>{h().grow(1)}}}",
    "memory in an array": "const ms=[m]; i={a:{b:()=>{ms[0].grow(1)}}}",
    "eval": "i={a:{b:()=>{eval('m.grow(1)')}}}",
    "indirect eval": "globalThis.m=m; i={a:{b:()=>{(0,eval)('m.grow(1)')}}}",
    "aliased eval": "globalThis.m=m; const e=eval; i={a:{b:()=>{e('m.grow(1)')}}}",
    "new Function": "const f=new Function('m','m.grow(1)'); i={a:{b:()=>{f(m)}}}",
    "Function": "const f=Function('m','m.grow(1)'); i={a:{b:()=>{f(m)}}}",
    "constructor of a function": "const f=(()=>1).constructor('m','m.grow(1)'); i={a:{b:()=>{f(m)}}}",
    "global": "globalThis.gg=()=>m.grow(1); i={a:{b:()=>gg()}}",
    "global member": "var zz=()=>m.grow(1); globalThis.zz=zz; i={a:{b:()=>globalThis.zz()}}",
    "sequence": "const o={x:()=>m.grow(1)}; i={a:{b:()=>(0,o.x)()}}",
    "ternary base": ("const o={},p={}; o.x=()=>m.grow(1); p.x=()=>1; i={a:{b:()=>(m?o:p).x()}}"),
    "logical assignment": "let o; o??={}; o.x||=()=>m.grow(1); i={a:{b:()=>o.x()}}",
    "comma import": "i={a:{b:(0,()=>m.grow(1))}}",
    "recursion": "const f=n=>n?f(n-1):m.grow(1); i={a:{b:()=>f(3)}}",
    "import through entries": ("const e=[['b',()=>m.grow(1)]]; i={a:{b:()=>1}}; i.a=Object.fromEntries(e)"),
    "import through defineProperty": "i={a:{b:()=>1}}; Object.defineProperty(i.a,'b',{value:()=>m.grow(1)})",
    "import through map": "i={a:{b:()=>1}}; Object.keys(i.a).map(k=>{i.a[k]=()=>m.grow(1)})",
    "import wrapped": (
        "const g={b:()=>m.grow(1)}; i={a:{b:()=>1}}; for(const k in g) i.a[k]=(...x)=>g[k](...x)"
    ),
    "import replaced later": "i={a:{}}; i.a.b=()=>1; i['a']['b']=()=>m.grow(1)",
    "import getter": "i={a:{get b(){return ()=>m.grow(1)}}}",
    "hasInstance": ("const o={[Symbol.hasInstance](){m.grow(1)}}; i={a:{b:()=>{1 instanceof o}}}"),
    "handler": (
        "const e=new EventTarget(); e.addEventListener('x',()=>m.grow(1)); "
        "i={a:{b:()=>{e.dispatchEvent(new Event('x'))}}}"
    ),
    "handleEvent": (
        "const e=new EventTarget(); e.addEventListener('x',{handleEvent(){m.grow(1)}}); "
        "i={a:{b:()=>{e.dispatchEvent(new Event('x'))}}}"
    ),
    "emitter": (
        "const h={}; const on=(k,f)=>{(h[k]||(h[k]=[])).push(f)}, emit=k=>h[k].forEach(f=>f()); "
        "on('x',()=>m.grow(1)); i={a:{b:()=>emit('x')}}"
    ),
    "node emitter": (
        "const E=require('events'),e=new E(); e.on('x',()=>m.grow(1)); i={a:{b:()=>{e.emit('x')}}}"
    ),
    "sort": "i={a:{b:()=>{[1,2].sort(()=>m.grow(1))}}}",
    "replace": "i={a:{b:()=>{'a'.replace('a',()=>m.grow(1))}}}",
    "microtask": "i={a:{b:()=>{queueMicrotask(()=>m.grow(1))}}}",
    "timer": ("const o={}; const p=o; p.x=()=>m.grow(1); i={a:{b:()=>{setTimeout(o.x)}}}"),
    "passed alias": "const o={},p=o; p.x=()=>m.grow(1); i={a:{b:()=>{[1].map(o.x)}}}",
    "weakref": "const w=new WeakRef({x:()=>m.grow(1)}); i={a:{b:()=>w.deref().x()}}",
    "label block": "let f; q:{f=()=>m.grow(1); break q} i={a:{b:()=>f()}}",
    "iife": ("const o=(()=>{const r={}; r.x=()=>m.grow(1); return r})(); i={a:{b:()=>o.x()}}"),
    "nested function alias": "function F(){} F.x=()=>m.grow(1); const G=F; i={a:{b:()=>G.x()}}",
    "memory parameter": "const f=q=>q.grow(1); i={a:{b:()=>f(m)}}",
    "memory field of this": (
        "class C{constructor(x){this.x=x} r(){this.x.grow(1)}} const c=new C(m); i={a:{b:()=>c.r()}}"
    ),
    "static block": "class C{static f; static{C.f=()=>m.grow(1)}} i={a:{b:()=>C.f()}}",
    "accessor in class": ("class C{get x(){return m.grow(1)}} const c=new C(); i={a:{b:()=>{c.x}}}"),
    "default in pattern grows": "const f=({x=m.grow(1)}={})=>x; i={a:{b:()=>f()}}",
    "callback of iterator helper": "i={a:{b:()=>{Array.from([1],()=>m.grow(1))}}}",
    "function of a table name": "const table={t:m}; i={a:{b:()=>{table.t.grow(1)}}}",
    "names like those of parameters": "const o={'(0)':()=>m.grow(1)},k='(0)'; i={a:{b:()=>o[k]()}}",
    "empty name": "const o={'':()=>m.grow(1),x:(a,b)=>a}; o.x(...[1]); i={a:{b:()=>o['']()}}",
    "new in a chain": "class C{x(){m.grow(1)}} const o={C}; i={a:{b:()=>new o.C().x()}}",
    "escaped key of a pair": "const o={'\\x78':()=>m.grow(1)}; i={a:{b:()=>o.x()}}",
    "escaped name": "const o={}; o.\\u0078=()=>m.grow(1); i={a:{b:()=>o.x()}}",
    "push by another name": "const fs=[],p=fs.push.bind(fs); p(()=>m.grow(1)); i={a:{b:()=>fs[0]()}}",
    "borrowed push": "const fs=[]; Array.prototype.push.call(fs,()=>m.grow(1)); i={a:{b:()=>fs[0]()}}",
    "property of a function": "const f=()=>1; f.x=()=>m.grow(1); const h=f; i={a:{b:()=>h.x()}}",
    "Object by another name": "const O=Object,o={}; O.assign(o,{x:()=>m.grow(1)}); i={a:{b:()=>o.x()}}",
    "assign by another name": "const {assign}=Object,o={}; assign(o,{x:()=>m.grow(1)}); i={a:{b:()=>o.x()}}",
    "Object.defineProperties": (
        "const o={}; Object.defineProperties(o,{x:{value:()=>m.grow(1)}}); i={a:{b:()=>o.x()}}"
    ),
    "symbol": "const s=Symbol(),o={[s]:()=>m.grow(1)}; i={a:{b:()=>o[s]()}}",
    "await in a loop": (
        "async function* g(){yield ()=>m.grow(1)} i={a:{b:async()=>{for await(const f of g())f()}}}"
    ),
    "private field": "class C{#f=()=>m.grow(1); r(){this.#f()}} const c=new C(); i={a:{b:()=>c.r()}}",
    "closure over a parameter": "const w=f=>({r:()=>f()}); const o=w(()=>m.grow(1)); i={a:{b:()=>o.r()}}",
    "reduce": "const f=[()=>m.grow(1)].reduce((a,x)=>x,null); i={a:{b:()=>f()}}",
    "JSON reviver": "i={a:{b:()=>{JSON.parse('1',()=>m.grow(1))}}}",
    "toString of a class": "class C{toString(){m.grow(1);return ''}} i={a:{b:()=>{''+new C()}}}",
    "computed read": "const o={x:()=>m.grow(1)},k='x'; const f=o[k]; i={a:{b:()=>f()}}",
    "computed read of an argument": "const f=(o,k)=>o[k]; i={a:{b:()=>f({x:()=>m.grow(1)},'x')()}}",
}
