// An event handler makes a view on its first event, keeps it on the device object, and reads it after the module has run.
// Bug: mackron/miniaudio#1114. Fix: the handler also makes it again if its length is 0.
export function open(Module, context) {
  const device = { ptr: Module._malloc(8), view: null };
  device.node = context.createScriptProcessor();
  device.node.onaudioprocess = function (event) {
    if (device.view == null) {
      device.view = new Uint8Array(Module.HEAPU8.buffer, device.ptr, 8);
    }
    Module._work(device.ptr, 8);
    for (let i = 0; i < event.output.length; i++) {
      event.output[i] = device.view[i]; // expect: finding
    }
  };
  return device;
}
