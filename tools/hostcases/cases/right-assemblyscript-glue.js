// Right: the form of AssemblyScript's bindings. A DataView is kept; an access that fails makes it again and repeats itself.
// The report AssemblyScript/assemblyscript#2778 took the exception, which is caught, for a bug.
let exports;
let memory;
let dataview;
export function bind(instance) {
  ({ exports } = instance);
  ({ memory } = exports);
  dataview = new DataView(memory.buffer);
}
function setU32(ptr, value) {
  try {
    dataview.setUint32(ptr, value, true); // stale, but caught
  } catch {
    dataview = new DataView(memory.buffer);
    dataview.setUint32(ptr, value, true);
  }
}
export function lower(values) {
  const buffer = exports.malloc(values.length);
  const header = exports.malloc(12);
  setU32(header, buffer);
  dataview.setUint32(header + 4, values.length, true);
  new Uint8Array(memory.buffer, buffer, values.length).set(values);
  return header;
}
