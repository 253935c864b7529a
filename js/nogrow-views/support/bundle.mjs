// This script writes the CommonJS files of the package: node support/bundle.mjs
//
// Each of them is one file without imports, which a page can load as a classic script, too.

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";

const FOLDER = new URL("../", import.meta.url);
const IMPORT = /^import \{ ([^}]*) \} from "\.\/(\w+)\.mjs";$/gm;
const EXPORT_FROM = /^export \{ ([^}]*) \} from "\.\/(\w+)\.mjs";$/gm;
const EXPORT = /^export (?:async )?(?:function|const|class) (\w+)/gm;

for (const name of ["index", "register"]) {
  writeFileSync(new URL(`${name}.cjs`, FOLDER), bundled(name));
  // For TypeScript, the name of the file tells the kind of module.
  copyFileSync(new URL(`${name}.d.ts`, FOLDER), new URL(`${name}.d.cts`, FOLDER));
}

/** Return the module and what it imports as one script. */
export function bundled(entry) {
  const parts = new Map();
  add(entry, parts);
  const body = [...parts].map(([name, text]) => `const $${name} = (() => {\n${text}})();\n`).join("\n");
  const given = `if (typeof module === "object") {\n  module.exports = $${entry};\n}`;
  return `// Generated from the ES modules of this package.\n(() => {\n"use strict";\n${body}\n${given}\n})();\n`;
}

function add(name, parts) {
  if (parts.has(name)) {
    return;
  }
  const text = readFileSync(new URL(`${name}.mjs`, FOLDER), "utf-8");
  const names = [];
  const imported = (_, items, from) => {
    add(from, parts);
    return `const { ${items} } = $${from};`;
  };
  const code = text
    .replace(EXPORT_FROM, (whole, items, from) => {
      names.push(...items.split(", "));
      return imported(whole, items, from);
    })
    .replace(IMPORT, imported)
    .replace(EXPORT, (whole, exported) => {
      names.push(exported);
      return whole.replace("export ", "");
    });
  if (/^(import|export)\b/m.test(code)) {
    throw new SyntaxError(`${name}.mjs has an import or export of another form`);
  }
  parts.set(name, `${code}return { ${names.join(", ")} };\n`);
}
