// Atomics on an unshared memory: a loop calls queued functions, which call the module, between two accesses.
// Bug: toyobayashi/emnapi#220 (947efd4b, thread-safe functions). Fix: the view is made for every access.
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
  dispatch() {
    const state = new Int32Array(this.exports.memory.buffer);
    let left = this.pending.length;
    while (left > 0) {
      const job = this.pending.shift();
      job();
      Atomics.exchange(state, this.at >> 2, IDLE); // expect: finding
      left--;
    }
    return left;
  }
}
