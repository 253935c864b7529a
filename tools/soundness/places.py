"""Forms of expressions in random programs: where views are, how they are used, how functions are called.

A mention of a view is written between « and », so that a program can be printed with and without notes.
"""

from random import Random
from typing import NamedTuple

ARRAYS = (
    "Uint8Array",
    "Int8Array",
    "Uint8ClampedArray",
    "Int16Array",
    "Uint32Array",
    "Float32Array",
    "Float64Array",
)


class Place(NamedTuple):
    """A place where a program keeps a view, with the code that reads and stores it, and its kind.

    The kind is "array", "data" for a DataView, "node" for a Buffer, or "buffer".
    """

    read: str
    store: str | None
    kind: str

    @property
    def mention(self) -> str:
        """The expression that reads it, with the marks of a mention."""
        return f"«{self.read}»"


def made(random: Random, memory: str, kind: str) -> str:
    """Return an expression that makes a view of the kind."""
    name = random.choice(ARRAYS) if random.random() < 0.4 else "Uint8Array"
    bounds = random.choice(("", "", ", 16", ", 64, 8"))
    buffer = f'{memory}["buffer"]' if random.random() < 0.1 else f"{memory}.buffer"
    match kind:
        case "data":
            return f"new DataView({buffer}{bounds})"
        case "node":
            return f"Buffer.from({buffer}, 0, 64)"
        case "buffer":
            return buffer
    if random.random() < 0.2:
        return f"new Uint8Array({buffer}).subarray({random.randint(0, 9)})"
    return f"new {name}({buffer}{bounds})"


def read(random: Random, place: Place, index: str) -> str:
    """Return an expression whose value is a number, or a string, in the view."""
    view = place.mention
    match place.kind:
        case "data":
            return random.choice((f"{view}.getUint8(1)", f"{view}.getInt32({index} & 7, true)"))
        case "node":
            return random.choice(
                (f"{view}[{index} & 7]", f"{view}.readUInt8(3)", f'{view}.toString("latin1", 0, 2).length')
            )
        case "buffer":
            return random.choice(
                (f"new Uint8Array({view})[{index} & 7]", f"new DataView({view}).getUint8(2)")
            )
    return random.choice(
        (
            f"{view}[{index} & 7]",
            f"{view}[0]",
            f"{view}[0]",
            f"{view}.at(1)",
            f"{view}.subarray(0, 4)[0]",
            f"{view}.slice(0, 4).length",
            f"{view}?.[2]",
            f"Number({view}[3] ?? 0)",
            f"Array.from({view}.subarray(0, 3)).length",
            f"[...{view}.subarray(0, 3)].length",
            f"new TextDecoder().decode({view}.subarray(0, 2)).length",
            f"`${{{view}[1]}}`.length",
        )
    )


def written(random: Random, place: Place, value: str) -> str:
    """Return an expression that writes to the view."""
    view = place.mention
    match place.kind:
        case "data":
            return random.choice((f"{view}.setUint8(0, {value})", f"{view}.setInt32(4, {value}, true)"))
        case "buffer":
            return f"new Uint8Array({view})[1] = {value}"
    return random.choice(
        (
            f"{view}[0] = {value}",
            f"{view}[{value} & 7] = 3",
            f"{view}[1] += {value}",
            f"{view}[2] ||= {value}",
            f"{view}[3]++",
            f"{view}.set([{value}])",
            f"{view}.fill({value}, 0, 4)",
            f"[{view}[4], {view}[5]] = [{value}, 1]",
        )
    )


# How an exported function is called: $f stands for the function, $a for the argument.
DIRECT = (
    "$f($a)",
    "$f($a)",
    "$f($a)",
    "$f?.($a)",
    "($f)($a)",
    "(0, $f)($a)",
    "$f(...[$a])",
)
INDIRECT = (
    "$f.call(null, $a)",
    "$f.apply(null, [$a])",
    "$f.bind(null, $a)()",
    "Reflect.apply($f, null, [$a])",
    "[$a].map($f)[0]",
    "[$a].map((i) => $f(i))[0]",
    "[1, 2].forEach((i) => $f(i))",
    "[$a].forEach($f)",
    "[1, 2].reduce((sum, i) => sum + $f(i), 0)",
    "[1, 2].sort((p, q) => $f(p))",
    "Array.from([$a], $f)",
    "Array.from({ length: 2 }, (_, i) => $f(i))",
    '"ab".replace("a", () => $f($a))',
    'JSON.parse("[1]", (key, value) => $f(value))',
    "new Map([[1, 2]]).forEach(() => $f($a))",
    "new Set([1]).forEach($f)",
    "`${$f($a)}`",
    "Math.max($f($a), 1)",
    "Number($f($a))",
    "[$f($a), 1].length",
    "({ n: $f($a) }).n",
    "({ [$f($a)]: 1 })",
    "($a ? $f($a) : 0)",
    "($a || $f($a))",
    "(null ?? $f($a))",
    "$f`$a`",
    "[$f][0]($a)",
    "({ f: $f }).f($a)",
    "((f) => f($a))($f)",
    "(() => $f($a))()",
    "[1, 2].some((i) => $f(i))",
    "[3].find($f)",
    "[[1]].flatMap(([i]) => $f(i))",
)
# Calls that take place later.
LATER = (
    "Promise.resolve($a).then($f)",
    "Promise.resolve().then(() => $f($a))",
    "Promise.reject($a).catch($f)",
    "Promise.resolve().finally(() => $f($a))",
    "queueMicrotask(() => $f($a))",
    "setTimeout(() => $f($a))",
    "setTimeout($f, 0, $a)",
    "Promise.all([1].map(async (i) => $f(i)))",
    "new Promise((resolve) => resolve($f($a)))",
    "(async () => $f($a))()",
    "(async () => { await null; $f($a); })()",
)


def called(random: Random, exports: str, name: str, argument: str) -> str:
    """Return an expression that calls an exported function of the object `exports`, if that is not empty."""
    chance = random.random()
    form = random.choice(DIRECT if chance < 0.55 else INDIRECT if chance < 0.93 else LATER)
    callee = name
    if exports:
        callee = f'{exports}["{name}"]' if random.random() < 0.1 else f"{exports}.{name}"
    return form.replace("$f", callee).replace("$a", argument)
