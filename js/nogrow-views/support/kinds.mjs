// This module lists the kinds of views for the tests.

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

/** The value for a test's `skip`: false, or why this engine cannot run the test. */
export const withoutResizable = !hasResizable && `${process.version} has no memory.toResizableBuffer()`;

/**
 * Return the kinds whose view has another class or does not cover the whole memory.
 *
 * A view of a growable buffer covers the memory even if the memory now has another buffer.
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
