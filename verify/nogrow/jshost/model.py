"""Describe what the analyses of host code find. The reports read it, so nothing here needs a parser."""

from typing import NamedTuple


class Position(NamedTuple):
    """A position in a file; both numbers count from 1, columns in bytes."""

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


class Call(NamedTuple):
    """A call that may enter the module: where it is, and the callee, shortened.

    `path` is the file, if it is another one than that of the view's use. `through` are the calls inside the
    called function that lead into the module, outermost first. `exports` are the names of the exports that
    are called in the end, as the code spells them; empty if they are not known.
    """

    at: Position
    text: str
    path: str | None = None
    through: tuple["Call", ...] = ()
    exports: tuple[str, ...] = ()

    @property
    def steps(self) -> "tuple[Call, ...]":
        """The call itself, and those inside the called function that lead into the module."""
        return (self, *self.through)


class Exports(NamedTuple):
    """What is known of the exports of the modules that belong to host code.

    `still` are the functions that cannot grow a memory. `all` says that no other function can. `named` are
    the names of all exported functions, None if they are not known. `throwing` are those that can only end
    with an exception after a growth. `shared` says that the host sees only shared memories, whose growth
    detaches nothing, and `own_memory` that no module imports a memory.
    """

    still: frozenset[str] = frozenset()
    all: bool = False
    named: frozenset[str] | None = None
    throwing: frozenset[str] = frozenset()
    shared: bool = False
    own_memory: bool = False


class Assumed(NamedTuple):
    """The options of an analysis of host code: its modules, and whether to look for stale lengths."""

    exports: Exports = Exports()
    stale_length: bool = False


NOTHING_ASSUMED = Assumed()

ANY_EXPORT = "*"
"""The name that stands for every export, where the name is computed."""


class CachedView(NamedTuple):
    """A view or buffer that is used after a call which may have grown the memory.

    `binding` is the variable or property that holds it, as the source spells it; `made` is where it is
    created. `uses` has at least one use that may come after a growth, in the order of the text. `call` is the
    call in between; None if the view outlives the function, so that any earlier call may have grown the
    memory. `made_in` is the file where it is created, if it is another one than that of the use. It is
    `certain` that the call enters the module, or it is not known where the call leads. A view of a `shared`
    memory is not detached, but too short.
    """

    binding: str
    made: Position
    uses: tuple[Position, ...]
    call: Call | None
    certain: bool = True
    made_in: str | None = None
    shared: bool = False

    @property
    def at(self) -> Position:
        """The first use that may come after a growth."""
        return self.uses[0]

    @property
    def files(self) -> tuple[str, ...]:
        """The other files that the finding is about."""
        calls = () if self.call is None else self.call.steps
        paths = (self.made_in, *(call.path for call in calls))
        return tuple(path for path in paths if path is not None)


class HostCall(NamedTuple):
    """A call that the function `function` of host code makes, on the way from an import.

    `text` is the callee, shortened, and `start` is where the function begins. Where only the name of an
    import tells what it does, `file` is None and `text` says so.
    """

    function: str
    text: str
    file: str | None = None
    at: Position = Position(1, 1)
    start: Position = Position(1, 1)

    @property
    def place(self) -> str:
        """`FILE.js:LINE:COLUMN` of the call; empty if only a name tells of it."""
        return "" if self.file is None else f"{self.file}:{self.at}"


Route = tuple[HostCall, ...]
"""The calls in host code on the way from an import, in their order."""


class Grower(NamedTuple):
    """An import, given as `module.field`, and the call of `grow` in `file` that it leads to.

    The label `.field` is that of every import of this name that the file serves by exporting the name. `line`
    and `column` count from 1, columns in bytes. `route` has the calls on the way, that of `grow` last.
    """

    label: str
    file: str
    line: int
    column: int
    route: Route = ()

    @property
    def place(self) -> str:
        """`FILE.js:LINE:COLUMN`."""
        return f"{self.file}:{self.line}:{self.column}"


class Table(NamedTuple):
    """The fields that an import object has under the name `module`."""

    module: str
    fields: frozenset[str]


class Called(NamedTuple):
    """What the function behind the import `label` may call.

    `exports` are those that it may call, by name, each with the shortest route to the call; `ANY_EXPORT`
    stands for all. `table` is the route to a call of an entry of a table, `grows` that to a call that grows
    the memory; they are None if there is none.
    """

    label: str
    exports: tuple[tuple[str, Route], ...] = ()
    table: Route | None = None
    grows: Route | None = None


class Served(NamedTuple):
    """The imports that a glue file serves, and the exports that it uses.

    `tables` are the objects that may be part of an import object. `names` has, by label, the names that the
    functions behind imports have in the file. `exported` is what the file itself exports, from which other
    files make import objects. `reads` are the module's exports that the file names, `memories` those that it
    uses as a memory.
    """

    tables: tuple[Table, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    exported: frozenset[str] = frozenset()
    reads: frozenset[str] = frozenset()
    memories: frozenset[str] = frozenset()


class Glue(NamedTuple):
    """A glue file: its imports that grow the memory, and its text, which may name the module.

    `problem` says why the file can't be analysed; then nothing is known of it but its text. This is also so
    while it `is_text`, which nobody has analysed.
    """

    file: str
    growers: tuple[Grower, ...]
    source: bytes
    served: Served = Served()
    problem: str | None = None
    is_text: bool = False

    def names(self, module: str) -> bool:
        """Return whether the file names the module, which is given without its folder."""
        return module.encode() in self.source
