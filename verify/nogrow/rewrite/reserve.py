"""This module reserves memory: it gives a module all its pages at the start and lets it count its own.

A memory that the module grows itself gets a global with the size that the module believes in. `memory.size`
reads it, and `memory.grow` calls a function:

    grow(n):  if n > limit - size: return -1
              size = size + n; return the old size

A memory that only the host grows, as Emscripten's glue does, needs no count: the allocator looks at the real
size, which is already the largest. WebAssembly 3.0, sections 4.6 (execution) and 5.4 (instructions).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from nogrow.analysis.emscripten_abi import effect_of
from nogrow.errors import ModuleError, UsageError
from nogrow.rewrite.additions import Additions, NewFunction
from nogrow.rewrite.instructions import GROW, Body
from nogrow.rewrite.splice import Edit, leb, signed_leb
from nogrow.wasm.model import Kind, MemoryType, Module

Pages = int | Mapping[int, int] | None
"""The pages of all memories, or by their indices; without a number, the declared maximum is taken."""

MOST_DECLARED = 1024
"""A declared maximum of more pages is only reserved if the user asks for it."""

_CALL, _GLOBAL_GET = 0x10, 0x23
_IF, _ELSE, _END = b"\x04", b"\x05", b"\x0b"


class _Encoding(NamedTuple):
    """The value type and the instructions for memories with addresses of `bits` bits."""

    bits: int
    type: int
    constant: bytes
    greater: bytes
    add: bytes
    subtract: bytes

    @property
    def largest(self) -> int:
        """Return the largest unsigned number."""
        return (1 << self.bits) - 1

    def instruction(self, number: int) -> bytes:
        """Return the instruction with the value `number`, which the format writes as a signed number."""
        return self.constant + signed_leb(number - 2**self.bits if number > self.largest // 2 else number)


_ENCODINGS = {
    32: _Encoding(32, 0x7F, b"\x41", b"\x4b", b"\x6a", b"\x6b"),
    64: _Encoding(64, 0x7E, b"\x42", b"\x56", b"\x7c", b"\x7d"),
}


class Counter(NamedTuple):
    """The global that replaces `memory.size` of a memory, and the function that replaces `memory.grow`."""

    size: int
    grow: int


def wanted_pages(module: Module, pages: Pages) -> Mapping[int, int]:
    """Return the pages that the user wants for each memory; raises `UsageError` if one is not there."""
    if pages is None:
        return {}
    if isinstance(pages, int):
        return dict.fromkeys(range(len(module.memories)), pages)
    for index in pages:
        if index >= len(module.memories):
            raise UsageError(f"--pages {index}={pages[index]}: the module has no memory {index}")
    return pages


def reserved_pages(
    module: Module, bodies: Iterable[Body], pages: Pages, *, in_component: bool
) -> Mapping[int, int]:
    """Return the number of pages of each memory that can grow, in its own pages.

    Raises `UsageError` if the user has to choose, and `ModuleError` if a memory cannot be reserved.
    """
    if any(section.name == "linking" or section.name.startswith("reloc.") for section in module.sections):
        raise ModuleError(
            "not sealed: the file is an object file; seal the module that the linker makes of it"
        )
    sites = [site for body in bodies for site in body.sites]
    grown = {site.memory for site in sites if site.opcode == GROW}
    visible = {export.index for export in module.exported(Kind.MEMORY)}
    wanted = wanted_pages(module, pages)
    result: dict[int, int] = {}
    for index, memory in enumerate(module.memories):
        if memory.imported and in_component:
            if any(site.memory == index for site in sites):
                raise ModuleError(
                    f"not sealed: memory {index} belongs to another core module of the component, and both "
                    "would have to share one count of its pages"
                )
        elif index in grown or memory.imported or index in visible:
            _require_reservable(module, index, memory, counted=index in grown)
            result[index] = wanted[index] if index in wanted else _declared(index, memory)
    return result


def _require_reservable(module: Module, index: int, memory: MemoryType, *, counted: bool) -> None:
    """Raise `ModuleError` if the copy could not behave as the module does."""
    if memory.shared:
        raise ModuleError(
            f"not sealed: memory {index} is shared by threads, and its size cannot be counted atomically; "
            "growth does not detach a shared buffer",
            memory.place[0],
        )
    if counted and memory.imported and any(section.name.startswith("dylink") for section in module.sections):
        raise ModuleError(
            f"not sealed: memory {index} belongs to the main module, and both would have to share one count "
            "of its pages",
            memory.place[0],
        )
    effects = {item.label: effect_of(item.field) for item in module.imported(Kind.FUNCTION)}
    growers = [label for label, effect in effects.items() if effect is not None and effect.grows]
    if counted and growers:
        raise ModuleError(
            f"not sealed: the module grows memory {index} itself and through {growers[0]}; only one of them "
            "can be served"
        )


def _declared(index: int, memory: MemoryType) -> int:
    """Return the declared maximum; raises `UsageError` if there is none that is reasonable to reserve."""
    if memory.maximum is not None and memory.maximum <= MOST_DECLARED:
        return memory.maximum
    declared = "no maximum" if memory.maximum is None else f"a maximum of {memory.maximum} pages"
    raise UsageError(
        f"memory {index} declares {declared}: choose its size with --pages N or --pages {index}=N; "
        "`nogrow run` prints how many pages your scenarios use, and --pages scenarios takes them"
    )


def counters(
    module: Module, bodies: Iterable[Body], pages: Mapping[int, int], additions: Additions
) -> Mapping[int, Counter]:
    """Append a global and a function for each memory that the module grows; return them by its index."""
    result: dict[int, Counter] = {}
    for index in sorted({site.memory for body in bodies for site in body.sites if site.opcode == GROW}):
        memory = module.memories[index]
        encoding = _ENCODINGS[memory.address_bits]
        reserved = max(memory.minimum, pages[index])
        limit = min(reserved, reserved if memory.maximum is None else memory.maximum, encoding.largest)
        size = additions.add_global(encoding.type, encoding.instruction(memory.minimum) + _END)
        value = bytes((encoding.type,))
        name = "nogrow.memory.grow" + (f".{index}" if len(module.memories) > 1 else "")
        body = _grow(encoding, limit, leb(size))
        grow = additions.add_function(NewFunction(additions.add_type(value, value), body, name))
        result[index] = Counter(size, grow)
    return result


def counted(body: Body, counters: Mapping[int, Counter]) -> Iterator[Edit]:
    """Yield the edits that replace each site of a counted memory; its length stays if the index fits."""
    for site in body.sites:
        counter = counters.get(site.memory)
        if counter is not None:
            opcode, index = (_CALL, counter.grow) if site.opcode == GROW else (_GLOBAL_GET, counter.size)
            yield Edit(site.start, site.end, bytes((opcode,)) + leb(index, site.end - site.start - 1))


def _grow(encoding: _Encoding, limit: int, size: bytes) -> bytes:
    """Return the body of the function that takes the place of `memory.grow`; `size` is the global's index."""
    pages, read, write = b"\x20\x00", b"\x23" + size, b"\x24" + size
    return b"".join(
        (
            b"\x00",
            *(pages, encoding.instruction(limit), read, encoding.subtract, encoding.greater),
            *(_IF, bytes((encoding.type,)), encoding.instruction(-1)),
            *(_ELSE, read, read, pages, encoding.add, write, _END),
            _END,
        )
    )
