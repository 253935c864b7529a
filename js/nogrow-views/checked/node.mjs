// This module checks accesses by index in the files that Node loads: node --import nogrow-views/checked/node

import module from "node:module";
import { join } from "node:path";

import { checkFile } from "./parse.mjs";

if (!module.registerHooks) {
  throw new Error("nogrow-views/checked/node needs Node 22.15 or later");
}

const LANGUAGES = {
  module: "module",
  commonjs: "commonjs",
  "module-typescript": "module",
  "commonjs-typescript": "commonjs",
};

function acorn() {
  try {
    return module.createRequire(join(process.cwd(), "package.json"))("acorn");
  } catch {
    throw new Error("nogrow-views/checked/node needs a parser: npm install --save-dev acorn");
  }
}

const { parse } = acorn();

module.registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const format = LANGUAGES[loaded.format];
    if (!url.startsWith("file:") || url.includes("/node_modules/") || !format || loaded.source == null) {
      return loaded;
    }
    const text = String(Buffer.from(loaded.source));
    const source = loaded.format === format ? text : module.stripTypeScriptTypes(text);
    const checked = checkFile(source, url, (code, isModule) =>
      parse(code, {
        ecmaVersion: "latest",
        sourceType: isModule ? "module" : "script",
        allowReturnOutsideFunction: !isModule,
      }),
    );
    return { ...loaded, format, source: checked };
  },
});
