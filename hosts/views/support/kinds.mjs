// The kinds of view, as the tests go through them.

export const KINDS = {
  u8: Uint8Array,
  i8: Int8Array,
  u8c: Uint8ClampedArray,
  u16: Uint16Array,
  i16: Int16Array,
  u32: Uint32Array,
  i32: Int32Array,
  u64: BigUint64Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
  dv: DataView,
  ...(globalThis.Float16Array && { f16: Float16Array }),
};

export const PAGE = 65536;

export const hasResizable = "toResizableBuffer" in WebAssembly.Memory.prototype;

/** For a test's `skip`: false, or why this engine can't run it. */
export const withoutResizable = !hasResizable && `${process.version} has no memory.toResizableBuffer()`;

/**
 * The kinds whose view is not of this class, over the memory's buffer, of all its bytes.
 *
 * A growable buffer shows the memory whatever other buffer the memory gives now.
 */
export function wrongKinds(views, memory) {
  return Object.keys(KINDS).filter((name) => {
    const view = views[name];
    return !(
      view.constructor === KINDS[name] &&
      (view.buffer === memory.buffer || view.buffer.growable) &&
      view.byteOffset === 0 &&
      view.byteLength === memory.buffer.byteLength
    );
  });
}
