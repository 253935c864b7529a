"""Reads a component's definitions: core index spaces, what the host calls, and how core modules are linked.

Component model, Binary.md: core instances, aliases, canonical definitions, imports and exports. Nothing here
can hide a core module, so what is not understood ends the reading of one component's definitions only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from nogrow.errors import ModuleError
from nogrow.wasm.reader import Reader

_CORE_INSTANCE, _INSTANCES, _ALIAS, _TYPES, _CANONICAL, _IMPORT, _EXPORT = 2, 5, 6, 7, 8, 10, 11
FUNCTION, TABLE, MEMORY = 0x00, 0x01, 0x02
_MODULE, _INSTANCE = 0x11, 0x12
_LIFT, _LOWER = 0x00, 0x01
# `resource.drop`, and its form with `async`, call the destructor of a resource of the same component.
_DROPS = frozenset((0x03, 0x07))
# While these wait, other tasks of the component may run.
_WAITS = frozenset((0x06, 0x0C, 0x0F, 0x10, 0x11, 0x12, 0x16, 0x17, 0x18, 0x19, 0x20, 0x21))
# A resource type, with or without a callback, of each representation, and the sign that it has a destructor.
_DESTRUCTORS = (b"\x3f\x7f\x01", b"\x3f\x7e\x01", b"\x3e\x7f", b"\x3e\x7e")

# What follows each canonical built-in: i an index, b a byte, o options, r results, c a context slot.
# The threads' 28, 2a, 40, 41 and 42 are missing: what follows them changed from one draft to the next.
_BUILT_INS = {
    **dict.fromkeys((0x02, 0x03, 0x04, 0x07, 0x0E, 0x13, 0x14, 0x15, 0x1A, 0x1B), "i"),
    **dict.fromkeys((0x05, 0x08, 0x0D, 0x1E, 0x1F, 0x22, 0x23, 0x24, 0x25, 0x26), ""),
    **dict.fromkeys((0x06, 0x0C, 0x29, 0x2B, 0x2C, 0x2D), "b"),
    **dict.fromkeys((0x0F, 0x10, 0x16, 0x17), "io"),
    **dict.fromkeys((0x11, 0x12, 0x18, 0x19), "ib"),
    **dict.fromkeys((0x0A, 0x0B), "c"),
    **dict.fromkeys((0x1C, 0x1D), "o"),
    **dict.fromkeys((0x20, 0x21), "bi"),
    0x09: "ro",
    0x27: "ii",
}
_FUNCTION_OPTIONS = {0x04: "realloc", 0x05: "post-return", 0x07: "callback"}
_MEMORY_OPTION = 0x03
_TYPE_OPTION = 0x08
_LAST_OPTION = 0x09


@dataclass(frozen=True, slots=True)
class Exported:
    """What the core module `module` exports as `name`."""

    module: int
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A core function that a canonical definition makes; `calls` are the functions that it may call back."""

    calls: "list[Item | None]"


Item = Exported | Made


@dataclass(frozen=True, slots=True)
class _Use:
    """A canonical option, the index that it gives, and what that resolves to."""

    option: str
    index: int
    item: Item | None


# An instance is that of a module, or a bundle of exports by sort and name, or of what is not known.
CoreInstance = int | dict[tuple[int, str], Item | None] | None


class Instantiation(NamedTuple):
    """The core module with the number `module` instantiated, with its arguments by name."""

    module: int
    arguments: tuple[tuple[str, CoreInstance], ...]

    def serves(self, module: str, sort: int, field: str) -> list[Item | None]:
        """Return what serves the import `module` `field`: None stands for what is not known."""
        items = [exported(instance, sort, field) for name, instance in self.arguments if name == module]
        return items or [None]


_Thing = TypeVar("_Thing")


class Definitions:
    """The core index spaces of one component while it is read, and the uses of them by the host."""

    def __init__(self, outer: "Definitions | None") -> None:
        """`outer` is the component around this one."""
        self.own_modules: list[int] = []
        self.instantiations: list[Instantiation] = []
        self.handed_out: set[int] = set()
        """The core modules that the component exports or passes to another component."""
        self.unclear: str | None = None
        """Why it is not known how the core modules are linked, if it is not."""
        self._outer = outer
        self._modules: list[int | None] = []
        self._instances: list[CoreInstance] = []
        self._spaces: dict[int, list[Item | None]] = {FUNCTION: [], TABLE: [], MEMORY: []}
        self._functions, self._memories = self._spaces[FUNCTION], self._spaces[MEMORY]
        self._destructors: list[Item | None] = []
        self._uses: set[_Use] = set()
        self._unread: ModuleError | None = None

    def add_module(self, number: int) -> None:
        """Takes the file's core module `number` into the index space."""
        self.own_modules.append(number)
        self._modules.append(number)

    def read(self, section: int, reader: Reader) -> None:
        """Reads a section of the component; others than those that matter here are passed over."""
        read = {
            _CORE_INSTANCE: self._instance,
            _INSTANCES: self._component_instance,
            _ALIAS: self._alias,
            _CANONICAL: self._canonical,
            _IMPORT: self._import,
            _EXPORT: self._export,
        }.get(section)
        if section == _TYPES:
            self._find_destructors(reader)
        if read is None or self._unread is not None:
            return
        try:
            for _ in range(reader.count()):
                read(reader)
        except ModuleError as error:
            self._unread = error
        else:
            if reader.position != reader.end:
                self._unread = ModuleError("bytes left over in the section", reader.position)
        if self._unread is not None:
            self.unclear = f"definitions of the component were not read ({self._unread})"

    def callers(self) -> Iterator[tuple[int | None, str]]:
        """What the host does: the number of the core module concerned, None if unknown, and a sentence."""
        for use in self._uses:
            memory = use.option == "memory"
            if isinstance(use.item, Exported):
                what = f"the memory exported as `{use.item.name}`" if memory else f"`{use.item.name}`"
            else:
                what = f"core {'memory' if memory else 'function'} {use.index} of the component"
            does = "the host reads and writes" if memory else "host-side caller of"
            module = use.item.module if isinstance(use.item, Exported) else None
            yield module, f"canonical {use.option}: {does} {what}"
        if self._unread is not None:
            message = f"definitions of the component were not read ({self._unread}): other host-side callers"
            yield None, f"{message} are unknown"

    def _instance(self, reader: Reader) -> None:
        at, form = reader.position, reader.byte()
        if form == 0:
            module = _at(self._modules, reader)
            arguments: list[tuple[str, CoreInstance]] = []
            for _ in range(reader.count()):
                name = reader.name()
                reader.byte()
                arguments.append((name, _at(self._instances, reader)))
            self._instantiate(module, tuple(arguments))
        elif form == 1:
            exports: dict[tuple[int, str], Item | None] = {}
            for _ in range(reader.count()):
                name, sort = reader.name(), reader.byte()
                if sort in self._spaces:
                    exports[sort, name] = _at(self._spaces[sort], reader)
                else:
                    reader.u32()
            self._instances.append(exports)
        else:
            raise ModuleError(f"unknown form of core instance 0x{form:02x}", at)

    def _instantiate(self, module: int | None, arguments: tuple[tuple[str, CoreInstance], ...]) -> None:
        if module is None:
            self.unclear = self.unclear or "the component instantiates a core module that it imports"
        else:
            self.instantiations.append(Instantiation(module, arguments))
        self._instances.append(module)

    def _component_instance(self, reader: Reader) -> None:
        """Reads an instance of a component for the core modules that are passed to it."""
        at, form = reader.position, reader.byte()
        if form == 0:
            reader.u32()
        elif form != 1:
            raise ModuleError(f"unknown form of instance 0x{form:02x}", at)
        for _ in range(reader.count()):
            if form == 0:
                reader.name()
            else:
                _external_name(reader)
            self._hand_out(_sort(reader), reader.u32())

    def _hand_out(self, sort: int | None, index: int) -> None:
        module = self._modules[index] if sort == _MODULE and index < len(self._modules) else None
        if module is not None:
            self.handed_out.add(module)

    def _find_destructors(self, reader: Reader) -> None:
        """Finds the destructors of resource types: wherever the bytes of one stand, there may be one."""
        types = reader.data[reader.position : reader.end]
        for mark in _DESTRUCTORS:
            place = types.find(mark)
            while place >= 0:
                inner = Reader(types, place + len(mark), len(types))
                try:
                    if mark[0] == 0x3E:
                        self._destructors.append(self._function_at(inner.u32()))
                        inner.byte()
                    self._destructors.append(self._function_at(inner.u32()))
                except ModuleError:
                    # These bytes are something else: the section ends in what would be the index.
                    pass
                place = types.find(mark, place + 1)

    def _function_at(self, index: int) -> Item | None:
        # The bytes may be something else, but then they name a function too many at most.
        return self._functions[index] if index < len(self._functions) else Made([])

    def _alias(self, reader: Reader) -> None:
        sort = _sort(reader)
        at, target = reader.position, reader.byte()
        if target == 1:
            instance, name = _at(self._instances, reader), reader.name()
            item = exported(instance, sort, name) if sort is not None else None
            self._define(sort, item, None)
        elif target == 0:
            reader.u32()
            reader.name()
            self._define(sort, None, None)
        elif target == 2:
            outer: Definitions | None = self
            for _ in range(min(reader.u32(), 1 << 16)):
                outer = outer._outer if outer else None
            index = reader.u32()
            known = outer is not None and sort == _MODULE and index < len(outer._modules)
            self._define(sort, None, outer._modules[index] if outer and known else None)
        else:
            raise ModuleError(f"unknown target of an alias 0x{target:02x}", at)

    def _define(self, sort: int | None, item: Item | None, module: int | None) -> None:
        """Takes one more definition into the index space of a core `sort`, None for any other sort."""
        if sort in self._spaces:
            self._spaces[sort].append(item)
        elif sort == _MODULE:
            self._modules.append(module)
        elif sort == _INSTANCE:
            self._instances.append(None)

    def _canonical(self, reader: Reader) -> None:
        at, kind = reader.position, reader.byte()
        calls: list[Item | None] = [None] if kind in _WAITS else []
        if kind in (_LIFT, _LOWER):
            if reader.byte() != 0:
                raise ModuleError("unknown sort of a canonical definition", at + 1)
            reader.u32()
            calls += self._options(reader)
        elif kind not in _BUILT_INS:
            raise ModuleError(f"unknown canonical definition 0x{kind:02x}", at)
        if kind == _LIFT:
            reader.u32()
            return
        for part in _BUILT_INS.get(kind, ""):
            calls += self._part(part, reader)
        # Destructors may be defined later, but not later than what drops their resource is called.
        self._functions.append(Made(self._destructors if kind in _DROPS else calls))

    def _part(self, part: str, reader: Reader) -> "list[Item | None]":
        """Reads a part of a built-in; returns what its options let the built-in call."""
        match part:
            case "i":
                reader.u32()
            case "b":
                reader.byte()
            case "o":
                return self._options(reader)
            case "r":
                if reader.byte() == 0:
                    reader.signed(33)
                elif reader.byte() != 0:
                    raise ModuleError("named results are not known here", reader.position - 1)
            case _:
                # A context's slot; the value type before it came later.
                slot = reader.u32()
                if slot in (0x7E, 0x7F):
                    reader.u32()
        return []

    def _options(self, reader: Reader) -> "list[Item | None]":
        """Reads canonical options; returns the functions that they name."""
        called: list[Item | None] = []
        for _ in range(reader.count()):
            at, option = reader.position, reader.byte()
            if option > _LAST_OPTION:
                raise ModuleError(f"unknown canonical option 0x{option:02x}", at)
            if option in _FUNCTION_OPTIONS:
                called.append(self._use(_FUNCTION_OPTIONS[option], self._functions, reader))
            elif option == _MEMORY_OPTION:
                self._use("memory", self._memories, reader)
            elif option == _TYPE_OPTION:
                reader.u32()
        return called

    def _use(self, option: str, space: "list[Item | None]", reader: Reader) -> Item | None:
        at, index = reader.position, reader.u32()
        if index >= len(space):
            raise ModuleError(f"index {index} out of range", at)
        self._uses.add(_Use(option, index, space[index]))
        return space[index]

    def _import(self, reader: Reader) -> None:
        _external_name(reader)
        self._define(_described(reader), None, None)

    def _export(self, reader: Reader) -> None:
        _external_name(reader)
        sort = _sort(reader)
        index = reader.u32()
        self._hand_out(sort, index)
        if reader.byte() == 1:
            _described(reader)
        # An export defines once more what it exports.
        known = sort == _MODULE and index < len(self._modules)
        self._define(sort, None, self._modules[index] if known else None)


def _at(space: list[_Thing], reader: Reader) -> _Thing:
    at, index = reader.position, reader.u32()
    if index >= len(space):
        raise ModuleError(f"index {index} out of range", at)
    return space[index]


def exported(instance: CoreInstance, sort: int, name: str) -> Item | None:
    """Return what `instance` exports as `name`, None if that is not known."""
    if isinstance(instance, int):
        return Exported(instance, name)
    return None if instance is None else instance.get((sort, name))


def _sort(reader: Reader) -> int | None:
    """A core sort, None for a sort of component things."""
    return reader.byte() if reader.byte() == 0 else None


def _external_name(reader: Reader) -> None:
    at, form = reader.position, reader.byte()
    if form > 2:
        raise ModuleError(f"unknown form of name 0x{form:02x}", at)
    reader.name()
    for _ in range(reader.count() if form == 2 else 0):
        reader.byte()
        reader.name()


def _described(reader: Reader) -> int | None:
    """Reads the description of an import or export; returns its core sort, None for any other."""
    at, kind = reader.position, reader.byte()
    if kind == 0:
        sort = reader.byte()
        reader.u32()
        return sort
    if kind in (1, 4, 5):
        reader.u32()
    elif kind == 2:
        if reader.byte() == 0:
            reader.u32()
        else:
            reader.signed(33)
    elif kind == 3:
        if reader.byte() == 0:
            reader.u32()
    else:
        raise ModuleError(f"unknown description 0x{kind:02x}", at)
    return None
