// This module makes views of a WebAssembly.Memory that are valid after any growth.
//
// The engine's compiler makes this cheap, which needs three things. The getters belong to a class, because those
// of an object literal are not inlined. Each view has a field of its own. And an element tells whether the views
// are attached: the element of a detached array is undefined, and reading it takes less code than reading a
// length.

const NOTHING = new Uint8Array();

const changesLength = (buffer) => buffer.resizable || buffer.growable;

class Views {
  #memory;
  #fixed;
  #watch = NOTHING;
  #u8;
  #i8;
  #u8c;
  #u16;
  #i16;
  #u32;
  #i32;
  #u64;
  #i64;
  #f16;
  #f32;
  #f64;
  #dv;

  constructor(memory, fixed) {
    this.#memory = memory;
    this.#fixed = fixed ? this : new Views(memory, true);
    // If the views were made at the first read, the compiler would expect that case again.
    if (!fixed || !changesLength(memory.buffer)) {
      this.#renew();
    }
  }

  #check() {
    this.#watch[0] ?? this.#renew();
  }

  #renew() {
    let buffer = this.#memory.buffer;
    if (this.#fixed === this && changesLength(buffer)) {
      buffer = this.#memory.toFixedLengthBuffer();
    }
    if (this.#u8?.buffer === buffer) {
      return;
    }
    this.#u8 = new Uint8Array(buffer);
    this.#i8 = new Int8Array(buffer);
    this.#u8c = new Uint8ClampedArray(buffer);
    this.#u16 = new Uint16Array(buffer);
    this.#i16 = new Int16Array(buffer);
    this.#u32 = new Uint32Array(buffer);
    this.#i32 = new Int32Array(buffer);
    this.#u64 = new BigUint64Array(buffer);
    this.#i64 = new BigInt64Array(buffer);
    this.#f16 = globalThis.Float16Array && new Float16Array(buffer);
    this.#f32 = new Float32Array(buffer);
    this.#f64 = new Float64Array(buffer);
    this.#dv = new DataView(buffer);
    // A growth detaches a plain buffer, which then has no elements. A shared buffer of fixed length becomes
    // stale without a sign, so its views are checked against the memory at each access.
    this.#watch = buffer instanceof ArrayBuffer || buffer.growable ? this.#u8 : NOTHING;
  }

  get u8() {
    this.#check();
    return this.#u8;
  }

  get i8() {
    this.#check();
    return this.#i8;
  }

  get u8c() {
    this.#check();
    return this.#u8c;
  }

  get u16() {
    this.#check();
    return this.#u16;
  }

  get i16() {
    this.#check();
    return this.#i16;
  }

  get u32() {
    this.#check();
    return this.#u32;
  }

  get i32() {
    this.#check();
    return this.#i32;
  }

  get u64() {
    this.#check();
    return this.#u64;
  }

  get i64() {
    this.#check();
    return this.#i64;
  }

  get f16() {
    this.#check();
    return this.#f16;
  }

  get f32() {
    this.#check();
    return this.#f32;
  }

  get f64() {
    this.#check();
    return this.#f64;
  }

  get dv() {
    this.#check();
    return this.#dv;
  }

  get fixed() {
    return this.#fixed;
  }
}

export function liveViews(memory, { resizable = false } = {}) {
  if (!memory?.buffer) {
    throw new TypeError("not a WebAssembly.Memory");
  }
  if (resizable) {
    try {
      memory.toResizableBuffer();
    } catch {
      // The engine does not support it, or the memory has no maximum, so a growth needs new views.
    }
  }
  return new Views(memory);
}
