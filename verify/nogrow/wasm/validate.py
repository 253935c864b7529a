"""Asks wasmtime's validator whether a core module or a component is valid WebAssembly.

An invalid module can never be instantiated, so a verdict on its code would mean nothing. Every module that
wasmtime rejects counts as invalid, unless the message says that a proposal is not supported or not enabled.
"""

import ctypes
import re
from collections.abc import Callable
from typing import NamedTuple

import wasmtime

from nogrow.errors import ModuleError
from nogrow.wasm.reader import Reader
from nogrow.wasm.sections import SectionId, read_sections

# Not a proposal: it makes relaxed SIMD deterministic and does not change which modules are valid.
_NO_PROPOSAL = "wasm_relaxed_simd_deterministic"
_STACKS = "wasm_stack_switching"
_SHARED = "shared-everything-threads"
# The complete messages of wasmtime's parser (wasmparser) about proposals that are off. Any other message
# means that the module is invalid. Patterns are compiled when wasmtime rejects something: these are large.
_UNSUPPORTED = "|".join(
    (
        "(SIMD|relaxed SIMD|threads|shared-everything-threads|saturating float to int conversions"
        "|reference types|bulk memory|sign extension operations|exceptions|tail calls|function references"
        "|memory control|gc|legacy exceptions|stack switching|wide arithmetic"
        "|custom descriptors operations|mutable global) support is not enabled",
        "legacy_exceptions feature required for (try|catch|catch_all|rethrow|delegate) instruction",
        f"shared (tables|globals|composite types|reference types) require the {_SHARED} proposal",
        "custom descriptors proposal must be enabled to use descriptor and describes",
        "custom descriptors required for exact (reference types|function imports)",
        "rec group usage requires `gc` proposal to be enabled",
        "gc proposal must be enabled to use subtypes",
        "(array|struct) indexed types not supported without the gc feature",
        "heap types not supported without the gc feature",
        "gc types are disallowed but found type which requires gc",
        "(gc|stack switching) proposal not supported",
        "exceptions proposal not enabled",
        "exception refs not supported without the exception handling feature",
        "continuation refs not supported without the stack switching feature",
        "cannot define (continuation|array|struct) types when (stack switching is|gc types are) disabled",
        "function references required for (index reference types|non-nullable types)",
        "memory64 must be enabled for 64-bit (tables|memories)",
        "threads must be enabled for shared memories",
        "the custom page sizes proposal must be enabled to customize a memory's page size",
        "bulk memory must be enabled",
        "passive data segments require the bulk-memory proposal",
        "invalid leading byte 0x7[EF] with compact imports proposal disabled",
        # Components.
        "(async |synchronous |64-bit )?`[a-z0-9.-]+` requires the (component model [a-z0-9 -]+ feature"
        f"|{_SHARED} proposal)",
        "canonical option `[a-z -]+` requires the (component model [a-z0-9 -]+ feature|`cm-gc` feature)",
        "async component functions require the component model async feature",
        "requires the component model async stackful feature",
        "(Maps|Fixed-length lists) require the component model [a-z-]+ (lists )?feature",
        "support for component model `value`s is not enabled",
        "64-bit memories require the `cm64` feature to be enabled",
        "resources with `i64` require the `cm64` feature to be enabled",
        "the `cm-[a-z0-9-]+` feature is not active",
        # Messages of wasmtime itself about valid components.
        "exporting a component from the root component is not supported",
        "root-level component imports are not supported",
        "custom-descriptors proposal not implemented",
    )
)
_STACK_SWITCHING = (
    "stack switching support is not enabled|stack switching proposal not supported"
    "|cannot define continuation types when stack switching is disabled"
    "|continuation refs not supported without the stack switching feature"
)
_OFFSET = r"(?s)(.*) \(at offset 0x([0-9a-f]+)\)"
_IN_COMPONENT = r"(?s)failed to parse WebAssembly module\s+Caused by:\s+(?:0: )?(.*?)\s*"
# wasmtime compiles function bodies only after it has validated the whole component.
_COMPILED = "failed to compile: "
# A body without locals whose first byte is not an instruction.
_NO_CODE = b"\x00\xff"


class Validation(NamedTuple):
    """Whether a module is valid: None if wasmtime can't tell because it does not support a proposal.

    `reason` is wasmtime's message, None for a valid module. `offset` is the byte that the message is about,
    counted from the start of the validated bytes.
    """

    valid: bool | None
    reason: str | None = None
    offset: int | None = None

    @property
    def error(self) -> ModuleError:
        """Return the error that reports the rejected module."""
        return ModuleError(f"not a valid module, says wasmtime: {self.reason}", self.offset)


def validate(data: bytes) -> Validation:
    """Validate the core module `data` with every proposal enabled that wasmtime supports."""
    return _validation(lambda engine: _validate_in_place(engine, data))


def validate_component(data: bytes) -> Validation:
    """Validate the component `data`, except for the function bodies of its core modules.

    `validate` checks those for each module. Raises `ModuleError` for a component that can't be read.
    """
    # Most files are core modules, which do not need this import.
    from wasmtime.component import Component

    not_compiled = _not_compiled(data)

    def ask(engine: wasmtime.Engine) -> None:
        try:
            Component(engine, not_compiled)
        except wasmtime.WasmtimeError as error:
            if not str(error).startswith(_COMPILED):
                raise

    return _validation(ask)


def _validation(ask: Callable[[wasmtime.Engine], None]) -> Validation:
    """Ask without stack switching first, because with it wasmtime accepts every tag with results."""
    validation = _answer(ask, _engine(stack_switching=False))
    if validation.reason is not None and re.fullmatch(_STACK_SWITCHING, validation.reason):
        return _answer(ask, _engine(stack_switching=True))
    return validation


def _validate_in_place(engine: wasmtime.Engine, data: bytes) -> None:
    """Do what `wasmtime.Module.validate` does, without its copy of the module.

    The copy can have 50 MB, and the interpreter's lock is held while it is made. Raises `WasmtimeError`.
    """
    try:
        function = wasmtime._bindings.wasmtime_module_validate
        pointer = ctypes.cast(ctypes.c_char_p(data), ctypes.POINTER(ctypes.c_uint8))
        error = function(engine.ptr(), pointer, len(data))
    except (AttributeError, ctypes.ArgumentError):
        # This is not wasmtime's public interface, and may change.
        wasmtime.Module.validate(engine, data)
        return
    if error:
        raise wasmtime.WasmtimeError._from_ptr(error)


def _answer(ask: Callable[[wasmtime.Engine], None], engine: wasmtime.Engine) -> Validation:
    try:
        ask(engine)
    except wasmtime.WasmtimeError as error:
        message = str(error)
        if cause := re.fullmatch(_IN_COMPONENT, message):
            message = cause[1]
        match = re.fullmatch(_OFFSET, message)
        text, offset = (match[1], int(match[2], 16)) if match else (message, None)
        reason = " ".join(text.split())
        return Validation(None if re.fullmatch(_UNSUPPORTED, reason) else False, reason, offset)
    return Validation(True)


def _not_compiled(data: bytes) -> bytes:
    """Return the component with the first body of each module replaced by one that can't be compiled.

    wasmtime can't validate a component without compiling it, which can take minutes. It validates everything
    else first, so it stops at the replaced body.
    """
    from nogrow.wasm.component import core_modules

    changed = bytearray(data)
    for module in core_modules(data):
        try:
            body = _first_body(data[module.start : module.end])
        except ModuleError:
            # wasmtime will report what is wrong with this module.
            continue
        if body is not None:
            start = module.start + body
            changed[start : start + len(_NO_CODE)] = _NO_CODE
    return bytes(changed)


def _first_body(module: bytes) -> int | None:
    """Return the offset of the first function body's contents, None if there is no body to replace."""
    for section in read_sections(module):
        if section.id is SectionId.CODE:
            reader = Reader(module, section.start, section.end)
            if reader.u32() and reader.u32() >= len(_NO_CODE):
                return reader.position
    return None


def _engine(*, stack_switching: bool) -> wasmtime.Engine:
    config = wasmtime.Config()
    config.parallel_compilation = False
    for name in dir(wasmtime.Config):
        if name.startswith("wasm_") and name not in (_NO_PROPOSAL, _STACKS):
            setattr(config, name, True)
    config.wasm_stack_switching = stack_switching
    try:
        return wasmtime.Engine(config)
    except wasmtime.WasmtimeError:
        # wasmtime does not have every proposal on every processor.
        return wasmtime.Engine()
