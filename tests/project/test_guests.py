"""Tests that every built guest follows the memory map."""

import functools
from pathlib import Path, PurePosixPath

import pytest
import wasmtime

from nogrow.project.project import open_project
from tests.project.conftest import ROOT

PLAN = open_project(ROOT).plan
PROFILES = ("debug", "release")
NAMES = [
    *(text.name for text in PLAN.texts if text.profiles == PROFILES),
    *(crate.name for crate in PLAN.crates),
]
GUESTS = [PurePosixPath("build", profile, f"{name}.wasm") for profile in PROFILES for name in NAMES]
GREETING = b"Ahoy there, Testy McTestface!"
each_guest = pytest.mark.parametrize("guest", GUESTS, ids=str)


def test_every_wat_file_of_the_package_is_built_as_a_kernel() -> None:
    kernels = {text.path for text in PLAN.texts if text.profiles == ("kernel",)}
    files = (ROOT / "verify").rglob("*.wat")
    assert kernels == {PurePosixPath(file.relative_to(ROOT).as_posix()) for file in files}


def test_there_are_four_guests() -> None:
    assert sorted(NAMES) == ["greeting", "greeting_growth", "greeting_nogrowth", "greeting_nogrowth_std"]


@functools.cache
def compiled(path: Path) -> tuple[wasmtime.Engine, wasmtime.Module]:
    engine = wasmtime.Engine()
    return engine, wasmtime.Module.from_file(engine, str(path))


class Guest:
    """An instance of a guest, with methods for its exports."""

    def __init__(self, path: Path) -> None:
        """Instantiate without imports, because a guest has none."""
        engine, module = compiled(path)
        self.store = wasmtime.Store(engine)
        self.exports = wasmtime.Instance(self.store, module, []).exports(self.store)
        memory = self.exports["memory"]
        assert isinstance(memory, wasmtime.Memory)
        self.memory = memory
        self.start = self.call("get_salutation_ptr")

    def call(self, name: str, *arguments: int) -> int:
        function = self.exports[name]
        assert isinstance(function, wasmtime.Func)
        result = function(self.store, *arguments)
        assert isinstance(result, int)
        return result

    def write(self, salutation: bytes, name: bytes) -> None:
        self.memory.write(self.store, salutation, self.call("get_salutation_ptr"))
        self.memory.write(self.store, name, self.call("get_name_ptr"))

    def buffer(self) -> bytes:
        return bytes(self.memory.read(self.store, self.start, self.start + 128))

    def greet(self, salutation: bytes, name: bytes) -> bytes:
        self.write(salutation, name)
        length = self.call("set_name", len(salutation), len(name))
        return self.buffer()[32 : 32 + length]

    def pages(self) -> int:
        return self.memory.size(self.store)


@each_guest
def test_guest_greets(built_root: Path, guest: PurePosixPath) -> None:
    instance = Guest(built_root / guest)
    assert instance.greet(b"Ahoy there", b"Testy McTestface") == GREETING
    assert instance.greet(b"", b"") == b", !"
    longest = instance.greet(b"0123456789abcdef", b"fedcba9876543210")
    assert longest == b"0123456789abcdef, fedcba9876543210!"


@each_guest
def test_buffer_has_name_at_16_and_message_at_32(built_root: Path, guest: PurePosixPath) -> None:
    instance = Guest(built_root / guest)
    assert instance.call("get_name_ptr") - instance.start == 16
    assert instance.call("get_msg_ptr") - instance.start == 32


@each_guest
@pytest.mark.parametrize("bad", [-1, 17, 128, -(2**31), 2**31 - 1])
def test_length_outside_0_to_16_returns_minus_1(built_root: Path, guest: PurePosixPath, bad: int) -> None:
    instance = Guest(built_root / guest)
    instance.write(b"Ahoy", b"Testy")
    before = instance.buffer()
    assert instance.call("set_name", bad, 5) == -1
    assert instance.call("set_name", 4, bad) == -1
    assert instance.buffer() == before


@each_guest
def test_rust_guests_reject_text_that_is_not_utf8(built_root: Path, guest: PurePosixPath) -> None:
    instance = Guest(built_root / guest)
    instance.write(b"\xff", b"Testy")
    before = instance.buffer()
    length = instance.call("set_name", 1, 5)
    if guest.stem == "greeting":
        assert instance.buffer()[32 : 32 + length] == b"\xff, Testy!"
    else:
        assert length == -1
        assert instance.buffer() == before


@each_guest
def test_first_greeting_grows_only_the_growing_guest(built_root: Path, guest: PurePosixPath) -> None:
    instance = Guest(built_root / guest)
    before = instance.pages()
    instance.greet(b"Ahoy there", b"Testy McTestface")
    assert (instance.pages() > before) == (guest.stem == "greeting_growth")


@pytest.mark.parametrize("profile", ["debug", "release"])
def test_hand_written_guest_has_a_fixed_memory(built_root: Path, profile: str) -> None:
    instance = Guest(built_root / "build" / profile / "greeting.wasm")
    limits = instance.memory.type(instance.store).limits
    assert (limits.min, limits.max) == (1, 1)
