// The value is lowered before the view is made.
export function bindings({ memory, malloc }) {
  function lowerText(text) {
    const pointer = malloc(text.length);
    new Uint8Array(memory.buffer).set([...text].map((each) => each.charCodeAt(0)), pointer);
    return pointer >>> 0;
  }
  function store(pointer, value) {
    new DataView(memory.buffer).setUint32(pointer, value, true);
  }
  return {
    lowerRecord(record) {
      const pointer = malloc(8);
      new Uint8Array(memory.buffer)[pointer] = record.size;
      store(pointer + 4, lowerText(record.text));
      return pointer;
    },
    text: (pointer) => new DataView(memory.buffer).getUint32(pointer + 4, true),
  };
}
