// module: callback.wat
// A CommonJS file: growth goes through one function, which renews all views but one.
// Bug: leaningtech/cheerp-compiler#99. Fix: the function renews that one as well.
import glue from "./glue.cjs";

export const start = (module) => glue.start(module);
export const store = (at, value) => glue.store(at, value);
