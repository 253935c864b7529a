"""Compute the verdict of every entry point from nothing but the definition of verdicts.

It is naive on purpose: every fixpoint visits everything until nothing changes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from nogrow.analysis.judgement import Verdict, worst

from .decoder import decode
from .flow import Flow
from .model import Function, Kind, Module
from .references import Callees, References

_GROWERS = frozenset(
    {
        "emscripten_resize_heap",
        "_emscripten_resize_heap",
        "enlargeMemory",
        "_enlargeMemory",
    }
)
_THROWING = frozenset({"throw", "throw_ref", "rethrow"})
_STACK_SWITCHING = frozenset(
    {
        "cont.new",
        "cont.bind",
        "suspend",
        "resume",
        "resume_throw",
        "resume_throw_ref",
        "switch",
    }
)


def verdicts(
    data: bytes, trusts: Callable[[str], bool] = lambda name: False
) -> dict[tuple[str, str], Verdict]:
    """Return the verdict of each entry point, by kind (`export`, `start`, `escaped`) and name.

    `trusts` says of an imported function's `module.field` whether it neither grows nor throws.
    A verdict is the worst over all memories. Raises `DecodeError`.
    """
    module = decode(data)
    prover = _Prover(module, trusts)
    return {key: prover.verdict(function) for key, function in _entries(module, prover).items()}


def verdicts_without(data: bytes, silent: int, memory: int) -> dict[tuple[str, str], Verdict]:
    """Return the verdicts on one memory if function `silent` neither grew it nor called what does."""
    module = decode(data)
    prover = _Prover(module, lambda name: False, silent)
    return {key: prover.verdict_on(function, memory) for key, function in _entries(module, prover).items()}


def _entries(module: Module, prover: "_Prover") -> dict[tuple[str, str], int]:
    entries: dict[tuple[str, str], int] = {
        ("export", item.name): item.index for item in module.exports if item.kind is Kind.FUNCTION
    }
    if module.start is not None:
        entries["start", "(start)"] = module.start
    # An import that escapes was the host's before: calling it does not enter the module.
    for index in sorted(prover.references.escaped):
        if index < len(module.imported_functions()):
            continue
        entries["escaped", f"func[{index}]"] = index
    return entries


@dataclass(frozen=True, slots=True)
class _Body:
    """A defined function with its graph; `callees` has None for instructions that are no calls."""

    function: Function
    flow: Flow
    callees: tuple[Callees | None, ...]


class _Prover:
    def __init__(self, module: Module, trusts: Callable[[str], bool], silent: int | None = None) -> None:
        """`silent` is a function whose growths, and whose calls that grow, do not count."""
        self.module = module
        self.silent = silent
        self.references = References.of(module)
        imports = module.imported_functions()
        self.trusted = [trusts(f"{item.module}.{item.field}") for item in imports]
        self.growers = {
            index for index, item in enumerate(imports) if item.field in _GROWERS and not self.trusted[index]
        }
        self.bodies = [
            _Body(
                function,
                Flow.of(function),
                tuple(
                    map(
                        self.references.callees_after,
                        (None, *function.instructions[:-1]),
                        function.instructions,
                    )
                ),
            )
            for function in module.functions
        ]
        self.may_return: set[int] = set(range(len(imports)))
        self.may_throw: set[int] = {i for i in range(len(imports)) if not self.trusted[i]}
        self.find_ways_out()

    def verdict(self, entry: int) -> Verdict:
        memories = range(len(self.module.memories))
        judged = [self.verdict_on(entry, memory) for memory in memories]
        return worst(judged)

    def verdict_on(self, entry: int, memory: int) -> Verdict:
        growers = self.growers_of(memory)
        sites = self.functions_with_sites(memory)
        called = {callee for body in self.bodies for callee in self.called_by(body)}
        if not sites and not growers & (called | {entry}):
            return Verdict.ABSENT
        if not (sites | growers) & self.reachable(entry):
            return Verdict.UNREACHABLE
        limits = self.module.memories[memory].limits
        fixed = limits.maximum == limits.minimum
        grown = Verdict.CAPPED if fixed else Verdict.REACHABLE
        if self.switches_stacks():
            return grown
        returning, throwing = self.left_after_growth(memory)
        if entry in returning:
            return grown
        return Verdict.THROW_ONLY if entry in throwing else Verdict.TRAP_ONLY

    # The plain graph: every instruction counts.

    def growers_of(self, memory: int) -> set[int]:
        """Return the imports that make the host grow `memory`."""
        exported = any(item.kind is Kind.MEMORY and item.index == memory for item in self.module.exports)
        declared = self.module.memories[memory]
        visible = declared.imported or exported
        fixed = declared.limits.maximum == declared.limits.minimum
        return self.growers - {self.silent} if visible and not fixed else set()

    def functions_with_sites(self, memory: int) -> set[int]:
        return {
            function.index
            for function in self.module.functions
            if function.index != self.silent
            for instruction in function.instructions
            if instruction.name == "memory.grow" and instruction.index(0) == memory
        }

    def called_by(self, body: _Body) -> set[int]:
        if body.function.index == self.silent:
            return set()
        return {callee for callees in body.callees if callees is not None for callee in callees.functions}

    def reachable(self, entry: int) -> set[int]:
        reachable = {entry}
        while True:
            more = {
                callee
                for body in self.bodies
                if body.function.index in reachable
                for callee in self.called_by(body)
            }
            if more <= reachable:
                return reachable
            reachable |= more

    def switches_stacks(self) -> bool:
        return any(
            instruction.name in _STACK_SWITCHING
            for function in self.module.functions
            for instruction in function.instructions
        )

    # How functions can be left.

    def find_ways_out(self) -> None:
        """Compute the least fixpoint: a function returns or throws only if a finite execution shows it."""
        changed = True
        while changed:
            changed = False
            for body in self.bodies:
                live = self.nodes_from(body, {0})
                for node, ways in (
                    (body.flow.exit, self.may_return),
                    (body.flow.thrown, self.may_throw),
                ):
                    if node in live and body.function.index not in ways:
                        ways.add(body.function.index)
                        changed = True

    def nodes_from(self, body: _Body, start: set[int]) -> set[int]:
        """Return the nodes that execution can reach from `start`."""
        nodes: set[int] = set()
        waiting = list(start)
        while waiting:
            node = waiting.pop()
            if node not in nodes:
                nodes.add(node)
                waiting += self.next_nodes(body, node)
        return nodes

    def next_nodes(self, body: _Body, node: int) -> tuple[int, ...]:
        if node >= body.flow.exit:
            return ()
        callees = body.callees[node]
        if callees is None:
            if body.function.instructions[node].name in _THROWING:
                return body.flow.throwing[node]
            return body.flow.normal[node]
        returns = callees.host or bool(callees.functions & self.may_return)
        throws = callees.host or bool(callees.functions & self.may_throw)
        following = body.flow.normal[node] if returns else ()
        return following + self.thrown_to(body, node) if throws else following

    def thrown_to(self, body: _Body, node: int) -> tuple[int, ...]:
        """Return where an exception out of the call at `node` goes."""
        if body.function.instructions[node].name.startswith("return_call"):
            return (body.flow.thrown,)
        return body.flow.throwing[node]

    # After the growth.

    def left_after_growth(self, memory: int) -> tuple[set[int], set[int]]:
        """Return the functions that can grow `memory` and then return, and grow it and then throw."""
        returning: set[int] = set(self.growers_of(memory))
        throwing: set[int] = set(self.growers_of(memory))
        changed = True
        while changed:
            changed = False
            for body in self.bodies:
                grown = self.nodes_from(body, self.just_grown(body, memory, returning, throwing))
                for node, ways in ((body.flow.exit, returning), (body.flow.thrown, throwing)):
                    if node in grown and body.function.index not in ways:
                        ways.add(body.function.index)
                        changed = True
        return returning, throwing

    def just_grown(self, body: _Body, memory: int, returning: set[int], throwing: set[int]) -> set[int]:
        """Return the nodes of `body` where execution goes on just after a growth."""
        grown: set[int] = set()
        if body.function.index == self.silent:
            return grown
        for node in self.nodes_from(body, {0}) - {body.flow.exit, body.flow.thrown}:
            instruction, callees = body.function.instructions[node], body.callees[node]
            if instruction.name == "memory.grow" and instruction.index(0) == memory:
                grown.update(body.flow.normal[node])
            if callees is not None and callees.functions & returning:
                grown.update(body.flow.normal[node])
            if callees is not None and callees.functions & throwing:
                grown.update(self.thrown_to(body, node))
        return grown
