"""This module seals a module and checks the properties that every sealed module has."""

from nogrow.analysis.judgement import Verdict
from nogrow.analysis.proof import judge
from nogrow.rewrite.reserve import Pages
from nogrow.rewrite.rewrite import Mode, Sealed, sealed
from nogrow.wasm.runtime import Engine
from tests.support.modules import wasm_tools

KERNELS = Engine()


def is_valid(data: bytes) -> bool:
    """Return whether `wasm-tools`, with every proposal on, finds the module valid."""
    try:
        wasm_tools("validate", "--features", "all", "-", stdin=data)
    except ValueError:
        return False
    return True


def verdict(data: bytes) -> Verdict:
    return judge(data, lambda _: True, KERNELS).verdict


RESERVED = 64


def checked(data: bytes, mode: Mode, pages: Pages = None) -> Sealed:
    """Seal the module; check that the copy is valid, fixed, and unchanged when sealed again."""
    if mode is Mode.RESERVE and pages is None:
        pages = RESERVED
    result = sealed(data, mode, pages, KERNELS)
    assert is_valid(result.data) or not is_valid(data)
    assert sealed(result.data, mode, pages, KERNELS).data == result.data
    assert sealed(data, mode, pages, KERNELS) == result
    judgement = judge(result.data, lambda _: True, KERNELS)
    if mode is Mode.CAP:
        assert judgement.verdict.at_most(Verdict.CAPPED_AND_THROW_ONLY)
        assert all(memory.fixed for memory in judgement.memories)
    else:
        assert judgement.verdict is Verdict.ABSENT
        assert not judgement.sites
    return result
