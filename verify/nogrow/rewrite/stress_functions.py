"""This module writes the functions that a stressed copy gets: they track growth, and detach buffers.

Globals track what happens: `inside` is 1 while an entry point that is stressed runs, `visited` becomes 1 when
an import returns, and one for each memory is 1 if the memory may have grown since the host last had control.
In pseudocode:

    an entry point:     save inside, grown; inside = 1; grown = 0
                        call the original; detach if the proof says that it may have grown, or if grown
                        restore inside, grown
    a marked call:      grown = inside; call the original
    an indirect call:   save visited; visited = 0; call; grown = inside unless visited; restore visited
    an import:          detach if grown; save inside; inside = 0; grown = 0
                        call the import; visited = 1; grown = 0; restore inside

If the module uses exceptions, entry points and imports also do this when an exception leaves.
WebAssembly 3.0, sections 5.4 (instructions) and 4.6 (execution); the legacy exception handling of engines.
"""

from collections.abc import Callable, Container, Iterable, Sequence
from typing import NamedTuple

from nogrow.rewrite.additions import Additions, NewFunction
from nogrow.rewrite.detaching import OLD_GLUE_PAGES, Detaching
from nogrow.rewrite.splice import leb, signed_leb
from nogrow.wasm.model import MemoryType, Module
from nogrow.wasm.names import FunctionNames
from nogrow.wasm.scan import Exceptions
from nogrow.wasm.types import DefinedType, code_of

_PREFIX = "nogrow.stress."
I32, _EXNREF = 0x7F, 0x69
_UNREACHABLE, _END, _RETURN, _DROP = b"\x00", b"\x0b", b"\x0f", b"\x1a"
_BLOCK, _IF, _TRY, _TRY_TABLE = b"\x02", b"\x04\x40", b"\x06\x40", b"\x1f\x40"
_CATCH_ALL, _RETHROW, _THROW_REF = b"\x19", b"\x09\x00", b"\x0a"
_CATCH_ALL_REF = b"\x01\x03\x00"
_OR = b"\x72"
_SELECT, _IS_ZERO, _AND, _SUBTRACT = b"\x1b", b"\x45", b"\x71", b"\x6b"
# By the number of bits in addresses.
_INDEX_TYPES = {32: 0x7F, 64: 0x7E}
_ADD = {32: b"\x6a", 64: b"\x7c"}
_SHIFT_LEFT = {32: b"\x74", 64: b"\x86"}
_EQUAL = {32: b"\x46", 64: b"\x51"}
_AT_LEAST = {32: b"\x4f", 64: b"\x5a"}
CALL, CALL_INDIRECT, RETURN_CALL, RETURN_CALL_INDIRECT = 0x10, 0x11, 0x12, 0x13


def call(function: int) -> bytes:
    """Return the instruction that calls a function."""
    return bytes((CALL,)) + leb(function)


def _constant(number: int, bits: int = 32) -> bytes:
    return (b"\x41" if bits == 32 else b"\x42") + signed_leb(number)


def _local_get(local: int) -> bytes:
    return b"\x20" + leb(local)


def _local_set(local: int) -> bytes:
    return b"\x21" + leb(local)


def _get(index: int) -> bytes:
    return b"\x23" + leb(index)


def _set(index: int) -> bytes:
    return b"\x24" + leb(index)


class Exits(NamedTuple):
    """The memories that the exits of an entry point are about.

    It can grow the memories `returns` and return. Those in `returns_grown` and `throws_grown` count as grown
    whenever it returns, or an exception leaves it.
    """

    returns: Sequence[int]
    returns_grown: Sequence[int]
    throws_grown: Sequence[int]


class IndirectCall(NamedTuple):
    """A call of a function of the type `kind` through a table, which may contain functions of the host."""

    kind: int
    table: int
    tail: bool
    to_host: bool


class StressFunctions:
    """The functions to append, by what they are for; each is written when it is first asked for."""

    def __init__(
        self,
        module: Module,
        additions: Additions,
        detaching: Sequence[Detaching],
        exceptions: Exceptions,
        *,
        always: bool,
    ) -> None:
        """Append the globals, and a function for each of the memories that detaches its buffer.

        With `always`, all memories count as grown whenever an entry point runs.
        """
        self._always = always
        self._module = module
        self._additions = additions
        self._exceptions = exceptions
        self._names = FunctionNames.of(module)
        self._known: dict[tuple[object, ...], int] = {}
        self._operand: int | None = None
        zero = _constant(0) + _END
        self._visited = additions.add_global(I32, zero)
        self._inside = additions.add_global(I32, zero)
        self._grown = {item.memory: additions.add_global(I32, zero) for item in detaching}
        self._detach = {item.memory: self._detaching(item) for item in detaching}

    def entry(self, function: int, exits: Exits, name: str, *, from_inside: bool) -> int:
        """Return the function that takes the place of an entry point.

        `name` is for a function without a debug name. `from_inside` says that the module itself may call it,
        too, which must not count as an entry.
        """
        original = self._forwarded(function) + call(function)
        direct = (_get(self._inside), _IF, original, _RETURN, _END) if from_inside else ()
        return self._function(
            function,
            b"".join(direct),
            (_constant(1), _set(self._inside), *self._all_grown(_constant(int(self._always)))),
            original,
            self._detached(exits.returns, exits.returns_grown),
            self._detached(self._detach, exits.throws_grown),
            name=self._name(function) or f"{_PREFIX}{name}",
        )

    def imported(self, function: int) -> int:
        """Return the function that takes the place of an import."""

        def write() -> int:
            original = self._forwarded(function) + call(function)
            left = (_constant(0), _set(self._inside), *self._all_grown(_constant(0)))
            first = self.detached_if_grown()
            name = self._name(function)
            visited = _constant(1) + _set(self._visited)
            return self._function(
                function, first, left, original, visited, visited, name=name, keeps_grown=self._always
            )

        return self._once(("import", function), write)

    def marked(self, function: int, memories: Sequence[int], *, tail: bool) -> int:
        """Return the function that takes the place of a call before which `memories` may have grown."""

        def write() -> int:
            instruction = bytes((RETURN_CALL if tail else CALL,)) + leb(function)
            kind = self.type_of(function)
            return self._forwarding(kind, self.mark(memories), instruction, self._name(function))

        return self._once(("marked", function, tuple(memories), tail), write)

    def marked_indirect(
        self, indirect: IndirectCall, memories: Sequence[int], unless_host: Sequence[int]
    ) -> int | None:
        """Return the function that takes the place of an indirect call, None if it cannot be written.

        Before the call, `memories` may have grown. When it has returned, `unless_host` may have grown, unless
        an import was called in the meantime.
        """
        defined = self._module.types.defined[indirect.kind]
        parameters, results = _codes(defined)
        if parameters is None or results is None:
            return None

        def write() -> int:
            before = self.mark(memories)
            if indirect.to_host:
                before += self.detached_if_grown()
            opcode = bytes((RETURN_CALL_INDIRECT if indirect.tail else CALL_INDIRECT,))
            instruction = opcode + leb(indirect.kind) + leb(indirect.table)
            index = bytes((_INDEX_TYPES[self._module.tables[indirect.table].address_bits],))
            kind = self._additions.add_type(parameters + index, results)
            if not unless_host:
                return self._forwarding(kind, before, instruction, None)
            saved = self._additions.parameters_of(kind)
            before += _get(self._visited) + _local_set(saved) + _constant(0) + _set(self._visited)
            after = _get(self._visited) + _IS_ZERO + _IF + self.mark(unless_host) + _END
            after += _local_get(saved) + _get(self._visited) + _OR + _set(self._visited)
            one_local = leb(1) + leb(1) + bytes((I32,))
            return self._forwarding(kind, before, instruction + after, None, one_local)

        return self._once(("indirect", indirect, tuple(memories), tuple(unless_host)), write)

    def mark(self, memories: Sequence[int]) -> bytes:
        """Return the instructions that note that `memories` may have grown."""
        return b"".join(_get(self._inside) + _set(self._grown[memory]) for memory in memories)

    def mark_if(self, memories: Sequence[int], *, taken: bool) -> bytes:
        """Return the instructions that note it before a branch, if the operand of the branch is not 0.

        Without `taken`, they note it if the operand is 0.
        """
        if self._operand is None:
            self._operand = self._additions.add_global(I32, _constant(0) + _END)
        operand = _get(self._operand)
        condition = operand if taken else operand + _IS_ZERO
        return _set(self._operand) + condition + _IF + self.mark(memories) + _END + operand

    def detached_if_grown(self) -> bytes:
        """Return the instructions that detach each memory that may have grown."""
        return b"".join(map(self._detached_if_grown, self._grown))

    def type_of(self, function: int) -> int:
        """Return the index of the type of a function, which may be an appended one."""
        functions = self._module.functions
        if function < len(functions):
            return functions[function]
        return self._additions.functions[function - len(functions)].type

    def _once(self, key: tuple[object, ...], write: Callable[[], int]) -> int:
        if key not in self._known:
            self._known[key] = write()
        return self._known[key]

    def _all_grown(self, value: bytes) -> list[bytes]:
        return [value + _set(index) for index in self._grown.values()]

    def _detached(self, memories: Iterable[int], grown: Container[int]) -> bytes:
        """Return the instructions that detach each of `memories` that counts as grown, or may have grown."""
        return b"".join(
            call(self._detach[memory]) if memory in grown else self._detached_if_grown(memory)
            for memory in memories
        )

    def _detached_if_grown(self, memory: int) -> bytes:
        return _get(self._grown[memory]) + _IF + call(self._detach[memory]) + _END

    def _forwarded(self, function: int) -> bytes:
        return b"".join(map(_local_get, range(self._additions.parameters_of(self.type_of(function)))))

    def _name(self, function: int) -> str | None:
        name = self._names.get(function)
        return None if name is None else f"{_PREFIX}{name}"

    def _forwarding(
        self, kind: int, before: bytes, instruction: bytes, name: str | None, local: bytes = b"\x00"
    ) -> int:
        """Append a function of the type `kind` that passes its parameters to `instruction`.

        `local` are its encoded locals.
        """
        parameters = self._additions.parameters_of(kind)
        arguments = b"".join(map(_local_get, range(parameters)))
        body = local + before + arguments + instruction + _END
        return self._additions.add_function(NewFunction(kind, body, name))

    def _function(
        self,
        function: int,
        first: bytes,
        enter: Sequence[bytes],
        original: bytes,
        returned: bytes,
        thrown: bytes,
        *,
        name: str | None,
        keeps_grown: bool = True,
    ) -> int:
        """Append a function of the same type that saves the globals, and restores them at the end.

        Unless it `keeps_grown`, no memory counts as grown at its end.
        """
        saved = [self._inside, *(self._grown.values() if keeps_grown else ())]
        kind = self.type_of(function)
        local = self._additions.parameters_of(kind)
        save = b"".join(_get(index) + _local_set(local + number) for number, index in enumerate(saved))
        restore = b"".join(_local_get(local + number) + _set(index) for number, index in enumerate(saved))
        if not keeps_grown:
            # A call from the host that trapped may have left its own notes.
            restore += b"".join(self._all_grown(_constant(0)))
        normal = original + returned + restore
        body = b"".join(
            (
                leb(1) + leb(len(saved)) + bytes((I32,)),
                first,
                save,
                *enter,
                self._caught(normal, thrown + restore),
                _END,
            )
        )
        return self._additions.add_function(NewFunction(kind, body, name))

    def _caught(self, normal: bytes, thrown: bytes) -> bytes:
        """Return the code `normal`, with `thrown` executed when an exception leaves it."""
        if not self._exceptions:
            return normal
        if Exceptions.TRY_TABLE in self._exceptions:
            protected = _TRY_TABLE + _CATCH_ALL_REF + normal + _RETURN + _END + _UNREACHABLE
            return _BLOCK + bytes((_EXNREF,)) + protected + _END + thrown + _THROW_REF
        return _TRY + normal + _RETURN + _CATCH_ALL + thrown + _RETHROW + _END + _UNREACHABLE

    def _detaching(self, detaching: Detaching) -> int:
        memory = self._module.memories[detaching.memory]
        suffix = f".{detaching.memory}" if len(self._module.memories) > 1 else ""
        name = f"{_PREFIX}detach{suffix}"
        locals_, code = (
            self._growing(detaching, memory)
            if detaching.grower is None
            else self._asking(detaching.memory, detaching.grower, memory, by_pages=bool(detaching.pages))
        )
        if detaching.pages:
            left = self._additions.add_global(I32, _constant(detaching.pages) + _END)
            code = _get(left) + _IF + _get(left) + _constant(1) + _SUBTRACT + _set(left) + code + _END
        kind = self._additions.add_type(b"", b"")
        return self._additions.add_function(NewFunction(kind, locals_ + code + _END, name))

    def _growing(self, detaching: Detaching, memory: MemoryType) -> tuple[bytes, bytes]:
        """Return the locals and the code of a function that grows the memory itself."""
        grow = b"\x40" + leb(detaching.memory) + _DROP
        told = (_constant(argument) + call(function) for function, argument in detaching.told)
        return leb(0), b"".join((_constant(int(bool(detaching.pages)), memory.address_bits), grow, *told))

    def _asking(self, index: int, grower: int, memory: MemoryType, *, by_pages: bool) -> tuple[bytes, bytes]:
        """Return the locals and the code of a function that lets Emscripten's glue grow the memory.

        So the glue makes new views. It takes the size of the memory from one of its views, which has the
        length 0 after a growth by 0 pages. Since version 3.1.29, it then grows the memory by 0 pages if it is
        asked for the present size, or by 1 with `by_pages`. Older glue would double the memory, so it is
        asked for 1 byte from then on, and grows by a page:

            if size >= (is_old or by_pages ? maximum - 1 : 65,536 pages): return
            if is_old: if left = 0: return; left = left - 1
            memory.grow 0
            if not is_old:
                wanted = size (+ 1); done = grower(wanted, in bytes)
                if done and size == wanted: return
                is_old = 1
                if done: return
            grower(1)
        """
        bits, page = memory.address_bits, memory.page_size.bit_length() - 1
        is_old = self._additions.add_global(I32, _constant(0) + _END)
        left = self._additions.add_global(I32, _constant(OLD_GLUE_PAGES) + _END)
        size, ask = b"\x3f" + leb(index), call(grower)
        most = (1 << bits) >> page
        full = (most if memory.maximum is None else memory.maximum) - 1
        limit = _constant(full, bits) + _constant(full if by_pages else most, bits) + _get(is_old) + _SELECT
        wanted, done = 0, 1
        in_bytes = _local_get(wanted) + _constant(page, bits) + _SHIFT_LEFT[bits]
        code = (
            size + limit + _AT_LEAST[bits] + _IF + _RETURN + _END,
            _get(is_old) + _IF + _get(left) + _IS_ZERO + _IF + _RETURN + _END,
            _get(left) + _constant(1) + _SUBTRACT + _set(left) + _END,
            _constant(0, bits) + b"\x40" + leb(index) + _DROP,
            _get(is_old) + _IS_ZERO + _IF,
            size + _constant(int(by_pages), bits) + _ADD[bits] + _local_set(wanted),
            in_bytes + ask + _local_set(done),
            _local_get(done) + size + _local_get(wanted) + _EQUAL[bits] + _AND + _IF + _RETURN + _END,
            _constant(1) + _set(is_old) + _local_get(done) + _IF + _RETURN + _END,
            _END,
            _constant(1, bits) + ask + _DROP,
        )
        locals_ = leb(2) + leb(1) + bytes((_INDEX_TYPES[bits],)) + leb(1) + bytes((I32,))
        return locals_, b"".join(code)


def _codes(defined: DefinedType) -> tuple[bytes | None, bytes | None]:
    """Return the encoded parameters and results, None if a type of them has several bytes."""
    encoded: list[bytes | None] = []
    for values in (defined.parts, defined.results):
        codes = [code for code in map(code_of, values) if code is not None]
        encoded.append(bytes(codes) if len(codes) == len(values) else None)
    return encoded[0], encoded[1]
