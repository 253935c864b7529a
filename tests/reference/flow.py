"""Build the control-flow graph of a function: where control can go after each instruction.

Nodes are positions in the body; `exit` is the normal exit and `thrown` the exceptional one.
"""

from dataclasses import dataclass, replace

from .model import Catch, Expression, Function, Handler, Instruction

_OPENERS = frozenset({"block", "loop", "if", "try", "try_table"})
_NO_NEXT = frozenset({"unreachable", "throw", "throw_ref", "rethrow"})
_BRANCHES = {
    "br": False,
    "br_if": True,
    "br_on_null": True,
    "br_on_non_null": True,
}
_CASTS = frozenset({"br_on_cast", "br_on_cast_fail", "br_on_cast_desc_eq", "br_on_cast_desc_eq_fail"})


@dataclass(frozen=True, slots=True)
class Flow:
    """`normal[i]`: the nodes after instruction i; `throwing[i]`: where its exception can go."""

    normal: tuple[tuple[int, ...], ...]
    throwing: tuple[tuple[int, ...], ...]

    @property
    def exit(self) -> int:
        """Return the node of the normal exit."""
        return len(self.normal)

    @property
    def thrown(self) -> int:
        """Return the node of the exceptional exit."""
        return len(self.normal) + 1

    @classmethod
    def of(cls, function: Function) -> "Flow":
        """Return the graph of a valid function."""
        return _Builder(function.instructions).flow()


@dataclass(frozen=True, slots=True)
class _Block:
    """A block as a whole: where it opens, its `else` and `catch` markers, and where it closes."""

    opener: int
    close: int
    markers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Frame:
    """A block around the current instruction; `in_handler` after a legacy `catch`."""

    block: _Block
    in_handler: bool = False


class _Builder:
    def __init__(self, body: Expression) -> None:
        self.body = body
        self.exit = len(body)
        self.thrown = len(body) + 1
        self.blocks = _blocks(body)

    def flow(self) -> Flow:
        # The body itself is a block that nothing opens.
        frames: tuple[_Frame, ...] = (_Frame(_Block(-1, self.exit - 1, ())),)
        normal: list[tuple[int, ...]] = []
        throwing: list[tuple[int, ...]] = []
        for position, instruction in enumerate(self.body):
            normal.append(self.next_nodes(position, instruction, frames))
            throwing.append(self.handlers(frames))
            if instruction.name in _OPENERS:
                frames = (*frames, _Frame(self.blocks[position]))
            elif instruction.name in ("catch", "catch_all"):
                frames = (*frames[:-1], replace(frames[-1], in_handler=True))
            elif instruction.name in ("end", "delegate"):
                frames = frames[:-1]
        return Flow(tuple(normal), tuple(throwing))

    def label(self, number: int, frames: tuple[_Frame, ...]) -> int:
        """Return the node that a branch to label `number` goes to."""
        block = frames[len(frames) - 1 - number].block
        if block.opener >= 0 and self.body[block.opener].name == "loop":
            return block.opener
        return block.close

    def next_nodes(
        self, position: int, instruction: Instruction, frames: tuple[_Frame, ...]
    ) -> tuple[int, ...]:
        name, following = instruction.name, position + 1
        if name in _NO_NEXT:
            return ()
        if name == "return" or name.startswith("return_call"):
            return (self.exit,)
        if name in ("else", "catch", "catch_all"):
            # Reached from above: the part before is done.
            return (frames[-1].block.close,)
        if name == "if":
            block = self.blocks[position]
            return (following, block.markers[0] + 1 if block.markers else block.close)
        if name in _BRANCHES:
            target = self.label(instruction.index(0), frames)
            return (target, following) if _BRANCHES[name] else (target,)
        if name in _CASTS:
            return (self.label(instruction.index(1), frames), following)
        if name == "br_table":
            labels = (*_numbers(instruction, 0), instruction.index(1))
            return tuple(self.label(number, frames) for number in labels)
        if name in ("resume", "resume_throw", "resume_throw_ref"):
            clauses = _handlers(instruction)
            labels = tuple(clause.label for clause in clauses if clause.label is not None)
            return (following, *(self.label(number, frames) for number in labels))
        return (following,)

    def handlers(self, frames: tuple[_Frame, ...]) -> tuple[int, ...]:
        """Return where an exception raised inside `frames` can arrive."""
        targets: list[int] = []
        while frames:
            frame, frames = frames[-1], frames[:-1]
            opener = self.body[frame.block.opener].name if frame.block.opener >= 0 else "function"
            if opener == "try_table":
                for clause in _catches(self.body[frame.block.opener]):
                    # The label is counted from outside the try_table.
                    targets.append(self.label(clause.label, frames))
                    if clause.tag is None:
                        return tuple(targets)
            elif opener == "try" and not frame.in_handler:
                closer = self.body[frame.block.close]
                if closer.name == "delegate":
                    # As if thrown directly inside the block that the label names.
                    frames = frames[: len(frames) - closer.index(0)]
                for marker in frame.block.markers:
                    targets.append(marker + 1)
                    if self.body[marker].name == "catch_all":
                        return tuple(targets)
        return (*targets, self.thrown)


def _blocks(body: Expression) -> dict[int, _Block]:
    """Return every block by the position of its opening instruction."""
    blocks: dict[int, _Block] = {}
    open_blocks: list[tuple[int, list[int]]] = []
    for position, instruction in enumerate(body):
        if instruction.name in _OPENERS:
            open_blocks.append((position, []))
        elif instruction.name in ("else", "catch", "catch_all"):
            open_blocks[-1][1].append(position)
        elif instruction.name in ("end", "delegate") and open_blocks:
            opener, markers = open_blocks.pop()
            blocks[opener] = _Block(opener, position, tuple(markers))
    return blocks


def _numbers(instruction: Instruction, position: int) -> list[int]:
    immediate = instruction.immediates[position]
    if not isinstance(immediate, tuple):
        raise TypeError(immediate)
    return [item for item in immediate if isinstance(item, int)]


def _catches(instruction: Instruction) -> list[Catch]:
    clauses = instruction.immediates[1]
    if not isinstance(clauses, tuple):
        raise TypeError(clauses)
    return [item for item in clauses if isinstance(item, Catch)]


def _handlers(instruction: Instruction) -> list[Handler]:
    clauses = instruction.immediates[-1]
    if not isinstance(clauses, tuple):
        raise TypeError(clauses)
    return [item for item in clauses if isinstance(item, Handler)]
