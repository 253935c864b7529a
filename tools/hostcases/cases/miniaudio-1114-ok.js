// The handler also makes the view again if its length is 0, after the module has run.
export function open(Module, context) {
  const device = { ptr: Module._malloc(8), view: null };
  device.node = context.createScriptProcessor();
  device.node.onaudioprocess = function (event) {
    Module._work(device.ptr, 8);
    if (device.view == null || device.view.length == 0) {
      device.view = new Uint8Array(Module.HEAPU8.buffer, device.ptr, 8);
    }
    for (let i = 0; i < event.output.length; i++) {
      event.output[i] = device.view[i];
    }
  };
  return device;
}
