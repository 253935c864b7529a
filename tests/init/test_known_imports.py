"""Test which imports get a stub in a drafted contract."""

from nogrow.contract.model import Host, Stub
from nogrow.init.known_imports import host_for


def test_imports_that_end_a_program_fail() -> None:
    assert host_for(["env.abort", "env.unknown"]) == Host((Stub("env.abort", fails=True),))


def test_host_that_grows_the_memory_grows_it() -> None:
    (stub,) = host_for(["env.emscripten_resize_heap"]).stubs
    assert stub.grows
    assert stub.returns == (1,)


def test_wasi_comes_from_the_sandbox() -> None:
    assert host_for(["wasi_snapshot_preview1.fd_write"]) == Host((), wasi=True)
