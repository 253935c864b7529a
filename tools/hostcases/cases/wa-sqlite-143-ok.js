// The method fills a buffer of its own, which is copied afterwards.
export class BlockFile {
  constructor(store) {
    this.store = store;
  }
  async read(length, offset) {
    const data = new Uint8Array(length);
    const block = await this.store.get(offset);
    data.set(block);
    return data;
  }
}
export class Pager {
  constructor(Module, file) {
    this.Module = Module;
    this.file = file;
  }
  async fetch(ptr, length, offset) {
    const data = await this.file.read(length, offset);
    this.Module.HEAPU8.set(data, ptr);
    return data.length;
  }
  allocate(length) {
    return this.Module._malloc(length);
  }
}
