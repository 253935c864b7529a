"""Reads the definitions of a component: its core index spaces, and how the host and core modules use them.

Component model, Binary.md: core instances, aliases, canonical definitions, imports and exports. None of these
sections can contain a core module, so an unknown definition only ends the reading of its own component.
"""

from collections.abc import Iterator, Sized
from typing import TypeVar

from nogrow.errors import ModuleError
from nogrow.wasm.component_syntax import BUILT_INS, read_core_sort, read_description, skip_external_name
from nogrow.wasm.model import (
    CanonicalFunction,
    CoreInstance,
    Exported,
    Instantiation,
    Item,
    exported,
)
from nogrow.wasm.reader import Reader

_CORE_INSTANCE, _INSTANCES, _ALIAS, _TYPES, _CANONICAL, _IMPORT, _EXPORT = 2, 5, 6, 7, 8, 10, 11
FUNCTION, TABLE, MEMORY = 0x00, 0x01, 0x02
_MODULE, _INSTANCE = 0x11, 0x12
_LIFT, _LOWER = 0x00, 0x01
# `resource.drop`, and its `async` form, call the destructor of a resource of the same component.
_DROPS = frozenset((0x03, 0x07))
# While these built-ins wait, other tasks of the component may run.
_WAITS = frozenset((0x06, 0x0C, 0x0F, 0x10, 0x11, 0x12, 0x16, 0x17, 0x18, 0x19, 0x20, 0x21))
# The bytes before the destructor of a resource type, with or without a callback, for each representation.
_DESTRUCTORS = (b"\x3f\x7f\x01", b"\x3f\x7e\x01", b"\x3e\x7f", b"\x3e\x7e")

_FUNCTION_OPTIONS = {0x04: "realloc", 0x05: "post-return", 0x07: "callback"}
_MEMORY_OPTION = 0x03
_TYPE_OPTION = 0x08
_LAST_OPTION = 0x09


_Thing = TypeVar("_Thing")


class Definitions:
    """The core index spaces of a component while it is read, and the host's uses of them."""

    def __init__(self, outer: "Definitions | None") -> None:
        """Start with empty index spaces; `outer` is the enclosing component."""
        self.own_modules: list[int] = []
        self.instantiations: list[Instantiation] = []
        self.handed_out: set[int] = set()
        """The core modules that the component exports or passes to another component."""
        self.unclear: str | None = None
        """The reason why the linking of the core modules is unknown, None if it is known."""
        self._outer = outer
        self._modules: list[int | None] = []
        self._instances: list[CoreInstance] = []
        self._spaces: dict[int, list[Item | None]] = {FUNCTION: [], TABLE: [], MEMORY: []}
        self._functions, self._memories = self._spaces[FUNCTION], self._spaces[MEMORY]
        self._destructors: list[Item | None] = []
        # Canonical options that the host uses, each with its index and the item at that index.
        self._uses: set[tuple[str, int, Item | None]] = set()
        self._unread: ModuleError | None = None

    def add_module(self, number: int) -> None:
        """Add the file's core module `number` to the index space."""
        self.own_modules.append(number)
        self._modules.append(number)

    def read(self, section: int, reader: Reader) -> None:
        """Read a section of the component; sections of other kinds are skipped."""
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
        """Yield the core module (None if unknown) of each use by the host, and a sentence about the use."""
        for option, index, item in self._uses:
            memory = option == "memory"
            module, used = None, f"core {'memory' if memory else 'function'} {index} of the component"
            if isinstance(item, Exported):
                module, used = (
                    item.module,
                    f"the memory exported as `{item.name}`" if memory else f"`{item.name}`",
                )
            access = "the host reads and writes" if memory else "host-side caller of"
            yield module, f"canonical {option}: {access} {used}"
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
            if module is None:
                self.unclear = self.unclear or "the component instantiates a core module that it imports"
            else:
                self.instantiations.append(Instantiation(module, tuple(arguments)))
            self._instances.append(module)
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

    def _component_instance(self, reader: Reader) -> None:
        """Read an instance of a component and note the core modules that are passed to it."""
        at, form = reader.position, reader.byte()
        if form == 0:
            reader.u32()
        elif form != 1:
            raise ModuleError(f"unknown form of instance 0x{form:02x}", at)
        for _ in range(reader.count()):
            if form == 0:
                reader.name()
            else:
                skip_external_name(reader)
            self._hand_out(read_core_sort(reader), reader.u32())

    def _hand_out(self, sort: int | None, index: int) -> None:
        module = self._modules[index] if sort == _MODULE and index < len(self._modules) else None
        if module is not None:
            self.handed_out.add(module)

    def _find_destructors(self, reader: Reader) -> None:
        """Find all possible destructors of resource types: wherever the bytes before one occur."""
        types = reader.data[reader.position : reader.end]
        for mark in _DESTRUCTORS:
            start = types.find(mark)
            while start >= 0:
                inner = Reader(types, start + len(mark), len(types))
                try:
                    if mark[0] == 0x3E:
                        self._destructors.append(self._function_at(inner.u32()))
                        inner.byte()
                    self._destructors.append(self._function_at(inner.u32()))
                except ModuleError:
                    # The section ends inside the index, so these bytes are no destructor.
                    pass
                start = types.find(mark, start + 1)

    def _function_at(self, index: int) -> Item | None:
        # Bytes of another meaning can add a function that is never called, but hide none.
        return self._functions[index] if index < len(self._functions) else CanonicalFunction([])

    def _alias(self, reader: Reader) -> None:
        sort = read_core_sort(reader)
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
        """Add a definition to the index space of the core sort `sort`; other sorts (None) have none here."""
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
        elif kind not in BUILT_INS:
            raise ModuleError(f"unknown canonical definition 0x{kind:02x}", at)
        if kind == _LIFT:
            reader.u32()
            return
        for operand in BUILT_INS.get(kind, ""):
            calls += self._operand(operand, reader)
        # The list is shared, because a destructor may be defined after the built-in that calls it.
        self._functions.append(CanonicalFunction(self._destructors if kind in _DROPS else calls))

    def _operand(self, operand: str, reader: Reader) -> "list[Item | None]":
        """Read an operand of a built-in; return the functions that its options let the built-in call."""
        match operand:
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
                # Later drafts have a value type before the slot.
                slot = reader.u32()
                if slot in (0x7E, 0x7F):
                    reader.u32()
        return []

    def _options(self, reader: Reader) -> "list[Item | None]":
        """Read canonical options; return the functions that they name."""
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
        index = _index(space, reader)
        self._uses.add((option, index, space[index]))
        return space[index]

    def _import(self, reader: Reader) -> None:
        skip_external_name(reader)
        self._define(read_description(reader), None, None)

    def _export(self, reader: Reader) -> None:
        skip_external_name(reader)
        sort = read_core_sort(reader)
        index = reader.u32()
        self._hand_out(sort, index)
        if reader.byte() == 1:
            read_description(reader)
        # An export adds its item to the index space once more.
        known = sort == _MODULE and index < len(self._modules)
        self._define(sort, None, self._modules[index] if known else None)


def _at(space: list[_Thing], reader: Reader) -> _Thing:
    return space[_index(space, reader)]


def _index(space: Sized, reader: Reader) -> int:
    at, index = reader.position, reader.u32()
    if index >= len(space):
        raise ModuleError(f"index {index} out of range", at)
    return index
