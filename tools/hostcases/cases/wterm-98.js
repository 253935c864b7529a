// A row of a terminal is read into a buffer once, and its view is kept as long as the same row is asked for.
// Bug: vercel-labs/wterm#98 (f807b228). Fix: the view is compared with the memory's buffer also if the row is known.
export class Screen {
  constructor(exports) {
    this.exports = exports;
    this.ptr = exports.malloc(16);
    this.row = -1;
    this.length = 0;
    this.view = null;
  }
  cell(row, column) {
    const length = this._ensureRow(row);
    const view = this.view;
    if (!view || column >= length) return null;
    return view.getUint8(column); // expect: finding
  }
  scroll() {
    return this.exports.run();
  }
  _ensureRow(row) {
    if (this.ptr === 0) return 0;
    if (this.row === row) return this.length;
    this.exports.work(this.ptr, 1);
    this.row = row;
    this.length = 1;
    this.view = new DataView(this.exports.memory.buffer, this.ptr, 16);
    return this.length;
  }
}
