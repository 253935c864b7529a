export class Runtime {
  updateViews(bytes, floats) {
    this.bytes = bytes;
    this.floats = floats;
  }
  setNumber(at, value) {
    this.floats[at >> 2] = value; // expect: finding
    return this.bytes.length > 0 ? 1 : 0;
  }
}
