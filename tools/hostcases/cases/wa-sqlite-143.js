// A view is an argument of an async method, which awaits storage and then fills it; other requests allocate meanwhile.
// Bug: rhashimoto/wa-sqlite#143 (60ec4a23). Fix: the method fills a buffer of its own, which is copied afterwards.
export class BlockFile {
  constructor(store) {
    this.store = store;
  }
  async read(data, offset) {
    const block = await this.store.get(offset);
    data.set(block); // expect: finding
    return block.length;
  }
}
export class Pager {
  constructor(Module, file) {
    this.Module = Module;
    this.file = file;
  }
  fetch(ptr, length, offset) {
    return this.file.read(this.Module.HEAPU8.subarray(ptr, ptr + length), offset);
  }
  allocate(length) {
    return this.Module._malloc(length);
  }
}
