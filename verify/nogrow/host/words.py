"""The words that the language and its hosts define: what makes views, and which calls never enter a module."""

VIEWS = frozenset(
    "Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array Uint32Array Float16Array "
    "Float32Array Float64Array BigInt64Array BigUint64Array DataView".split()
)
# The members of `liveViews(memory)` that are views.
LIVE = frozenset("i8 u8 u8c i16 u16 i32 u32 f16 f32 f64 i64 u64 dv".split())
# What a typed array has and a memory has not.
NOT_OF_MEMORY = frozenset(
    "byteOffset byteLength length subarray set slice fill copy copyWithin indexOf toString push".split()
)
# The members by which something is told to be a memory, or not.
MEMORYS = NOT_OF_MEMORY | {"buffer", "grow", "toResizableBuffer"}
STATE = frozenset("buffer byteLength length detached".split())
COMPARISONS = frozenset("=== !== == != < > <= >= instanceof in".split())
EQUALITIES = frozenset("=== !== == !=".split())

GLOBALS = frozenset(
    "parseInt parseFloat isNaN isFinite encodeURIComponent decodeURIComponent encodeURI decodeURI escape unescape "
    "String Number Boolean BigInt Symbol Object Array Date RegExp Map Set WeakMap WeakSet WeakRef Function Proxy "
    "Error TypeError RangeError SyntaxError ReferenceError EvalError URIError AggregateError ArrayBuffer Blob "
    "SharedArrayBuffer TextDecoder TextEncoder URL URLSearchParams FinalizationRegistry AbortController Promise "
    "setTimeout clearTimeout setInterval clearInterval setImmediate clearImmediate queueMicrotask "
    "requestAnimationFrame cancelAnimationFrame structuredClone fetch atob btoa require alert Headers Request "
    "Response FormData MessageChannel Worker ImageData DOMException".split()
) | VIEWS  # fmt: skip
OBJECTS = frozenset(
    "Math JSON Object Number String Array Reflect Date performance Atomics crypto console process Symbol BigInt "
    "Buffer Promise WebAssembly Intl globalThis self window navigator URL ArrayBuffer Error document Map "
    "location".split()
) | VIEWS  # fmt: skip
NODE = frozenset(
    "assert buffer child_process cluster console crypto dgram dns events fs fs/promises http http2 https module "
    "net os path perf_hooks process punycode querystring readline stream string_decoder timers timers/promises tls "
    "tty url util v8 vm worker_threads zlib".split()
)  # fmt: skip
# Methods of built-in objects. Those in the first list call the functions that they are given at once.
WITH_CALLBACK = frozenset(
    "forEach map filter reduce reduceRight some every find findIndex findLast findLastIndex flatMap sort replace "
    "replaceAll from".split()
)  # fmt: skip
METHODS = WITH_CALLBACK | frozenset(
    "at charAt charCodeAt codePointAt concat endsWith includes indexOf lastIndexOf localeCompare match matchAll "
    "normalize padEnd padStart repeat search slice split startsWith substr substring toLowerCase toUpperCase trim "
    "trimEnd trimStart toString toLocaleString valueOf toFixed toPrecision toExponential copyWithin entries fill "
    "flat join keys pop push reverse set shift splice subarray unshift values get has add delete clear test exec "
    "hasOwnProperty isPrototypeOf propertyIsEnumerable bind then catch finally getTime toISOString decode encode "
    "encodeInto getInt8 getUint8 getInt16 getUint16 getInt32 getUint32 getFloat16 getFloat32 getFloat64 "
    "getBigInt64 getBigUint64 setInt8 setUint8 setInt16 setUint16 setInt32 setUint32 setFloat16 setFloat32 "
    "setFloat64 setBigInt64 setBigUint64 fromCharCode fromCodePoint getRandomValues now log warn error debug info "
    "deref register unregister addEventListener removeEventListener postMessage next copy equals write read "
    "readUInt8 readUInt32LE writeUInt32LE toJSON getElementById querySelector createElement appendChild "
    "arrayBuffer getUniformLocation getAttribLocation getUniformBlockIndex getContext getExtension getParameter "
    "createBuffer createTexture bindBuffer bindTexture bufferData bufferSubData texImage2D texSubImage2D drawArrays "
    "drawElements useProgram createBufferSource createImageData putImageData drawImage createObjectURL "
    # Emscripten asks its embedder.
    "SDL_canPlayWithWebAudio".split()
)  # fmt: skip
SCHEDULERS = frozenset(("then", "catch", "finally", "addEventListener"))
