// module: two_callbacks.wat
// The handle stands for pointer and length, and the view is made when it is used.
let wasm;
const handles = [];
export const imports = {
  env: {
    callback(ptr, length) {
      handles.push({ ptr, length });
      return handles.length - 1;
    },
    other(handle, byte) {
      const { ptr, length } = handles[handle];
      new Uint8Array(wasm.memory.buffer, ptr, length).fill(byte);
      return 0;
    },
  },
};
export function setWasm(instance) {
  wasm = instance.exports;
}
