"""The words of the language and its hosts: what makes views, and which calls never enter a module."""


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VIEWS = _words("""
    BigInt64Array BigUint64Array DataView Float16Array Float32Array Float64Array Int16Array Int32Array
    Int8Array Uint16Array Uint32Array Uint8Array Uint8ClampedArray
""")
# The members of `liveViews(memory)` that are views.
LIVE = _words("dv f16 f32 f64 i16 i32 i64 i8 u16 u32 u64 u8 u8c")
# What a typed array has and a memory has not.
NOT_OF_MEMORY = _words("""
    byteLength byteOffset copy copyWithin fill indexOf length push set slice subarray toString
""")
# The members by which something is told to be a memory, or not.
MEMORY_SIGNS = NOT_OF_MEMORY | {"buffer", "grow", "toResizableBuffer"}
# What tells whether a view is attached.
STATE = _words("buffer byteLength detached length")
COMPARISONS = _words("!= !== < <= == === > >= in instanceof")
EQUALITIES = _words("!= !== == ===")
# Functions and classes of the language and its hosts.
GLOBALS = VIEWS | _words("""
    AbortController AggregateError alert Array ArrayBuffer atob BigInt Blob Boolean btoa
    cancelAnimationFrame clearImmediate clearInterval clearTimeout Date decodeURI decodeURIComponent
    DOMException encodeURI encodeURIComponent Error escape EvalError fetch FinalizationRegistry FormData
    Function Headers ImageData isFinite isNaN Map MessageChannel Number Object parseFloat parseInt Promise
    Proxy queueMicrotask RangeError ReferenceError RegExp Request requestAnimationFrame require Response Set
    setImmediate setInterval setTimeout SharedArrayBuffer String structuredClone Symbol SyntaxError
    TextDecoder TextEncoder TypeError unescape URIError URL URLSearchParams WeakMap WeakRef WeakSet Worker
""")
# Objects whose methods are those of the language and its hosts.
OBJECTS = VIEWS | _words("""
    Array ArrayBuffer Atomics BigInt Buffer console crypto Date document Error globalThis Intl JSON location
    Map Math navigator Number Object performance process Promise Reflect self String Symbol URL WebAssembly
    window
""")
# Objects that hold whatever is global, the program's own among it.
WORLDS = _words("globalThis self window")
# Node's modules.
NODE = _words("""
    assert buffer child_process cluster console crypto dgram dns events fs fs/promises http http2 https
    module net os path perf_hooks process punycode querystring readline stream string_decoder timers
    timers/promises tls tty url util v8 vm worker_threads zlib
""")
# Methods of built-in objects that call what they are given at once.
WITH_CALLBACK = _words("""
    every filter find findIndex findLast findLastIndex flatMap forEach from map reduce reduceRight replace
    replaceAll some sort
""")
# Methods of built-in objects; Emscripten asks its embedder the last.
METHODS = WITH_CALLBACK | _words("""
    abs add addEventListener appendChild arrayBuffer at bind bindBuffer bindTexture bufferData bufferSubData
    catch ceil charAt charCodeAt clear clz32 codePointAt concat copy copyWithin createBuffer
    createBufferSource createElement createImageData createObjectURL createTexture debug decode delete deref
    drawArrays drawElements drawImage encode encodeInto endsWith entries equals error exec fill finally flat
    floor fromCharCode fromCodePoint fround get getAttribLocation getBigInt64 getBigUint64 getContext
    getElementById getExtension getFloat16 getFloat32 getFloat64 getInt16 getInt32 getInt8 getParameter
    getRandomValues getTime getUint16 getUint32 getUint8 getUniformBlockIndex getUniformLocation has
    hasOwnProperty imul includes indexOf info isPrototypeOf join keys lastIndexOf localeCompare log match
    matchAll max min next normalize now padEnd padStart pop postMessage pow propertyIsEnumerable push
    putImageData querySelector random read readUInt32LE readUInt8 register removeEventListener repeat
    reverse round search set setBigInt64 setBigUint64 setFloat16 setFloat32 setFloat64 setInt16 setInt32
    setInt8 setUint16 setUint32 setUint8 shift sign slice splice split sqrt startsWith subarray substr
    substring test texImage2D texSubImage2D then toExponential toFixed toISOString toJSON toLocaleString
    toLowerCase toPrecision toString toUpperCase trim trimEnd trimStart trunc unregister unshift useProgram
    valueOf values warn write writeUInt32LE SDL_canPlayWithWebAudio
""")
# Methods that keep what they are given for later.
SCHEDULERS = _words("addEventListener catch finally then")
