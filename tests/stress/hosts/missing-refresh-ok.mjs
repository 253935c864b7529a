// Each import renews the view before it writes.

class System {
  refresh() {
    if (!this.view || this.view.buffer.byteLength === 0) {
      this.view = new DataView(this.memory.buffer);
    }
  }
  imports() {
    return {
      first: (pointer) => {
        this.refresh();
        this.view.setUint8(pointer, 1);
      },
      second: (pointer) => {
        this.refresh();
        this.view.setUint8(pointer, 2);
      },
      third: (pointer) => {
        this.refresh();
        this.view.setUint8(pointer, 4);
      },
      take: () => {},
    };
  }
}

export function imports(load) {
  const system = new System();
  const guest = load({ host: system.imports() });
  system.memory = guest.memory;
  return guest.run();
}
