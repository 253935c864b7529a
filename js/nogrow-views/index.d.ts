/** A Float16Array, if the compiler's library has the class. */
export type Float16 = typeof globalThis extends { Float16Array: { prototype: infer View } } ? View : never;

/**
 * Views of a whole memory. Each getter returns a view that is valid now, and the same object until the memory
 * grows. Read the getter again after each call into the module, and do not keep a view.
 */
export interface Views {
  readonly u8: Uint8Array;
  readonly i8: Int8Array;
  readonly u8c: Uint8ClampedArray;
  readonly u16: Uint16Array;
  readonly i16: Int16Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly u64: BigUint64Array;
  readonly i64: BigInt64Array;
  /** Undefined in an engine without Float16Array. */
  readonly f16: Float16 | undefined;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
  readonly dv: DataView;
}

/** Views over a plain ArrayBuffer, which is a type of its own since TypeScript 5.9. */
export interface FixedViews {
  readonly u8: ReturnType<typeof Uint8Array.of>;
  readonly i8: ReturnType<typeof Int8Array.of>;
  readonly u8c: ReturnType<typeof Uint8ClampedArray.of>;
  readonly u16: ReturnType<typeof Uint16Array.of>;
  readonly i16: ReturnType<typeof Int16Array.of>;
  readonly u32: ReturnType<typeof Uint32Array.of>;
  readonly i32: ReturnType<typeof Int32Array.of>;
  readonly u64: ReturnType<typeof BigUint64Array.of>;
  readonly i64: ReturnType<typeof BigInt64Array.of>;
  /** Undefined in an engine without Float16Array. */
  readonly f16: Float16 | undefined;
  readonly f32: ReturnType<typeof Float32Array.of>;
  readonly f64: ReturnType<typeof Float64Array.of>;
  readonly dv: DataView & { readonly buffer: ArrayBuffer };
}

export interface LiveViews extends Views {
  /**
   * Views for Web APIs that reject views of a resizable buffer. Reading one turns a resizable buffer back into
   * one of fixed length, which detaches the views over it; the getters of both objects then return new views.
   * The views of a shared memory have a fixed length, but are still shared.
   */
  readonly fixed: FixedViews;
}

export interface LiveOptions {
  /**
   * Ask the memory for a resizable buffer, whose views grow with it. This detaches all views that exist already.
   * It has no effect in an engine without `toResizableBuffer`, or if the memory has no maximum.
   * The default is false.
   */
  resizable?: boolean;
}

/**
 * Return views of `memory` that are valid after any growth.
 *
 * @throws TypeError if `memory` is not a WebAssembly.Memory
 */
export function liveViews(memory: WebAssembly.Memory, options?: LiveOptions): LiveViews;

/** A growth, and the export that caused it. */
export interface Growth {
  exportName: string;
  /** The name of the memory as an export or in `memories`. */
  memoryName: string;
  /** In pages of 64 KiB. */
  pagesBefore: number;
  /** Equal to `pagesBefore` for a growth by 0 pages, which also detaches views of a plain buffer. */
  pagesAfter: number;
}

export interface GuardOptions {
  /** Called for each growth, when its export returns or calls another export. An exception reaches the caller. */
  onGrow?: (growth: Growth) => void;
  /** Memories that the instance imports, by the names for `memoryName`. */
  memories?: Record<string, WebAssembly.Memory>;
  /** False returns the exports unchanged, as does a missing `onGrow`. The default is true. */
  enabled?: boolean;
}

export interface StressOptions {
  /** The names of the exports that detach, or patterns for them. The default is all functions. */
  exports?: string | RegExp | readonly (string | RegExp)[];
  /** Memories that the instance imports, by the names for messages. */
  memories?: Record<string, WebAssembly.Memory>;
  /**
   * The instance's import object. Its memories are detached too, and its functions tell how the glue of Emscripten
   * and Go renews its views.
   */
  imports?: object;
}

/**
 * Return the instance's exports, in which each chosen function detaches the views of all memories of the instance
 * after each call, as a growth of the memory does. A shared memory grows by a page each time, up to 64 pages.
 *
 * @throws TypeError if there is no memory, or no export with a given name
 */
export function stress<Exports extends object>(instance: { exports: Exports }, options?: StressOptions): Exports;

/**
 * Return the instance's exports, with each function wrapped so that `onGrow` is called for each growth.
 *
 * @throws TypeError if the instance exports no memory and `memories` has none
 */
export function guard<Exports extends object>(instance: { exports: Exports }, options?: GuardOptions): Exports;
