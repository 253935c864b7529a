"""What is built, and that every built guest does what its memory map says."""

import functools
from pathlib import Path, PurePosixPath

import pytest
import wasmtime

from nogrow.build.guests import GUESTS, Artifact, Profile, Source, artifacts, input_files
from nogrow.errors import ToolError

GUEST_ARTIFACTS = [
    Artifact(source, profile) for profile in (Profile.DEBUG, Profile.RELEASE) for source in GUESTS
]
GREETING = b"Ahoy there, Testy McTestface!"
each_guest = pytest.mark.parametrize("guest", GUEST_ARTIFACTS, ids=lambda guest: str(guest.path))


def add_kernel(root: Path, path: str) -> None:
    file = root / "verify" / "nogrow" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("(module)")


def test_every_text_module_of_the_package_is_a_kernel(tmp_path: Path) -> None:
    add_kernel(tmp_path, "wasm/scan.wat")
    add_kernel(tmp_path, "deep/er/search.wat")
    kernels = [a for a in artifacts(tmp_path) if a.profile is Profile.KERNEL]
    assert [str(kernel.path) for kernel in kernels] == [
        "build/kernel/search.wasm",
        "build/kernel/scan.wasm",
    ]
    assert kernels[1].source.path == PurePosixPath("verify/nogrow/wasm/scan.wat")


def test_two_kernels_of_one_name_are_an_error(tmp_path: Path) -> None:
    add_kernel(tmp_path, "wasm/scan.wat")
    add_kernel(tmp_path, "proof/scan.wat")
    with pytest.raises(ToolError, match=r"proof/scan\.wat and .*wasm/scan\.wat"):
        artifacts(tmp_path)


def test_the_inputs_of_a_crate_are_all_its_files_but_its_target_folder(tmp_path: Path) -> None:
    crate = tmp_path / "crates" / "greeting_growth"
    for name in ("Cargo.toml", "src/lib.rs", "target/debug/x", "src/target/kept.rs"):
        (crate / name).parent.mkdir(parents=True, exist_ok=True)
        (crate / name).touch()
    files = [file.relative_to(crate).as_posix() for file in input_files(tmp_path, GUESTS[1])]
    assert files == ["Cargo.toml", "src/lib.rs", "src/target/kept.rs"]


@pytest.mark.parametrize("source", GUESTS, ids=lambda source: source.name)
def test_a_source_that_is_not_there_is_an_error(tmp_path: Path, source: Source) -> None:
    with pytest.raises(ToolError, match="is missing"):
        input_files(tmp_path, source)


@functools.cache
def compiled(path: Path) -> tuple[wasmtime.Engine, wasmtime.Module]:
    engine = wasmtime.Engine()
    return engine, wasmtime.Module.from_file(engine, str(path))


class Guest:
    """A fresh instance with names for what the tests do to it."""

    def __init__(self, path: Path) -> None:
        """Instantiate without imports: a guest asks its host for nothing."""
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
def test_a_guest_greets(built_root: Path, guest: Artifact) -> None:
    instance = Guest(built_root / guest.path)
    assert instance.greet(b"Ahoy there", b"Testy McTestface") == GREETING
    assert instance.greet(b"", b"") == b", !"
    longest = instance.greet(b"0123456789abcdef", b"fedcba9876543210")
    assert longest == b"0123456789abcdef, fedcba9876543210!"


@each_guest
def test_the_buffer_has_salutation_name_and_message_at_0_16_and_32(built_root: Path, guest: Artifact) -> None:
    instance = Guest(built_root / guest.path)
    assert instance.call("get_name_ptr") - instance.start == 16
    assert instance.call("get_msg_ptr") - instance.start == 32


@each_guest
@pytest.mark.parametrize("bad", [-1, 17, 128, -(2**31), 2**31 - 1])
def test_a_length_outside_0_to_16_gives_minus_1_and_changes_nothing(
    built_root: Path, guest: Artifact, bad: int
) -> None:
    instance = Guest(built_root / guest.path)
    instance.write(b"Ahoy", b"Testy")
    before = instance.buffer()
    assert instance.call("set_name", bad, 5) == -1
    assert instance.call("set_name", 4, bad) == -1
    assert instance.buffer() == before


@each_guest
def test_a_text_that_is_not_utf8_is_refused_by_the_guests_that_need_it(
    built_root: Path, guest: Artifact
) -> None:
    instance = Guest(built_root / guest.path)
    instance.write(b"\xff", b"Testy")
    before = instance.buffer()
    length = instance.call("set_name", 1, 5)
    if guest.source.name == "greeting":
        assert instance.buffer()[32 : 32 + length] == b"\xff, Testy!"
    else:
        assert length == -1
        assert instance.buffer() == before


@each_guest
def test_the_first_greeting_grows_only_the_growing_guest(built_root: Path, guest: Artifact) -> None:
    instance = Guest(built_root / guest.path)
    before = instance.pages()
    instance.greet(b"Ahoy there", b"Testy McTestface")
    assert (instance.pages() > before) == (guest.source.name == "greeting_growth")


@pytest.mark.parametrize("profile", ["debug", "release"])
def test_the_hand_written_guest_declares_that_it_never_grows(built_root: Path, profile: str) -> None:
    instance = Guest(built_root / "build" / profile / "greeting.wasm")
    limits = instance.memory.type(instance.store).limits
    assert (limits.min, limits.max) == (1, 1)
