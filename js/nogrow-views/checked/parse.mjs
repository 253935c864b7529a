// This module rewrites files with a parser for scripts and modules, and leaves alone what it can't parse.

import { checkIndexes } from "./transform.mjs";

/** Return `code` with checked accesses; `parse` takes the code and whether it is a module. */
export function checkFile(code, file, parse) {
  try {
    return checkIndexes(code, (source) => {
      try {
        return parse(source, true);
      } catch {
        return parse(source, false);
      }
    });
  } catch (error) {
    console.warn(`nogrow-views: ${file} is not checked: ${error.message}`);
    return code;
  }
}
