// The view is made for every access.
const IDLE = 0;
export class Queue {
  constructor(exports, at) {
    this.exports = exports;
    this.at = at;
    this.pending = [];
  }
  enqueue(value) {
    this.pending.push(() => this.exports.work(value, 1));
  }
  state() {
    return new Int32Array(this.exports.memory.buffer);
  }
  dispatch() {
    let left = this.pending.length;
    while (left > 0) {
      const job = this.pending.shift();
      job();
      Atomics.exchange(this.state(), this.at >> 2, IDLE);
      left--;
    }
    return left;
  }
}
