"""Sealing with everything checked that holds for any module."""

from nogrow.analysis.judgement import Verdict
from nogrow.analysis.verdicts import judge
from nogrow.rewrite.rewrite import Mode, Sealed, sealed
from nogrow.wasm.runtime import Engine
from tests.support.assemble import wasm_tools

KERNELS = Engine()


def is_valid(data: bytes) -> bool:
    """Whether `wasm-tools` says so, with every proposal on."""
    try:
        wasm_tools("validate", "--features", "all", "-", stdin=data)
    except ValueError:
        return False
    return True


def verdict(data: bytes) -> Verdict:
    return judge(data, lambda _: True, KERNELS).verdict


def checked(data: bytes, mode: Mode, pages: int | None = None) -> Sealed:
    """The module sealed: still valid, the same when it is sealed again, and never to grow."""
    result = sealed(data, mode, pages, KERNELS)
    assert is_valid(result.data) or not is_valid(data)
    assert sealed(result.data, mode, pages, KERNELS).data == result.data
    assert sealed(data, mode, pages, KERNELS) == result
    found = judge(result.data, lambda _: True, KERNELS)
    if mode is Mode.CAP:
        assert found.verdict.at_most(Verdict.CAPPED_AND_THROW_ONLY)
        assert all(memory.fixed for memory in found.memories)
    else:
        assert found.verdict is Verdict.ABSENT
        assert not found.sites
    return result
