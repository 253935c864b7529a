// This module rewrites the accesses `object[key]` in a source, so that one of a detached view throws.
//
// A detached view answers an index with undefined and ignores a write, and no prototype, subclass or engine's flag
// changes that. A Proxy does, but Web APIs reject it. So the views stay as they are, and the source changes:
//
//   object[key]           becomes  get(object[key], object)
//   object[key] = value   becomes  object[at(object, key)] = to(object, value)
//
// `get` looks at the object only if the result is undefined, so it costs little. `at` is also for calls, updates and
// patterns, which need an access and not its value. `to` is left out if the value calls nothing, because only a call
// can detach the view after `at`. If the object is not a variable, it is kept in one until the access.

const NAMES = { get: "__nogrow_get", at: "__nogrow_at", to: "__nogrow_to", same: "__nogrow_same", slot: "__nogrow_" };

// Declarations are hoisted, so they can follow the source and move none of its lines.
const RUNTIME = `
;function ${NAMES.get}(value, object) {
  return value === undefined && ${NAMES.at}(object, value, 0, ${NAMES.get}), value
}
function ${NAMES.to}(object, value) { return ${NAMES.at}(object, value, 0, ${NAMES.to}) }
function ${NAMES.same}(object) { return object }
function ${NAMES.at}(object, result, empty, caller = ${NAMES.at}) {
  if (globalThis.ArrayBuffer.isView(object) && object[0] === undefined && object.BYTES_PER_ELEMENT) {
    try {
      new globalThis.Uint8Array(object.buffer)
    } catch {
      const error = new TypeError("index access to a detached " + object.constructor.name)
      Error.captureStackTrace?.(error, caller)
      const register = Object.getPrototypeOf(globalThis.Uint8Array)[Symbol.for("nogrow-views")]
      throw register?.explained?.(error, [object], caller) ?? error
    }
  }
  return result
}
`;

const CALLS = new Set([
  "CallExpression",
  "NewExpression",
  "TaggedTemplateExpression",
  "AwaitExpression",
  "YieldExpression",
  "ImportExpression",
]);

function* childrenOf(node) {
  for (const key in node) {
    const value = node[key];
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type === "string" && "start" in child) {
        yield child;
      }
    }
  }
}

function calls(node) {
  return CALLS.has(node.type) || [...childrenOf(node)].some(calls);
}

function isIndex({ type, computed, object, property }) {
  return (
    type === "MemberExpression" &&
    computed &&
    object.type !== "Super" &&
    !(property.type === "Literal" && typeof property.value !== "number") &&
    !(property.type === "MemberExpression" && property.object.name === "Symbol")
  );
}

/** The members and calls of a chain from its end, each with whether an earlier link may end the chain. */
function linksOf(chain) {
  const links = [];
  for (let node = chain.expression; ; node = node.object ?? node.callee) {
    if (node?.type !== "MemberExpression" && node?.type !== "CallExpression") {
      return links;
    }
    for (const link of links) {
      link.cut ||= node.optional;
    }
    links.push({ node, cut: false });
  }
}

function isUndefined({ type, name, operator }) {
  return (type === "Identifier" && name === "undefined") || (type === "UnaryExpression" && operator === "void");
}

/** Whether the source itself asks whether there is an element, as hosts do that renew their views then. */
function isProbe(node, { type, operator, left, right }) {
  return (
    (type === "LogicalExpression" && operator === "??" && left === node) ||
    (type === "BinaryExpression" && isUndefined(left === node ? right : left))
  );
}

/** What becomes of an access: a value that is read, an access that stays one, or nothing. */
function roleIn(node, parent) {
  switch (parent?.type) {
    case "CallExpression":
      return parent.callee === node ? "access" : "value";
    case "NewExpression":
      return parent.callee === node ? "none" : "value";
    case "UnaryExpression":
      return parent.operator === "delete" ? "none" : "value";
    case "AssignmentExpression":
    case "AssignmentPattern":
    case "ForInStatement":
    case "ForOfStatement":
      return parent.left === node ? "access" : "value";
    case "TaggedTemplateExpression":
      return parent.tag === node ? "access" : "value";
    case "UpdateExpression":
    case "ArrayPattern":
    case "RestElement":
      return "access";
    case "Property":
      return parent.value === node && parent.ofPattern ? "access" : "value";
    case "MemberExpression":
      // The rest of a chain is skipped if the object is nullish.
      return node.optional && parent.object === node ? "access" : "value";
    default:
      return parent && isProbe(node, parent) ? "none" : "value";
  }
}

/** Return `code`, in which an access by index to a detached view throws. `parse` returns the tree of ESTree. */
export function checkIndexes(code, parse) {
  if (!code.includes("[") || code.includes(NAMES.get)) {
    return code;
  }
  const kept = new Set();
  let slots = 0;

  /** Return the source of `node`, with the sources of the children that `texts` has instead of their own. */
  const text = (node, texts) => {
    let done = node.start;
    let result = "";
    for (const [child, changed] of texts) {
      result += code.slice(done, child.start) + changed;
      done = child.end;
    }
    return result + code.slice(done, node.end);
  };

  const write = (node, parent, { targetOf, chain } = {}) => {
    if (node.type === "ChainExpression") {
      for (const { node: link, cut } of linksOf(node)) {
        if (cut) {
          kept.add(link);
        }
      }
    }
    if (node.type === "ObjectPattern") {
      for (const property of node.properties) {
        property.ofPattern = true;
      }
    }
    const role = isIndex(node) && !kept.has(node) ? roleIn(chain ?? node, parent) : "none";
    const isVariable = node.object?.type === "Identifier" || node.object?.type === "ThisExpression";
    const slot = role !== "none" && !isVariable ? `${NAMES.slot}${slots++}` : undefined;
    const holder = slot ?? node.object?.name ?? "this";
    const checksValue = targetOf && role !== "none" && calls(targetOf.right);
    // The slot must not keep an object alive that nothing else does.
    const empty = slot && !checksValue ? `, ${slot} = null` : "";
    let valueHolder;
    let valueSlot;
    const texts = [...childrenOf(node)]
      .sort((a, b) => a.start - b.start || b.end - a.end)
      // A shorthand such as `{ name }` or `import { name }` is there twice.
      .filter(({ start }, number, all) => !number || start >= all[number - 1].end)
      .map((child) => {
        if (node.type === "AssignmentExpression" && child === node.left) {
          const written = write(child, node, { targetOf: node });
          ({ valueHolder, valueSlot } = written);
          return [child, written.text];
        }
        let { text: changed } =
          node.type === "ChainExpression" ? write(child, parent, { chain: node }) : write(child, node);
        if (role !== "none" && child === node.object && slot) {
          changed = ` ${NAMES.same}(${slot} = (${changed}))`;
        }
        if (role === "access" && child === node.property) {
          changed = `${NAMES.at}(${holder}, (${changed})${empty})`;
        }
        if (valueHolder && child === node.right) {
          changed = ` ${NAMES.to}(${valueHolder}, (${changed})${valueSlot ? `, ${valueHolder} = null` : ""})`;
        }
        return [child, changed];
      });
    const changed = text(node, texts);
    return {
      text: role === "value" ? ` ${NAMES.get}(${changed}, ${holder}${empty})` : changed,
      valueHolder: checksValue ? holder : undefined,
      valueSlot: checksValue ? slot : undefined,
    };
  };

  const { text: written } = write({ ...parse(code), start: 0, end: code.length });
  if (!written.includes(NAMES.at) && !written.includes(NAMES.get)) {
    return code;
  }
  const variables = Array.from({ length: slots }, (_, number) => `${NAMES.slot}${number}`);
  return written + RUNTIME + (slots ? `var ${variables};\n` : "");
}
