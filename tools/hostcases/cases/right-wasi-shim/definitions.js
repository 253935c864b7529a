export class Iovec {
  static read(view, at) {
    const iovec = new Iovec();
    iovec.at = view.getUint32(at, true);
    iovec.size = view.getUint32(at + 4, true);
    return iovec;
  }
  static readArray(view, at, length) {
    const iovecs = [];
    for (let i = 0; i < length; i++) iovecs.push(Iovec.read(view, at + 8 * i));
    return iovecs;
  }
}
