// A factory gives an object views of several regions as properties; every step of the guest may grow the memory.
// Bug: fengb/fundude#11. Fix: the properties become getters.
class Machine {
  static create(instance) {
    const { exports } = instance;
    const base = exports.malloc(32);
    return Object.assign(new Machine(), {
      exports,
      video: new Uint8ClampedArray(exports.memory.buffer, base, 16),
      registers: new Uint8Array(exports.memory.buffer, base + 16, 8),
    });
  }
  step() {
    this.exports.work(this.video.byteOffset, 16);
  }
}
export const create = Machine.create;
export function screen(machine) {
  machine.step();
  return machine.video[0]; // expect: finding
}
export function setRegister(machine, index, value) {
  machine.registers[index] = value; // expect: finding
}
