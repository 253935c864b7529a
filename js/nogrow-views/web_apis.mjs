// This module makes functions of Node and of browsers refuse detached views, from which they would read nothing.

import { replaceClass, replaceMethod } from "./patching.mjs";
import { refuseDetached, refusing } from "./views.mjs";

/** Methods of prototypes and objects that take views. */
const METHODS = {
  "TextDecoder.prototype": ["decode"],
  "TextEncoder.prototype": ["encodeInto"],
  "Crypto.prototype": ["getRandomValues"],
  "SubtleCrypto.prototype": ["decrypt", "digest", "encrypt", "importKey", "sign", "verify"],
  "WebSocket.prototype": ["send"],
  "AudioBuffer.prototype": ["copyFromChannel", "copyToChannel"],
  "GPUQueue.prototype": ["writeBuffer", "writeTexture"],
  "WebGLRenderingContext.prototype": ["bufferData", "bufferSubData", "texImage2D", "texSubImage2D"],
  "WebGL2RenderingContext.prototype": ["bufferData", "bufferSubData", "texImage2D", "texSubImage2D"],
};

/** Classes whose constructor takes a view or a list with views. */
const CLASSES = ["Blob", "File", "ImageData", "Request", "Response"];

const NODE = {
  "node:fs": {
    "": ["appendFileSync", "readSync", "read", "writeFile", "writeFileSync", "writeSync", "write"],
    promises: ["appendFile", "writeFile"],
  },
  "node:crypto": { "": ["randomFillSync", "randomFill"], "Hash.prototype": ["update"], "Hmac.prototype": ["update"] },
  "node:stream": { "Writable.prototype": ["end", "write"], "Duplex.prototype": ["end", "write"] },
};

export function patchWebApis(global = globalThis) {
  patchMethods(global, METHODS);
  for (const name of CLASSES) {
    replaceClass(global, name, (Class, values, newTarget) => {
      refuseDetached(name, undefined, values, Class);
      return Reflect.construct(Class, values, newTarget);
    });
  }
  for (const [name, methods] of Object.entries(NODE)) {
    const builtin = global.process?.getBuiltinModule?.(name);
    if (builtin) {
      patchMethods(builtin, methods);
    }
  }
  // Named imports of Node's modules are copies.
  global.process?.getBuiltinModule?.("node:module").syncBuiltinESMExports?.();
}

function patchMethods(root, methods) {
  for (const [path, names] of Object.entries(methods)) {
    const owner = path ? path.split(".").reduce((object, key) => object?.[key], root) : root;
    for (const name of owner ? names : []) {
      replaceMethod(owner, name, refusing);
    }
  }
}
