// Several pages are rendered at once: a view of the bitmap is handed to an async converter, other pages allocate meanwhile.
// Bug: hyzyla/pdfium#29 (9a227c1). Fix: the converter gets a copy.
export class Page {
  constructor(module, size) {
    this.module = module;
    this.size = size;
  }
  async render(convert) {
    const ptr = this.module._malloc(this.size);
    this.module._work(ptr, this.size);
    const data = this.module.HEAPU8.subarray(ptr, ptr + this.size);
    return await convert({ data, size: this.size });
  }
}
async function toBitmap({ data, size }) {
  await Promise.resolve();
  return { size, first: data[0] }; // expect: finding
}
export function renderAll(pages) {
  return Promise.all(pages.map((page) => page.render(toBitmap)));
}
