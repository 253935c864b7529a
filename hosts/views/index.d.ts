/** A Float16Array, where the compiler's library knows the class. */
export type Float16 = typeof globalThis extends { Float16Array: { prototype: infer View } } ? View : never;

/**
 * Views of all of a memory. Each getter gives a view that is right at this moment; while the memory doesn't
 * grow, it gives the same object. Read the getter again after any call into the module, rather than keep a view.
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

/** Views over a plain ArrayBuffer, as compilers tell them apart since TypeScript 5.9. */
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
   * The same for Web APIs that refuse views of a resizable buffer. Reading a view here turns a resizable buffer
   * back into one of fixed length, which detaches the views over it; the getters of both objects follow.
   * Of a shared memory the views are of fixed length, but still shared.
   */
  readonly fixed: FixedViews;
}

export interface LiveOptions {
  /**
   * Ask the memory for a resizable buffer, over which a view follows growth by itself. This detaches all views
   * that exist already. It has no effect in an engine without `toResizableBuffer`, or without a maximum.
   * The default is false.
   */
  resizable?: boolean;
}

/**
 * Views of `memory` that are right after any growth.
 *
 * @throws TypeError when `memory` is no WebAssembly.Memory
 */
export function liveViews(memory: WebAssembly.Memory, options?: LiveOptions): LiveViews;

/** A growth, and the export that is to blame. */
export interface Growth {
  exportName: string;
  /** The name under which the memory is exported, or given in `memories`. */
  memoryName: string;
  /** In pages of 64 KiB. */
  pagesBefore: number;
  /** The same as before for a growth by no page, which detaches views of a plain buffer all the same. */
  pagesAfter: number;
}

export interface GuardOptions {
  /** Told each growth, when the export that caused it returns or calls an export itself. What it throws reaches the caller. */
  onGrow?: (growth: Growth) => void;
  /** Memories that the instance imports, by the name that a growth is told with. */
  memories?: Record<string, WebAssembly.Memory>;
  /** False gives the instance's exports themselves, as does leaving out `onGrow`. The default is true. */
  enabled?: boolean;
}

/**
 * The instance's exports, each function wrapped so that `onGrow` is told of a growth.
 *
 * @throws TypeError when the instance exports no memory and `memories` has none
 */
export function guard<Exports extends object>(instance: { exports: Exports }, options?: GuardOptions): Exports;
