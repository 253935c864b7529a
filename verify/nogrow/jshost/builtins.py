"""List the built-in names of JavaScript and its hosts: which create views, and which never enter a module."""


def words(text: str) -> frozenset[str]:
    """Return the set of the words in `text`."""
    return frozenset(text.split())


VIEWS = words("""
    BigInt64Array BigUint64Array DataView Float16Array Float32Array Float64Array Int16Array Int32Array
    Int8Array Uint16Array Uint32Array Uint8Array Uint8ClampedArray
""")
# Classes whose objects keep the view that they are made of, and have its content.
WRAPPERS = words("ImageData")
# Classes whose objects stand for the object that they are made of.
REFERENCES = words("Proxy WeakRef")
# Functions and classes that read the views in an array.
READ_ELEMENTS = words("Blob File concat")
# Classes whose objects hold elements or properties.
COLLECTIONS = words("Array Map Object Set WeakMap WeakSet")
# Properties of many objects of the language and its hosts.
HOST_PROPERTIES = words("""
    body buffer byteLength constructor content contents current data detail first head input key last length
    message name next output prototype result root source state target text type value values
""")
# The members of `liveViews(memory)` that are views.
LIVE = words("dv f16 f32 f64 i16 i32 i64 i8 u16 u32 u64 u8 u8c")
# Members of typed arrays that a memory doesn't have.
NOT_OF_MEMORY = words("""
    byteLength byteOffset copy copyWithin fill indexOf length push set slice subarray toString
""")
# Properties that tell whether a view is attached.
STATE = words("buffer byteLength detached length")
COMPARISONS = words("!= !== < <= == === > >= in instanceof")
EQUALITIES = words("!= !== == ===")
# Functions and classes of the language and its hosts.
GLOBALS = VIEWS | words("""
    AbortController AggregateError alert Array ArrayBuffer atob BigInt Blob Boolean btoa
    cancelAnimationFrame clearImmediate clearInterval clearTimeout Date decodeURI decodeURIComponent
    DOMException encodeURI encodeURIComponent Error escape EvalError fetch FinalizationRegistry FormData
    Function Headers ImageData isFinite isNaN Map MessageChannel Number Object parseFloat parseInt Promise
    Proxy queueMicrotask RangeError ReferenceError RegExp Request requestAnimationFrame require Response Set
    setImmediate setInterval setTimeout SharedArrayBuffer String structuredClone Symbol SyntaxError
    TextDecoder TextEncoder TypeError unescape URIError URL URLSearchParams WeakMap WeakRef WeakSet Worker
""")
# More functions and classes of the Web, whose objects have its methods.
WEB = words("""
    AbortSignal Audio AudioContext AudioWorkletNode BroadcastChannel cancelIdleCallback close
    CompressionStream confirm createImageBitmap CustomEvent DataTransfer DecompressionStream DOMMatrix
    DOMParser DOMPoint DOMRect ErrorEvent Event EventSource EventTarget File FileReader FileReaderSync
    FontFace getComputedStyle Image ImageBitmap IntersectionObserver KeyboardEvent matchMedia MediaStream
    MessageEvent MouseEvent MutationObserver Notification OfflineAudioContext OffscreenCanvas Option Path2D
    PerformanceObserver PointerEvent postMessage prompt ReadableStream removeEventListener reportError
    requestIdleCallback ResizeObserver scroll scrollBy scrollTo SharedWorker TextDecoderStream
    TextEncoderStream TransformStream VideoFrame WebSocket WritableStream XMLHttpRequest XMLSerializer
""")
# Objects whose methods are those of the language and its hosts.
OBJECTS = VIEWS | words("""
    Array ArrayBuffer Atomics BigInt Buffer console crypto Date document Error globalThis Intl JSON location
    Map Math navigator Number Object performance process Promise Reflect self String Symbol URL WebAssembly
    window
""")
# Objects that hold all globals, those of the program included.
WORLDS = words("globalThis self window")
# Node's own modules.
NODE = words("""
    assert buffer child_process cluster console crypto dgram dns events fs fs/promises http http2 https
    module net os path perf_hooks process punycode querystring readline stream string_decoder timers
    timers/promises tls tty url util v8 vm worker_threads zlib
""")
# Methods of built-in objects that call their argument before they return.
WITH_CALLBACK = words("""
    every filter find findIndex findLast findLastIndex flatMap forEach from map reduce reduceRight replace
    replaceAll some sort
""")
# Methods of built-in objects. The last is a function that Emscripten looks for in its embedder.
METHODS = WITH_CALLBACK | words("""
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
# Methods that add their arguments to an array or a set, and methods that return an element.
ADDS = words("add push unshift")
RETURNS_ELEMENT = words("at find findLast get pop shift")
# Methods whose result has the same elements.
SAME_ELEMENTS = words("concat entries filter from reverse slice sort toReversed toSorted values")
# Methods that call their argument later.
SCHEDULERS = words("addEventListener catch finally then")
# Classes whose constructors store the elements of their argument, for maps those of its pairs.
COLLECTIONS = words("Map Set WeakMap WeakSet")
# Functions that pass the third argument and those after it to the first one, later.
TIMERS = words("setInterval setTimeout")
# Objects whose functions call no argument.
COMPUTING = words("Atomics Math Number")
# The views that Emscripten's glue makes, and renews after each growth.
HEAPS = words("""
    HEAP16 HEAP32 HEAP64 HEAP8 HEAPF32 HEAPF64 HEAPU16 HEAPU32 HEAPU64 HEAPU8
""")
# Options that an application sets in Emscripten's module object.
EMSCRIPTEN_OPTIONS = words("""
    calledRun instantiateWasm locateFile monitorRunDependencies noExitRuntime noInitialRun onAbort
    onRuntimeInitialized postRun preInit preRun printErr setStatus thisProgram wasmBinary wasmMemory
""")
# Functions of the module that Emscripten's glue calls by these names, and that may grow the memory.
ALLOCATORS = words("_calloc _malloc _memalign _realloc")
# Methods of Emscripten's module object that call a function of the module.
CALLERS = words("ccall dynCall")
# Members that tell whether an object is a memory, or Emscripten's module object.
MEMORY_SIGNS = NOT_OF_MEMORY | HEAPS | {"buffer", "grow", "memory", "toResizableBuffer"}
# Globals that make code from a string.
CODE_FROM_STRINGS = words("Function eval")
# Globals that keep no object they are given, and return none.
KEEPS_NOTHING = VIEWS | words("""
    AggregateError alert ArrayBuffer atob Atomics BigInt Blob Boolean btoa cancelAnimationFrame clearImmediate
    clearInterval clearTimeout console crypto Date decodeURI decodeURIComponent DOMException encodeURI
    encodeURIComponent Error escape EvalError fetch Intl isFinite isNaN JSON Math Number parseFloat parseInt
    performance queueMicrotask RangeError ReferenceError RegExp requestAnimationFrame require setImmediate
    setInterval setTimeout SharedArrayBuffer String structuredClone SyntaxError TextDecoder TextEncoder
    TypeError unescape URIError URL URLSearchParams WebAssembly Worker
""")
# Functions of built-in objects that return a value that is no object of the program.
RETURNS_PRIMITIVE = words("""
    getOwnPropertyNames getOwnPropertySymbols hasOwn hasOwnProperty is isArray isExtensible isFrozen
    isPrototypeOf isSealed keys propertyIsEnumerable toString
""")
# Functions of `Object` that return their first argument, with the properties of the others.
COPIES = words("assign create freeze getPrototypeOf preventExtensions seal setPrototypeOf")
# Methods of built-in objects that may return a value, or pass it to a function, that they or another one got.
PASSES_ON = words("""
    add addEventListener addListener all allSettled any at catch concat copyWithin deref dispatchEvent drop
    emit entries every fill filter finally find findIndex findLast findLastIndex flat flatMap forEach from get
    groupBy map next of on once pop push race reduce reduceRight reject resolve return reverse set shift slice
    some sort splice subscribe take then throw toArray toReversed toSorted toSpliced unshift valueOf values
    with withResolvers
""")
# Properties whose function runs without a call of it in the program.
IMPLICIT = words("""
    apply construct defineProperty deleteProperty get getOwnPropertyDescriptor getPrototypeOf handleEvent has
    isExtensible next ownKeys preventExtensions return set setPrototypeOf then toJSON toString valueOf
""")
# Globals that hold what they are given, and call none of it.
HOLDERS = words("Array Map Object Promise Set WeakMap WeakRef WeakSet")
# Functions of the embedder that Emscripten's glue hands the import object to.
HOOKS = words("instantiateWasm")
