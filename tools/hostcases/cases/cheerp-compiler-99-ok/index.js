// module: callback.wat
// The function renews that one as well.
import glue from "./glue.cjs";

export const start = (module) => glue.start(module);
export const store = (at, value) => glue.store(at, value);
