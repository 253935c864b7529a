"""Test that each command refuses malformed modules with one line and exit code 4."""

from pathlib import Path

import pytest
from tools.bench.encode import HEADER, leb, module, section, sized

from tests.support.program import nogrow

MOST = b"\xff\xff\xff\xff\x0f"
LONG = b"\x80" * 10 + b"\x01"
TYPES = section(1, b"\1\x60\0\0")
GOOD = module([b"\x41\1\x40\0\x1a"], exports=[(b"run", 0)])

MALFORMED = {
    "nothing": b"",
    "the magic only": HEADER[:4],
    "a version of the future": b"\0asm\2\0\0\0",
    "a section past the end": HEADER + b"\1\x7f\1\x60\0\0",
    "a section of 4 GiB": HEADER + b"\1" + MOST,
    "a section twice": HEADER + TYPES + TYPES,
    "sections out of order": HEADER + section(3, b"\0") + TYPES,
    "an unknown section": HEADER + section(99, b""),
    "a section with a byte too many": HEADER + section(1, b"\1\x60\0\0\0"),
    "a size of 11 bytes": HEADER + b"\1" + LONG,
    "a count of 11 bytes": HEADER + section(1, LONG),
    "a constant of 11 bytes": HEADER + section(6, b"\1\x7f\0\x41" + LONG + b"\x0b"),
    "an index in the code of 11 bytes": HEADER
    + TYPES
    + section(3, b"\1\0")
    + section(10, b"\1" + sized(b"\0\x10" + LONG + b"\x0b")),
    "labels without an end": HEADER
    + TYPES
    + section(3, b"\1\0")
    + section(10, b"\1" + sized(b"\0\x41\0\x0e" + MOST + b"\0\x0b")),
    "locals without an end": HEADER + TYPES + section(3, b"\1\0") + section(10, b"\1" + sized(MOST)),
    "bodies without functions": HEADER + section(10, b"\1\2\0\x0b"),
    **{
        f"2^32 - 1 items in section {number}": HEADER + section(number, MOST)
        for number in (1, 2, 3, 4, 5, 6, 7, 9, 10, 13)
    },
    "2^32 - 1 parameters": HEADER + section(1, b"\1\x60" + MOST),
    "2^32 - 1 fields": HEADER + section(1, b"\1\x5f" + MOST),
    "2^32 - 1 types in a group": HEADER + section(1, b"\1\x4e" + MOST),
    "2^32 - 1 functions in a segment": HEADER
    + section(4, b"\1\x70\0\1")
    + section(9, b"\1\0\x41\0\x0b" + MOST),
    "a component of the future": b"\0asm\x63\0\1\0",
    "a component's section past the end": b"\0asm\x0d\0\1\0\1" + MOST,
    "zeros": bytes(1_000_000),
    "ones": b"\xff" * 1_000_000,
}
COMMANDS = {
    "check": ("check", "m.wasm"),
    "explain": ("explain", "m.wasm"),
    "sites": ("sites", "m.wasm"),
    "seal": ("seal", "m.wasm", "-o", "out.wasm", "--mode", "deny"),
    "run": ("run", "m.wasm"),
    "search": ("run", "--search", "m.wasm"),
}
SCENARIO = """schema = 1
[[artifact]]
path = "m.wasm"
[[artifact.scenario]]
name = "s"
steps = [{ call = "run" }]
"""


@pytest.mark.parametrize("data", MALFORMED.values(), ids=MALFORMED)
def test_malformed_module_is_not_judged(data: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.wasm").write_bytes(data)
    done = nogrow("check", "m.wasm", folder=tmp_path)
    assert done.code == 4
    assert "not judged[NG010]" in done.out
    assert done.peak_bytes < 100 << 20


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_malformed_module_is_refused_by_each_command(command: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "nogrow.toml").write_text(SCENARIO)
    (tmp_path / "m.wasm").write_bytes(MALFORMED["a section of 4 GiB"])
    done = nogrow(*command, folder=tmp_path)
    # `run` judges nothing: a module that can't be run breaks its scenario.
    assert done.code == (1 if command[:2] == ("run", "m.wasm") else 4)
    assert not (tmp_path / "out.wasm").exists()


@pytest.mark.parametrize("bad", ["bad.wasm", "none*.wasm", "gone.wasm", "empty"])
def test_bad_module_among_good_ones_fails_the_check(bad: str, tmp_path: Path) -> None:
    (tmp_path / "good.wasm").write_bytes(module([b""], exports=[(b"run", 0)]))
    (tmp_path / "bad.wasm").write_bytes(MALFORMED["zeros"])
    (tmp_path / "empty").mkdir()
    done = nogrow("check", "good.wasm", bad, folder=tmp_path)
    assert done.code == (4 if bad == "bad.wasm" else 3)
    assert "kept: good.wasm" in done.out


def test_missing_artifact_fails_the_check(tmp_path: Path) -> None:
    (tmp_path / "good.wasm").write_bytes(module([b""], exports=[(b"run", 0)]))
    (tmp_path / "nogrow.toml").write_text(
        'schema = 1\n[[artifact]]\npath = "good.wasm"\n[[artifact]]\npath = "gone.wasm"\n'
    )
    assert nogrow("check", folder=tmp_path).code == 3
    (tmp_path / "nogrow.toml").write_text("schema = 1\n")
    assert nogrow("check", folder=tmp_path).code == 2


def test_large_count_of_a_vector_takes_no_memory(tmp_path: Path) -> None:
    """A count is accepted if the section has bytes for it, and allocates no more than these."""
    (tmp_path / "m.wasm").write_bytes(HEADER + section(1, leb(10_000_000) + b"\x60" * 10_000_000))
    done = nogrow("check", "m.wasm", folder=tmp_path)
    assert (done.code, done.peak_bytes < 200 << 20) == (4, True)
