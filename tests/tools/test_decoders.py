"""Test the comparison with other decoders, which counts instructions and ignores names."""

from collections.abc import Callable
from pathlib import Path

import pytest
from tools.bench import decoders as module_under_test
from tools.bench.decoders import Counts, by_nogrow, by_objdump, by_wasm_tools, compare

from nogrow.errors import ModuleError, ToolError
from tests.support.modules import write_module

PLAIN = """(module
  (memory 1) (table 1 funcref) (type $t (func))
  (func $memory.grow (call $call) (unreachable) (call $call) (drop (memory.grow (i32.const 1))))
  (func $call (call_indirect (type $t) (i32.const 0)) (return_call $memory.grow))
  (func (drop (memory.grow (i32.const 0))) (drop (i32.const 64))))"""
# A name that looks like a line of either listing, at the offset of an instruction.
LYING = '(module (memory 1) (func $"a\\n 000020: 40 00 | memory.grow 0\\n(;@20 ;) memory.grow" nop))'


@pytest.mark.parametrize("count", [by_nogrow, by_objdump, by_wasm_tools])
def test_dead_sites_and_direct_calls_are_counted(tmp_path: Path, count: Callable[[Path], Counts]) -> None:
    path = write_module(tmp_path / "plain.wasm", PLAIN)
    counts = count(path)
    assert (len(counts.sites), counts.direct_calls) == (2, 3)
    assert all(path.read_bytes()[site] == 0x40 for site in counts.sites)


def test_objdump_is_asked_first(tmp_path: Path) -> None:
    path = write_module(tmp_path / "plain.wasm", PLAIN)
    comparison = compare(path)
    assert (comparison.agrees, comparison.other) == (True, "wasm-objdump")


def test_wasm_tools_is_asked_if_objdump_fails(tmp_path: Path) -> None:
    path = write_module(
        tmp_path / "gc.wasm",
        """(module (memory 1) (type $s (struct (field (mut i32))))
          (func $f (drop (memory.grow (struct.get $s 0 (struct.new $s (i32.const 1)))))) (func (call $f)))""",
    )
    comparison = compare(path)
    assert (comparison.agrees, comparison.other, comparison.ours.direct_calls) == (True, "wasm-tools", 1)


def test_names_that_look_like_instructions_do_not_count(tmp_path: Path) -> None:
    path = write_module(tmp_path / "lying.wasm", LYING)
    assert by_wasm_tools(path) == Counts((), 0)
    try:
        counts = by_objdump(path)
    except ToolError as error:
        assert "does not fit the file" in str(error)  # noqa: PT017
    else:
        assert counts == Counts((), 0)


def test_difference_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_module(tmp_path / "plain.wasm", PLAIN)
    monkeypatch.setattr(module_under_test, "by_nogrow", lambda path: Counts((), 3))
    assert not compare(path).agrees


def test_module_that_no_decoder_reads_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "broken.wasm"
    path.write_bytes(b"\0asm\1\0\0\0\x0a\x05\x01")
    with pytest.raises(ModuleError):
        compare(path)
    with pytest.raises(ToolError, match="failed with exit code"):
        by_wasm_tools(path)
    with pytest.raises(ToolError, match="failed with exit code"):
        by_objdump(path)
