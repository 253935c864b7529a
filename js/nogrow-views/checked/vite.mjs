// This module is a plugin for Vitest and Vite that checks accesses by index in the files of a project.

import { checkFile } from "./parse.mjs";

export default function checkedIndexes({ include = (file) => !file.includes("/node_modules/") } = {}) {
  return {
    name: "nogrow-views:checked",
    // A build for production stays as it is.
    apply: "serve",
    // The plugins before it have turned TypeScript and other languages into JavaScript.
    enforce: "post",
    transform(code, id) {
      const [file] = id.split("?");
      if (file.startsWith("\0") || !include(file)) {
        return undefined;
      }
      const checked = checkFile(code, file, (source) => this.parse(source));
      return checked === code ? undefined : { code: checked, map: null };
    },
  };
}
