// The result has a copy.
class Compiler {
  constructor(Module) {
    this.Module = Module;
  }
  run(name, size) {
    const ptr = this.Module._malloc(size);
    const at = this.Module._work(ptr, size);
    return { name, data: new Uint8Array(new Uint8Array(this.Module.HEAP8.buffer, at, size)) };
  }
}
export function compileAll(Module, names, write) {
  const compiler = new Compiler(Module);
  const artifacts = {};
  for (const name of names) {
    artifacts[name] = compiler.run(name, 4);
  }
  for (const { name, data } of Object.values(artifacts)) {
    write(name, data.slice(0, 1));
  }
}
