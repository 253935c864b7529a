// This module is a transformer for Jest that checks accesses by index in what another transformer returns.

import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";

import { checkFile } from "./parse.mjs";

const VERSION = "nogrow-views 1";

function createTransformer({ transformer = "babel-jest", options } = {}) {
  let loaded;

  const load = ({ config: { rootDir } }) => {
    if (!loaded) {
      const require = createRequire(join(rootDir, "package.json"));
      const found = require(transformer);
      const inner = found.createTransformer ? found : (found.default ?? found);
      // Jest itself depends on Babel.
      const { parseSync } = createRequire(require.resolve("babel-jest"))("@babel/core");
      loaded = { inner: inner.createTransformer?.(options) ?? inner, parseSync };
    }
    return loaded;
  };

  return {
    process(source, file, settings) {
      const { inner, parseSync } = load(settings);
      const result = inner.process(source, file, settings);
      const { code, map } = typeof result === "string" ? { code: result } : result;
      const parse = (text, isModule) =>
        parseSync(text, {
          babelrc: false,
          configFile: false,
          sourceType: isModule ? "module" : "script",
          parserOpts: { plugins: ["estree"], allowReturnOutsideFunction: true },
        }).program;
      return { code: checkFile(code, file, parse), map };
    },

    getCacheKey(source, file, settings) {
      const { inner } = load(settings);
      const key = inner.getCacheKey?.(source, file, settings) ?? [source, file, settings.configString].join("\0");
      return createHash("sha256").update(`${VERSION}\0${key}`).digest("hex").slice(0, 32);
    },
  };
}

export default { createTransformer };
