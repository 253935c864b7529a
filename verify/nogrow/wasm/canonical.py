"""A component's definitions to what the host calls and uses: core index spaces, and the canonical options.

Component model, Binary.md: core instances, aliases, canonical definitions, imports and exports. Nothing here
can hide a core module, so what is not understood ends the reading of one component's definitions only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from nogrow.errors import ModuleError
from nogrow.wasm.reader import Reader

_CORE_INSTANCE, _ALIAS, _CANONICAL, _IMPORT, _EXPORT = 2, 6, 8, 10, 11
_FUNCTION, _MEMORY, _MODULE, _INSTANCE = 0x00, 0x02, 0x11, 0x12
_LIFT, _LOWER = 0x00, 0x01

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
class _Item:
    """What the core module `module` exports as `name`."""

    module: int
    name: str


@dataclass(frozen=True, slots=True)
class _Use:
    """A canonical option, the index that it gives, and what that resolves to."""

    option: str
    index: int
    item: _Item | None


# An instance is that of a module, or a bundle of exports by sort and name, or of what is not known.
_CoreInstance = int | dict[tuple[int, str], _Item | None] | None


_Thing = TypeVar("_Thing")


class Definitions:
    """The core index spaces of one component while it is read, and the uses of them by the host."""

    def __init__(self, outer: "Definitions | None") -> None:
        """`outer` is the component around this one."""
        self.own_modules: list[int] = []
        self._outer = outer
        self._modules: list[int | None] = []
        self._instances: list[_CoreInstance] = []
        self._functions: list[_Item | None] = []
        self._memories: list[_Item | None] = []
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
            _ALIAS: self._alias,
            _CANONICAL: self._canonical,
            _IMPORT: self._import,
            _EXPORT: self._export,
        }.get(section)
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

    def callers(self) -> Iterator[tuple[int | None, str]]:
        """What the host does: the number of the core module concerned, None if unknown, and a sentence."""
        for use in self._uses:
            memory = use.option == "memory"
            if use.item is not None:
                what = f"the memory exported as `{use.item.name}`" if memory else f"`{use.item.name}`"
            else:
                what = f"core {'memory' if memory else 'function'} {use.index} of the component"
            does = "the host reads and writes" if memory else "host-side caller of"
            yield (use.item.module if use.item else None), f"canonical {use.option}: {does} {what}"
        if self._unread is not None:
            message = f"definitions of the component were not read ({self._unread}): other host-side callers"
            yield None, f"{message} are unknown"

    def _instance(self, reader: Reader) -> None:
        at, form = reader.position, reader.byte()
        if form == 0:
            module = _at(self._modules, reader)
            for _ in range(reader.count()):
                reader.name()
                reader.byte()
                reader.u32()
            self._instances.append(module)
        elif form == 1:
            exports: dict[tuple[int, str], _Item | None] = {}
            for _ in range(reader.count()):
                name, sort = reader.name(), reader.byte()
                spaces = {_FUNCTION: self._functions, _MEMORY: self._memories}
                if sort in spaces:
                    exports[sort, name] = _at(spaces[sort], reader)
                else:
                    reader.u32()
            self._instances.append(exports)
        else:
            raise ModuleError(f"unknown form of core instance 0x{form:02x}", at)

    def _alias(self, reader: Reader) -> None:
        sort = _sort(reader)
        at, target = reader.position, reader.byte()
        if target == 1:
            instance, name = _at(self._instances, reader), reader.name()
            item = _exported(instance, sort, name) if sort is not None else None
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

    def _define(self, sort: int | None, item: _Item | None, module: int | None) -> None:
        """Takes one more definition into the index space of a core `sort`, None for any other sort."""
        if sort == _FUNCTION:
            self._functions.append(item)
        elif sort == _MEMORY:
            self._memories.append(item)
        elif sort == _MODULE:
            self._modules.append(module)
        elif sort == _INSTANCE:
            self._instances.append(None)

    def _canonical(self, reader: Reader) -> None:
        at, kind = reader.position, reader.byte()
        if kind in (_LIFT, _LOWER):
            if reader.byte() != 0:
                raise ModuleError("unknown sort of a canonical definition", at + 1)
            reader.u32()
            self._options(reader)
        elif kind not in _BUILT_INS:
            raise ModuleError(f"unknown canonical definition 0x{kind:02x}", at)
        if kind == _LIFT:
            reader.u32()
            return
        for part in _BUILT_INS.get(kind, ""):
            self._part(part, reader)
        self._functions.append(None)

    def _part(self, part: str, reader: Reader) -> None:
        match part:
            case "i":
                reader.u32()
            case "b":
                reader.byte()
            case "o":
                self._options(reader)
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

    def _options(self, reader: Reader) -> None:
        for _ in range(reader.count()):
            at, option = reader.position, reader.byte()
            if option > _LAST_OPTION:
                raise ModuleError(f"unknown canonical option 0x{option:02x}", at)
            if option in _FUNCTION_OPTIONS:
                self._use(_FUNCTION_OPTIONS[option], self._functions, reader)
            elif option == _MEMORY_OPTION:
                self._use("memory", self._memories, reader)
            elif option == _TYPE_OPTION:
                reader.u32()

    def _use(self, option: str, space: list[_Item | None], reader: Reader) -> None:
        at, index = reader.position, reader.u32()
        if index >= len(space):
            raise ModuleError(f"index {index} out of range", at)
        self._uses.add(_Use(option, index, space[index]))

    def _import(self, reader: Reader) -> None:
        _external_name(reader)
        self._define(_described(reader), None, None)

    def _export(self, reader: Reader) -> None:
        _external_name(reader)
        sort = _sort(reader)
        index = reader.u32()
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


def _exported(instance: _CoreInstance, sort: int, name: str) -> _Item | None:
    if isinstance(instance, int):
        return _Item(instance, name)
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
