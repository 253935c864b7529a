export class GraphBuilder {
  #operands = [];

  constant(type, bytes) {
    this.#operands.push({ type, bytes });
  }
  build() {
    let sum = 0;
    for (const operand of this.#operands) sum += operand.bytes[0]; // expect: finding
    return sum;
  }
}
