"""Test that the modules a contract was drafted for always keep it."""

import os
import random
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from nogrow.analysis.judgement import Verdict
from nogrow.cli.commands import cli
from tests.support.modules import assemble, write_module
from tests.support.posix import posix_only
from tests.support.sample import sampled
from tests.support.smith import smith

ROOT = Path(__file__).parents[2]
COMPONENT = """(component
  (core module (memory (export "m") 1) (func (export "a") (drop (memory.grow (i32.const 1)))))
  (core module (memory (export "m") 1) (func (export "a"))
    (func (export "b") (drop (memory.grow (i32.const 1))) unreachable)))"""
STRANGE = (
    "", " ", "a*", "a[*]", "a?", "[a]", "[!a]", "a[", "]", "func[3]", "func[[]*]", "func[*]", "(start)",
    "a.b", '"', "'", "\\", "\\u0041", "#", "\x00", "\x1b[31m", "\n", "\r", "\x7f", "\x85", "\u2028",
    "\u202e", "\U000e0001", "é", "🙂", "##[add-mask]", "= [1]", "`", "$(touch pwned)",
)  # fmt: skip


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def nogrow(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, words, catch_exceptions=False)
    return done.exit_code, done.output


def contract() -> str:
    return Path("nogrow.toml").read_bytes().decode()


def assert_passes(code: int = 0) -> None:
    exit_code, output = nogrow("init", "--force")
    assert exit_code == code, output
    exit_code, output = nogrow("check", "--no-validate")
    assert exit_code == 0, contract() + output


def module(exports: dict[str, bool], extra: str = "") -> bytes:
    """Return a module that exports these names; True marks those that grow."""
    functions = "".join(
        f'(func (export "{"".join(f"{chr(92)}{byte:02x}" for byte in name.encode())}")'
        f" {'(drop (memory.grow (i32.const 1)))' if grows else ''})"
        for name, grows in exports.items()
    )
    return assemble(f'(module (memory (export "memory") 1 9) {extra} {functions})')


def test_guests_and_kernels_pass(folder: Path) -> None:
    built = sorted((ROOT / "build").glob("*/greeting*.wasm"))
    if not built:
        pytest.skip("nothing is built; invoke build")
    for path in built:
        (folder / f"{path.parent.name}-{path.name}").write_bytes(path.read_bytes())
    assert_passes()
    assert '"set_name" = ["trap-only"]' in contract()


@posix_only
def test_real_modules_pass(folder: Path) -> None:
    corpus = sorted(
        path for path in (ROOT / "build/corpus").glob("*/**/*.wasm") if path.stat().st_size < 8_000_000
    )
    if not corpus:
        pytest.skip("there is no corpus; invoke bench")
    for number, path in enumerate(corpus):
        Path(f"{number}.wasm").symlink_to(path)
    assert_passes()


@pytest.mark.parametrize("count", sampled([10, 40]))
def test_generated_modules_pass(count: int) -> None:
    for seed in range(count):
        Path(f"{seed}.wasm").write_bytes(smith(seed))
    exit_code, output = nogrow("init")
    assert exit_code in (0, 4)
    assert "Traceback" not in output
    exit_code, output = nogrow("check", "--no-validate")
    assert exit_code == 0, contract() + output


def test_names_of_every_kind_pass_as_exceptions() -> None:
    Path("all.wasm").write_bytes(module(dict.fromkeys(STRANGE[:20], True)))
    Path("more.wasm").write_bytes(module(dict.fromkeys(STRANGE[20:], True)))
    assert_passes()
    document = tomllib.loads(contract())
    assert [len(artifact["exports"]) for artifact in document["artifact"]] == [20, len(STRANGE) - 20]


@pytest.mark.parametrize("count", sampled([15, 60]))
def test_names_in_any_mixture_pass(count: int) -> None:
    generator = random.Random(7)
    for number in range(count):
        names = generator.sample(STRANGE, generator.randint(1, 24))
        exports = {name: generator.random() < 0.6 for name in names}
        extra = (
            '(table (export "table") 1 funcref) (elem (i32.const 0) $e)'
            f" (func $e {'(drop (memory.grow (i32.const 1)))' if number % 2 else ''})"
        )
        Path(f"{number}.wasm").write_bytes(module(exports, extra))
    assert_passes()


def test_commented_limits_pass() -> None:
    Path("a.wasm").write_bytes(module({"a": True, "b": False}))
    assert_passes()
    lines = contract().split("\n")
    start = lines.index("# [artifact.memory]")
    lines[start : start + 2] = (line.removeprefix("# ") for line in lines[start : start + 2])
    Path("nogrow.toml").write_text("\n".join(lines), encoding="utf-8")
    assert tomllib.loads("\n".join(lines))["artifact"][0]["memory"] == {"max_pages": 9}
    assert nogrow("check")[0] == 0


def test_exemption_covers_only_the_growing_export() -> None:
    Path("a.wasm").write_bytes(module({"a*": True, "ab": False}))
    assert_passes()
    Path("a.wasm").write_bytes(module({"a*": True, "ab": True}))
    assert nogrow("check")[0] == 1
    Path("a.wasm").write_bytes(module({"ab": True}))
    assert nogrow("check")[0] == 1


@pytest.mark.parametrize(
    "name",
    ["plain.wasm", "a[1].wasm", "*.wasm", "new\nline.wasm", "-x.wasm", '"#\\.wasm', "a#0.wasm", " .wasm"],
)
@pytest.mark.parametrize(
    "wat", ['(module (memory 1) (func (export "f") (drop (memory.grow (i32.const 1)))))', COMPONENT]
)
def test_files_of_every_name_pass(name: str, wat: str) -> None:
    write_module(Path(name), wat)
    Path("quiet.wasm").write_bytes(module({"f": False}))
    assert_passes()
    assert nogrow("check", "quiet.wasm", "--quiet") == (0, "")


def test_each_core_module_of_a_component_has_its_own_clause() -> None:
    write_module(Path("c.wasm"), COMPONENT)
    assert_passes()
    artifacts = tomllib.loads(contract())["artifact"]
    assert {artifact["path"]: artifact["exports"] for artifact in artifacts} == {
        "c.wasm#0": {"a": [Verdict.REACHABLE.label]},
        "c.wasm#1": {"b": [Verdict.TRAP_ONLY.label]},
    }


def test_component_with_an_unjudged_part_is_left_out() -> None:
    broken = "(core module (func unreachable unreachable nop unreachable))"
    data = assemble(COMPONENT[:-1] + broken + ")")
    Path("c.wasm").write_bytes(data.replace(b"\0\0\x01\0\x0b", b"\0\0\xff\0\x0b"))
    Path("quiet.wasm").write_bytes(module({"f": False}))
    assert_passes(code=4)
    assert "# Not in this contract: c.wasm#2\n" in contract()
    assert [artifact["path"] for artifact in tomllib.loads(contract())["artifact"]] == ["quiet.wasm"]


@posix_only
def test_contract_in_another_folder_finds_its_modules(folder: Path) -> None:
    Path("a.wasm").write_bytes(module({"f": True}))
    Path("real/deep").mkdir(parents=True)
    Path("link").symlink_to("real/deep")
    for path in ("sub/nogrow.toml", "link/nogrow.toml", str(folder / "abs" / "nogrow.toml")):
        assert nogrow("init", "--contract", path)[0] == 0
        assert nogrow("check", "--contract", path)[0] == 0


def test_file_name_outside_utf8_is_left_out() -> None:
    Path(os.fsdecode(b"caf\xe9.wasm")).write_bytes(module({"f": True}))
    Path("quiet.wasm").write_bytes(module({"f": False}))
    assert_passes(code=4)
    assert "its name is not UTF-8" in contract()
