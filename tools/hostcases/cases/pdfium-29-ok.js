// The converter gets a copy.
export class Page {
  constructor(module, size) {
    this.module = module;
    this.size = size;
  }
  async render(convert) {
    const ptr = this.module._malloc(this.size);
    this.module._work(ptr, this.size);
    const data = this.module.HEAPU8.slice(ptr, ptr + this.size);
    return await convert({ data, size: this.size });
  }
}
async function toBitmap({ data, size }) {
  await Promise.resolve();
  return { size, first: data[0] };
}
export function renderAll(pages) {
  return Promise.all(pages.map((page) => page.render(toBitmap)));
}
