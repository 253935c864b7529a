// The view is made again whenever the memory has another buffer; without a buffer for rows, nothing is read.
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
    return view.getUint8(column);
  }
  scroll() {
    return this.exports.run();
  }
  _ensureRow(row) {
    if (this.ptr === 0) return 0;
    if (this.row !== row) {
      this.exports.work(this.ptr, 1);
      this.row = row;
      this.length = 1;
    }
    if (this.view?.buffer !== this.exports.memory.buffer) {
      this.view = new DataView(this.exports.memory.buffer, this.ptr, 16);
    }
    return this.length;
  }
}
