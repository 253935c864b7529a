import hashlib

import pytest

from nogrow.contract.model import Call, Host, Read, Stub, Write
from nogrow.scenarios.wasi import BADF, FAULT, INVAL, NOSYS, NOW, SPIPE
from tests.scenarios.guests import TIGHT, failure, played

WASI = Host(wasi=True)


def module(*imports: str) -> str:
    """Return a module that exports a function for each of its imports from WASI."""
    lines: list[str] = []
    functions: list[str] = []
    for number, item in enumerate(imports):
        name, _, signature = item.partition(" ")
        params = signature.partition("(result")[0].count("i32") + signature.count("i64")
        gets = " ".join(f"local.get {index}" for index in range(params))
        lines.append(f'(import "wasi_snapshot_preview1" "{name}" (func $f{number} {signature}))')
        functions.append(f'(func (export "{name}") {signature} {gets} call $f{number})')
    return f'(module {" ".join(lines)} (memory (export "memory") 1) {" ".join(functions)})'


CLOCK = "clock_time_get (param i32 i64 i32) (result i32)"
RANDOM = "random_get (param i32 i32) (result i32)"
WRITE = "fd_write (param i32 i32 i32 i32) (result i32)"
PAIR = "(param i32 i32) (result i32)"


def test_clock_and_random_bytes_are_deterministic() -> None:
    now = NOW.to_bytes(8, "little")
    first = hashlib.shake_128((1).to_bytes(8, "little")).digest(4)
    steps = (
        Call("clock_time_get", (0, 1, 8), expect=0, repeat=2),
        Read(8, 8, now),
        Call("random_get", (0, 4), expect=0),
        Read(4, 0, first),
        Call("random_get", (0, 4), expect=0),
        Read(4, 0, hashlib.shake_128((2).to_bytes(8, "little")).digest(4)),
        Call("clock_time_get", (9, 1, 8), expect=INVAL),
        Call("random_get", (0, 2**20 + 1), expect=INVAL),
        Call("random_get", (65534, 4), expect=FAULT),
    )
    assert played(module(CLOCK, RANDOM), *steps, host=WASI).message is None


def test_arguments_and_environment_are_empty() -> None:
    steps = (
        Write(b"\xff" * 8, 0),
        Call("args_sizes_get", (0, 4), expect=0),
        Read(8, 0, bytes(8)),
        Call("environ_get", (0, 4), expect=0),
    )
    assert played(module(f"args_sizes_get {PAIR}", f"environ_get {PAIR}"), *steps, host=WASI).message is None


def written(*steps: Write | Call | Read) -> str:
    result = played(module(WRITE), *steps, host=WASI, limits=TIGHT)
    assert result.message is None
    return result.output


def test_output_is_kept_up_to_the_limit() -> None:
    text, vectors = Write("Ahoy there, ", 64), Write(b"\x40\0\0\0\x0c\0\0\0", 0)
    assert written(text, vectors, Call("fd_write", (1, 0, 1, 32), expect=0), Read(4, 32, b"\x0c\0\0\0")) == (
        "Ahoy there, "
    )
    assert (
        written(text, vectors, Call("fd_write", (2, 0, 1, 32), expect=0, repeat=9)) == "Ahoy there, Ahoy the"
    )


@pytest.mark.parametrize(
    ("fd", "vectors", "count", "errno"),
    [
        (0, 0, 1, BADF),
        (3, 0, 1, BADF),
        (1, 0, -1, INVAL),
        (1, 0, 1025, INVAL),
        (1, 65533, 1, FAULT),
        (1, -4, 1, FAULT),
    ],
)
def test_invalid_write_returns_an_error_number(fd: int, vectors: int, count: int, errno: int) -> None:
    assert written(Call("fd_write", (fd, vectors, count, 32), expect=errno)) == ""


def test_vector_outside_of_the_memory_is_a_fault() -> None:
    vectors = Write(b"\x40\0\0\0\xff\xff\xff\xff", 0)
    assert written(vectors, Call("fd_write", (1, 0, 1, 32), expect=FAULT)) == ""


@pytest.mark.parametrize(
    ("function", "args", "errno"),
    [
        (
            "path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)",
            (3, 0, 0, 0, 0, 0, 0, 0, 0),
            BADF,
        ),
        (f"fd_prestat_get {PAIR}", (3, 0), BADF),
        ("fd_close (param i32) (result i32)", (1,), 0),
        ("fd_close (param i32) (result i32)", (3,), BADF),
        ("fd_seek (param i32 i64 i32 i32) (result i32)", (1, 0, 0, 0), SPIPE),
        ("fd_read (param i32 i32 i32 i32) (result i32)", (0, 0, 0, 0), 0),
        (f"fd_fdstat_get {PAIR}", (1, 0), 0),
        (f"fd_fdstat_get {PAIR}", (4, 0), BADF),
        ("poll_oneoff (param i32 i32 i32 i32) (result i32)", (0, 0, 0, 0), NOSYS),
        ("sock_shutdown (param i32 i32) (result i32)", (0, 0), NOSYS),
        ("sched_yield (result i32)", (), 0),
    ],
)
def test_there_are_no_files_and_no_network(function: str, args: tuple[int, ...], errno: int) -> None:
    call = Call(function.partition(" ")[0], args, expect=errno)
    assert played(module(function), call, host=WASI).message is None


@pytest.mark.parametrize(("code", "message"), [(0, None), (3, "step 1: `proc_exit` exited with code 3")])
def test_exit_code_above_0_is_a_trap(code: int, message: str | None) -> None:
    exiting = module("proc_exit (param i32)")
    assert played(exiting, Call("proc_exit", (code,)), host=WASI).message == message
    if code:
        assert played(exiting, Call("proc_exit", (code,), expect_trap="code 3"), host=WASI).message is None


def test_import_with_another_type_is_an_error() -> None:
    message = "the module imports wasi_snapshot_preview1.random_get with a type that differs from WASI's"
    assert failure(module("random_get (param i64)"), Call("f"), host=WASI) == message


def test_without_wasi_its_functions_need_stubs() -> None:
    message = failure(module(RANDOM, "thread_spawn (param i32)"), Call("f"))
    assert message.endswith(
        "random_get, wasi_snapshot_preview1.thread_spawn; set `wasi = true` for WASI in a sandbox"
    )
    assert failure(module("thread_spawn (param i32)"), Call("f"), host=WASI).endswith("thread_spawn")


def test_stub_takes_precedence_over_wasi() -> None:
    host = Host((Stub("wasi_snapshot_preview1.random_get", (52,)),), wasi=True)
    assert played(module(RANDOM), Call("random_get", (0, 4), expect=52), host=host).message is None


def test_wasi_needs_an_export_called_memory() -> None:
    text = module(RANDOM).replace('(export "memory")', '(export "m")')
    message = "step 1: `random_get` trapped: WASI needs an exported memory called `memory`"
    assert failure(text, Call("random_get", (0, 4)), host=WASI) == message
