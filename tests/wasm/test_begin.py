"""Tests of `begin`, which decodes a module while another thread scans its code."""

import time

import pytest
from tools.bench.encode import section, vector

from nogrow.errors import ModuleError
from nogrow.wasm import scan
from nogrow.wasm.code_section import Bodies
from nogrow.wasm.runtime import Engine
from tests.support.modules import module_with_bodies

BODY = b"\x01\x01\x0b"
MODULE = module_with_bodies([BODY])


def test_begun_scan_has_the_whole_module() -> None:
    running = scan.begin(MODULE, Engine())
    assert len(running.module.globals) == 2
    assert running.result().grows == ()


def test_scan_of_a_malformed_module_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller that goes on to the next module must not let abandoned scans pile up."""
    ended: list[int] = []

    def slow(bodies: Bodies) -> None:
        time.sleep(0.2)
        ended.append(bodies.code)

    monkeypatch.setattr(Bodies, "read", slow)
    malformed = MODULE + section(11, vector([b"\x09"]))
    with pytest.raises(ModuleError, match="unknown data segment flags 9"):
        scan.begin(malformed, Engine())
    assert len(ended) == 1
