"""This module implements WASI preview 1 in a sandbox: no files, no network, no arguments, a constant clock.

It follows the definition of the interface, `wasi_snapshot_preview1.witx`. The functions only use the guest's
memory, so a run depends only on the module and its contract.
"""

import hashlib
import struct
from collections.abc import Callable, Sequence

import wasmtime

from nogrow.scenarios.errors import ExitError, GuestError, HostError

MODULE = "wasi_snapshot_preview1"

SUCCESS, BADF, FAULT, INVAL, NOSYS, SPIPE = 0, 8, 21, 28, 52, 70
STANDARD = (0, 1, 2)
CHARACTER_DEVICE = 2
# Nanoseconds. The time is in 2001, because some programs subtract from it.
NOW = 1_000_000_000 * 10**9
RESOLUTION = 1_000_000
CLOCKS = 4
MOST_RANDOM = 2**20
MOST_VECTORS = 1024

# The functions by their parameters: `i` is an i32, `l` an i64. All except proc_exit return an error number.
_FUNCTIONS = {
    "": "sched_yield",
    "i": "fd_close fd_datasync fd_sync proc_exit proc_raise",
    "ii": (
        "args_get args_sizes_get clock_res_get environ_get environ_sizes_get fd_fdstat_get "
        "fd_fdstat_set_flags fd_filestat_get fd_prestat_get fd_renumber fd_tell random_get sock_shutdown"
    ),
    "il": "fd_filestat_set_size",
    "iii": "fd_prestat_dir_name path_create_directory path_remove_directory path_unlink_file sock_accept",
    "ili": "clock_time_get",
    "ill": "fd_allocate fd_fdstat_set_rights",
    "iiii": "fd_read fd_write poll_oneoff",
    "ilii": "fd_seek",
    "illi": "fd_advise fd_filestat_set_times",
    "iiiii": "path_filestat_get path_symlink sock_send",
    "iiili": "fd_pread fd_pwrite fd_readdir",
    "iiiiii": "path_readlink path_rename sock_recv",
    "iiiiiii": "path_link",
    "iiiilli": "path_filestat_set_times",
    "iiiiillii": "path_open",
}
_PARAMETERS = {name: parameters for parameters, names in _FUNCTIONS.items() for name in names.split()}
NAMES = frozenset(_PARAMETERS)
"""The functions that the sandbox has."""


class _FaultError(Exception):
    """The guest passed an address outside of its memory."""


class _View:
    """The guest's memory during a call."""

    def __init__(self, caller: wasmtime.Caller) -> None:
        self._caller = caller

    @property
    def _memory(self) -> wasmtime.Memory:
        memory = self._caller.get("memory")
        if not isinstance(memory, wasmtime.Memory):
            raise HostError("trapped: WASI needs an exported memory called `memory`")
        return memory

    def read(self, at: int, size: int) -> bytes:
        start = self.checked(at, size)
        return bytes(self._memory.read(self._caller, start, start + size))

    def write(self, at: int, data: bytes) -> None:
        start = self.checked(at, len(data))
        if data:
            self._memory.write(self._caller, data, start)

    def u32(self, at: int) -> int:
        return int(struct.unpack("<I", self.read(at, 4))[0])

    def checked(self, at: int, size: int) -> int:
        """Return the unsigned address `at`; raise `_FaultError` if the range is not in the memory."""
        start = at % 2**32
        if start + size > self._memory.data_len(self._caller):
            raise _FaultError
        return start


class Wasi:
    """The functions of WASI, and the text that the guest wrote to its standard output and error."""

    def __init__(self, output_bytes: int) -> None:
        """Keep at most `output_bytes` bytes of the text that the guest writes."""
        self._room = output_bytes
        self._output = bytearray()
        self._drawn = 0
        self._implemented: dict[str, Callable[..., int]] = {
            "args_sizes_get": self._no_strings,
            "environ_sizes_get": self._no_strings,
            "args_get": lambda *_: SUCCESS,
            "environ_get": lambda *_: SUCCESS,
            "sched_yield": lambda *_: SUCCESS,
            "clock_res_get": lambda memory, clock, at: _clock(memory, clock, at, RESOLUTION),
            "clock_time_get": lambda memory, clock, _precision, at: _clock(memory, clock, at, NOW),
            "fd_close": lambda _memory, fd: SUCCESS if fd in STANDARD else BADF,
            "fd_fdstat_get": _status,
            "fd_fdstat_set_flags": lambda _memory, fd, _flags: SUCCESS if fd in STANDARD else BADF,
            "fd_read": _read,
            "fd_seek": lambda _memory, fd, *_: SPIPE if fd in STANDARD else BADF,
            "fd_tell": lambda _memory, fd, _at: SPIPE if fd in STANDARD else BADF,
            "fd_write": self._write,
            "proc_exit": _exit,
            "random_get": self._random,
        }

    @property
    def output(self) -> str:
        """Return the text that was written to standard output and error, in order."""
        return self._output.decode("utf-8", "replace")

    def function(
        self, name: str, params: Sequence[str], results: Sequence[str]
    ) -> Callable[..., object] | None:
        """Return the function `name`, None if WASI has none; raises `GuestError` if the type differs."""
        if name not in _PARAMETERS:
            return None
        types = ["i32" if letter == "i" else "i64" for letter in _PARAMETERS[name]]
        if [*params] != types or [*results] != ([] if name == "proc_exit" else ["i32"]):
            raise GuestError(f"the module imports {MODULE}.{name} with a type that differs from WASI's")
        function = self._implemented.get(name)
        if function is None:
            refusal = BADF if name.startswith(("fd_", "path_")) else NOSYS
            return lambda _caller, *_: refusal

        def called(caller: wasmtime.Caller, *args: int) -> object:
            try:
                error_number = function(_View(caller), *args)
            except _FaultError:
                return FAULT
            return None if name == "proc_exit" else error_number

        return called

    def _no_strings(self, memory: _View, count_at: int, size_at: int) -> int:
        memory.write(count_at, bytes(4))
        memory.write(size_at, bytes(4))
        return SUCCESS

    def _write(self, memory: _View, fd: int, vectors: int, count: int, written_at: int) -> int:
        if fd not in STANDARD[1:]:
            return BADF
        if not 0 <= count <= MOST_VECTORS:
            return INVAL
        total = 0
        for number in range(count):
            at, size = memory.u32(vectors + 8 * number), memory.u32(vectors + 8 * number + 4)
            # The whole range must be in the memory, but only the bytes that are kept are copied.
            memory.checked(at, size)
            self._output += memory.read(at, min(size, self._room - len(self._output)))
            total += size
        memory.write(written_at, struct.pack("<I", total % 2**32))
        return SUCCESS

    def _random(self, memory: _View, at: int, size: int) -> int:
        if not 0 <= size <= MOST_RANDOM:
            return INVAL
        self._drawn += 1
        memory.write(at, hashlib.shake_128(self._drawn.to_bytes(8, "little")).digest(size))
        return SUCCESS


def _clock(memory: _View, clock: int, at: int, nanoseconds: int) -> int:
    if not 0 <= clock < CLOCKS:
        return INVAL
    memory.write(at, struct.pack("<Q", nanoseconds))
    return SUCCESS


def _status(memory: _View, fd: int, at: int) -> int:
    if fd not in STANDARD:
        return BADF
    # The type, flags and rights of the file. It is a terminal, so that libraries flush each line.
    memory.write(at, struct.pack("<BxHxxxxQQ", CHARACTER_DEVICE, 0, 2**6 | 2**1, 0))
    return SUCCESS


def _read(memory: _View, fd: int, _vectors: int, _count: int, read_at: int) -> int:
    if fd != 0:
        return BADF
    memory.write(read_at, bytes(4))
    return SUCCESS


def _exit(_memory: _View, code: int) -> int:
    raise ExitError(code)
