// Generated bindings write a field through a view that is made before its value is lowered, which allocates.
// Bug: AssemblyScript/assemblyscript#2568 (8ae086d9). Fix: a function gets the value, and makes the view.
export function bindings({ memory, malloc }) {
  function lowerText(text) {
    const pointer = malloc(text.length);
    new Uint8Array(memory.buffer).set([...text].map((each) => each.charCodeAt(0)), pointer);
    return pointer >>> 0;
  }
  return {
    lowerRecord(record) {
      const pointer = malloc(8);
      new Uint8Array(memory.buffer)[pointer] = record.size;
      new DataView(memory.buffer).setUint32(pointer + 4, lowerText(record.text), true); // expect: finding
      return pointer;
    },
    text: (pointer) => new DataView(memory.buffer).getUint32(pointer + 4, true),
  };
}
