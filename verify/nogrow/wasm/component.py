"""Reads a component: its core modules, how they are linked, and which of their functions the host calls.

Component model, Binary.md. Only sections that lead to core code are read. Bad framing is an error with its
offset in the file.
"""

from dataclasses import dataclass
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.wasm.canonical import Definitions
from nogrow.wasm.model import Instantiation
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import MAGIC

_VERSION, _LAYER = 0x0D, 1
CORE_MODULE, COMPONENT = 1, 4
_CUSTOM, _LAST_ID = 0, 12
_DEEPEST = 1000
# The limit of wasm-tools and engines. Each module takes some milliseconds, however small it is.
_MOST_MODULES = 1000


@dataclass(frozen=True, slots=True)
class CoreModule:
    """A core module from `start` to `end`, in bytes of the file.

    `callers` are sentences about how the component's canonical definitions let the host use it.
    """

    start: int
    end: int
    callers: tuple[str, ...]


class Component(NamedTuple):
    """The core modules of a component and of nested components in file order, and how they are linked.

    `handed_out` are the modules that code outside of the component may instantiate as well. `unclear` is the
    reason why the linking is unknown, None if it is known.
    """

    modules: tuple[CoreModule, ...]
    instantiations: tuple[Instantiation, ...]
    handed_out: frozenset[int]
    unclear: str | None


def core_modules(data: bytes) -> tuple[CoreModule, ...]:
    """Return the core modules of the component `data`; raises the errors of `read_component`."""
    return read_component(data).modules


def read_component(data: bytes) -> Component:
    """Return the core modules of the component `data` and how they are linked.

    Raises `ModuleError` for anything but a well-framed component.
    """
    modules: list[tuple[int, int]] = []
    components: list[Definitions] = []
    # The components whose end is not reached yet.
    opened = [_enter(data, 0, len(data), None)]
    while opened:
        reader, definitions = opened[-1]
        if reader.position == reader.end:
            components.append(definitions)
            opened.pop()
            continue
        number, start, end = component_section(reader)
        if number == CORE_MODULE:
            if len(modules) == _MOST_MODULES:
                raise ModuleError(f"more than {_MOST_MODULES} core modules", start)
            definitions.add_module(len(modules))
            modules.append((start, end))
        elif number == COMPONENT:
            if len(opened) == _DEEPEST:
                raise ModuleError(f"components nested more than {_DEEPEST} deep", start)
            opened.append(_enter(data, start, end, definitions))
        else:
            definitions.read(number, Reader(data, start, end))
    callers = _callers(len(modules), components)
    return Component(
        tuple(CoreModule(*span, sentences) for span, sentences in zip(modules, callers, strict=True)),
        tuple(instantiation for component in components for instantiation in component.instantiations),
        frozenset().union(*(component.handed_out for component in components)),
        next((component.unclear for component in components if component.unclear), None),
    )


def _enter(data: bytes, start: int, end: int, outer: Definitions | None) -> tuple[Reader, Definitions]:
    reader = Reader(data, start, end)
    if reader.take(min(4, end - start)) != MAGIC:
        raise ModuleError("not a component: it does not start with \\0asm", start)
    version, layer = (int.from_bytes(reader.take(2), "little") for _ in range(2))
    if (version, layer) != (_VERSION, _LAYER):
        raise ModuleError(f"unknown component version {version} (layer {layer})", start + 4)
    return reader, Definitions(outer)


def component_section(reader: Reader) -> tuple[int, int, int]:
    """Read the next section of a component: return its id and where its contents start and end in the file.

    Raises `ModuleError` if it is badly framed.
    """
    at = reader.position
    number = reader.byte()
    size = reader.u32()
    start = reader.position
    if number > _LAST_ID:
        raise ModuleError(f"unknown component section id {number}", at)
    if size > reader.end - start:
        left = reader.end - start
        raise ModuleError(f"component section {number} announces {size} bytes, {left} are left", at)
    if number == _CUSTOM:
        Reader(reader.data, start, start + size).name()
    reader.position = start + size
    return number, start, start + size


def _callers(count: int, components: list[Definitions]) -> list[tuple[str, ...]]:
    """Return the sentences about each module; one that names no module is repeated for each possible one."""
    sentences: list[set[str]] = [set() for _ in range(count)]
    for component in components:
        own = component.own_modules or range(count)
        for module, sentence in component.callers():
            for index in own if module is None else (module,):
                sentences[index].add(sentence)
    return [tuple(sorted(about)) for about in sentences]
