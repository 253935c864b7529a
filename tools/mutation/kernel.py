"""Make the mutants of a WebAssembly kernel's text, all of which are valid modules."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import wasmtime

from tools.mutation.mutant import Mutant, distinct, replaced

_TOKEN = re.compile(r'\(;.*?;\)|;;[^\n]*|"[^"]*"|[()]|[^\s()";]+', re.DOTALL)
_SWAPS = {
    "lt_u": "le_u", "le_u": "lt_u", "gt_u": "ge_u", "ge_u": "gt_u", "lt_s": "le_s", "ge_s": "gt_s",
    "eq": "ne", "ne": "eq", "and": "or", "or": "and", "add": "sub", "sub": "add", "shl": "shr_u",
    "shr_u": "shl", "shr_s": "shr_u", "load16_u": "load8_u", "eqz": "popcnt",
}  # fmt: skip
_INSTRUCTION = re.compile(r"(i32|i64)\.(\w+)")
_CONSTANT = re.compile(r"-?(0x[0-9a-fA-F_]+|[0-9_]+)")
_DROPPED = re.compile(
    r"i(32|64)\.store(8|16|32)?|(local|global)\.set|call|br|br_if|br_table|return|drop|if|unreachable"
)


@dataclass
class _Node:
    """A parenthesis of the text with its atoms and inner parentheses; positions count characters."""

    start: int
    end: int = 0
    atoms: list[tuple[str, int]] = field(default_factory=list)
    inner: "list[_Node]" = field(default_factory=list)

    @property
    def head(self) -> str:
        """The keyword at its beginning."""
        return self.atoms[0][0] if self.atoms else ""


def mutants_of(text: str) -> list[Mutant]:
    """Return the mutants of the kernel `text` in the order of their lines, without invalid modules."""
    nodes = _nodes(text)
    signatures = {
        node.atoms[1][0]: _signature(node) for node in _nodes_of(nodes, "func") if len(node.atoms) > 1
    }
    found: list[Mutant] = []
    inward = [node for node in _nodes_of(nodes, "global") if not _nodes_of(node.inner, "export")]
    # The initial value of a global that is not exported is replaced before anything reads it.
    passed_over = {id(inner) for node in inward for inner in node.inner}
    for node in (node for node in nodes if id(node) not in passed_over):
        found += _changed_words(text, node, signatures)
        found += _changed_shape(text, node)
    engine = wasmtime.Engine()
    return [mutant for mutant in distinct(text, found) if _is_valid(engine, mutant.text)]


def _changed_words(text: str, node: _Node, signatures: dict[str, tuple[int, int]]) -> Iterator[Mutant]:
    """Yield mutants with another operator, number, label, or called function of the same signature."""
    word, start = node.atoms[0] if node.atoms else ("", 0)
    parts = _INSTRUCTION.fullmatch(word)
    if parts and parts[2] in _SWAPS:
        new = f"{parts[1]}.{_SWAPS[parts[2]]}"
        yield replaced(text, start, start + len(word), new, f"{word} to {new}")
    for place, (atom, at) in enumerate(node.atoms[1:], 1):
        end = at + len(atom)
        if word in ("i32.const", "i64.const") and _CONSTANT.fullmatch(atom):
            number = int(atom.replace("_", ""), 0)
            for new in (str(number + 1), str(number - 1)):
                yield replaced(text, at, end, new, f"{atom} to {new}")
        elif atom.startswith("offset="):
            yield replaced(text, at, end, "", f"without {atom}")
        elif word == "call" and atom in signatures:
            others = [
                name for name, shape in signatures.items() if shape == signatures[atom] and name != atom
            ]
            for new in others[:1]:
                yield replaced(text, at, end, new, f"{atom} to {new}")
        elif word == "br_table" and place + 1 < len(node.atoms):
            other, behind = node.atoms[place + 1]
            if other != atom:
                both = f"{other} {atom}"
                yield replaced(text, at, behind + len(other), both, f"{atom} {other} to {both}")


def _changed_shape(text: str, node: _Node) -> Iterator[Mutant]:
    """Yield mutants with a negated condition or without an instruction."""
    if node.head in ("br_if", "select") and node.inner:
        condition = node.inner[-1]
        yield _negated(text, condition, node.head)
    elif node.head == "if":
        conditions = [inner for inner in node.inner if inner.head not in ("then", "else", "result", "param")]
        if conditions:
            yield _negated(text, conditions[-1], "if")
    if _DROPPED.fullmatch(node.head):
        yield replaced(
            text, node.start, node.end, "", f"without {text[node.start : node.end].split(chr(10))[0]}"
        )


def _negated(text: str, condition: _Node, head: str) -> Mutant:
    inside = text[condition.start : condition.end]
    return replaced(text, condition.start, condition.end, f"(i32.eqz {inside})", f"{head} negated")


def _nodes(text: str) -> list[_Node]:
    """Return every parenthesis of the text, outer ones before inner ones."""
    found: list[_Node] = []
    enclosing: list[_Node] = []
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word == "(":
            node = _Node(token.start())
            if enclosing:
                enclosing[-1].inner.append(node)
            enclosing.append(node)
            found.append(node)
        elif word == ")":
            enclosing.pop().end = token.end()
        elif not word.startswith(("(;", ";;")):
            enclosing[-1].atoms.append((word, token.start()))
    return found


def _nodes_of(nodes: list[_Node], head: str) -> list[_Node]:
    return [node for node in nodes if node.head == head]


def _signature(function: _Node) -> tuple[int, int]:
    """Return how many parameters and results a function has; all of them are i32 in the kernels."""
    counts = {"param": 0, "result": 0}
    for part in function.inner:
        if part.head in counts:
            counts[part.head] += sum(not atom.startswith("$") for atom, _ in part.atoms[1:])
    return counts["param"], counts["result"]


def _is_valid(engine: wasmtime.Engine, text: str) -> bool:
    try:
        wasmtime.Module.validate(engine, bytes(wasmtime.wat2wasm(text)))
    except wasmtime.WasmtimeError:
        return False
    return True
