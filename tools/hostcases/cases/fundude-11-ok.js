// The properties become getters.
class Machine {
  static create(instance) {
    const { exports } = instance;
    const base = exports.malloc(32);
    return Object.assign(new Machine(), { exports, base });
  }
  get video() {
    return new Uint8ClampedArray(this.exports.memory.buffer, this.base, 16);
  }
  get registers() {
    return new Uint8Array(this.exports.memory.buffer, this.base + 16, 8);
  }
  step() {
    this.exports.work(this.base, 16);
  }
}
export const create = Machine.create;
export function screen(machine) {
  machine.step();
  return machine.video[0];
}
export function setRegister(machine, index, value) {
  machine.registers[index] = value;
}
