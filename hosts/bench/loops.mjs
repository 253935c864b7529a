// This module has the loops over memory that the benchmark times.

const LAST = 0xffff;

/** Loops that get the view at each access, which live views must not make slower. */
export const looked = {
  "u8 read"(views, times) {
    let sum = 0;
    for (let i = 0; i < times; i++) {
      sum = (sum + views.u8[i & LAST]) | 0;
    }
    return sum;
  },
  "i32 read"(views, times) {
    let sum = 0;
    for (let i = 0; i < times; i++) {
      sum = (sum + views.i32[i & LAST]) | 0;
    }
    return sum;
  },
  "f64 read"(views, times) {
    let sum = 0;
    for (let i = 0; i < times; i++) {
      sum += views.f64[i & LAST];
    }
    return sum;
  },
  "dv read"(views, times) {
    let sum = 0;
    for (let i = 0; i < times; i++) {
      sum = (sum + views.dv.getInt32(i & LAST, true)) | 0;
    }
    return sum;
  },
  "u8 write"(views, times) {
    for (let i = 0; i < times; i++) {
      views.u8[i & LAST] = i;
    }
  },
  "f32 write"(views, times) {
    for (let i = 0; i < times; i++) {
      views.f32[i & LAST] = i;
    }
  },
  "dv write"(views, times) {
    for (let i = 0; i < times; i++) {
      views.dv.setInt32(i & LAST, i, true);
    }
  },
};

/** The same loops with the view in a variable. */
export const kept = {
  "u8 read"({ u8 }, times) {
    let sum = 0;
    for (let i = 0; i < times; i++) {
      sum = (sum + u8[i & LAST]) | 0;
    }
    return sum;
  },
  "i32 read"({ i32 }, times) {
    let sum = 0;
    for (let i = 0; i < times; i++) {
      sum = (sum + i32[i & LAST]) | 0;
    }
    return sum;
  },
  "f64 read"({ f64 }, times) {
    let sum = 0;
    for (let i = 0; i < times; i++) {
      sum += f64[i & LAST];
    }
    return sum;
  },
  "dv read"({ dv }, times) {
    let sum = 0;
    for (let i = 0; i < times; i++) {
      sum = (sum + dv.getInt32(i & LAST, true)) | 0;
    }
    return sum;
  },
  "u8 write"({ u8 }, times) {
    for (let i = 0; i < times; i++) {
      u8[i & LAST] = i;
    }
  },
  "f32 write"({ f32 }, times) {
    for (let i = 0; i < times; i++) {
      f32[i & LAST] = i;
    }
  },
  "dv write"({ dv }, times) {
    for (let i = 0; i < times; i++) {
      dv.setInt32(i & LAST, i, true);
    }
  },
};
