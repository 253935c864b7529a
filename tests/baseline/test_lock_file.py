"""Test that locks are written and read without a change, and that damaged locks are rejected."""

import json
from pathlib import Path
from typing import Any

import pytest

from nogrow.analysis.entry_identity import Key
from nogrow.analysis.judgement import Verdict
from nogrow.baseline.lock_file import START, Lock, Pin, load, pin_of, written
from nogrow.errors import DocumentError
from tests.support.judgements import (
    DIGEST,
    ESCAPED,
    EXPORT,
    REACHABLE,
    TRAP_ONLY,
    UNREACHABLE,
    entry,
    exports,
    judgement,
    lock,
    pin,
)

NAMES = (
    *(
        "",
        "a",
        "größe",
        '"quoted"',
        "\\",
        "a\nb",
        "\0",
        "\x1b[31m",
        "\x7f",
        "\u2028",
        "\u202e",
        "😀",
        "##[a]",
    ),
    *("<<<<<<< ours", "=======", "nogrow.lock", "a.wasm", "__proto__", "x" * 5000, "\ud800"),
)


VERDICTS = list(Verdict)


def again(original: Lock, folder: Path) -> Lock:
    path = folder / "nogrow.lock"
    path.write_bytes(written(original))
    return load(path)


def test_every_name_and_path_survives(tmp_path: Path) -> None:
    entries: dict[Key, tuple[Verdict, ...]] = {
        (EXPORT, name): (VERDICTS[number % len(VERDICTS)],) for number, name in enumerate(NAMES)
    }
    entries |= {(ESCAPED, name): (REACHABLE, UNREACHABLE) for name in NAMES}
    pins = {name: pin({**entries, START: (TRAP_ONLY,)}, excused=True) for name in NAMES if "\0" not in name}
    pins = {name: module_pin for name, module_pin in pins.items() if name not in ("", "\ud800")} | {
        "a\udcff.wasm#0": pin({})
    }
    assert again(Lock(tmp_path / "nogrow.lock", pins), tmp_path).pins == pins


@pytest.mark.parametrize("path", ["ok\ud800.wasm", "\udfff", "a\0"])
def test_impossible_path_is_rejected(tmp_path: Path, path: str) -> None:
    (tmp_path / "l").write_bytes(written(Lock(tmp_path / "l", {path: pin({})})))
    with pytest.raises(DocumentError, match="a path can't contain a NUL or half a character"):
        load(tmp_path / "l")


def test_hundred_thousand_entry_points_survive(tmp_path: Path) -> None:
    pins = {
        "a.wasm": exports(**{f"f{number}": VERDICTS[number % len(VERDICTS)] for number in range(100_000)})
    }
    assert again(Lock(tmp_path / "nogrow.lock", pins), tmp_path).pins == pins


def test_file_is_sorted_ascii_with_a_line_per_entry_point() -> None:
    entries: dict[Key, tuple[Verdict, ...]] = {
        (EXPORT, "b"): (UNREACHABLE,),
        (EXPORT, "é"): (UNREACHABLE,),
        (EXPORT, "a"): (REACHABLE,),
        (ESCAPED, "##"): (UNREACHABLE, UNREACHABLE),
        (ESCAPED, ""): (REACHABLE, UNREACHABLE, UNREACHABLE),
        START: (TRAP_ONLY,),
    }
    assert written(lock(a=pin(entries))).decode("ascii").splitlines() == [
        *("{", ' "schema": "nogrow/lock/1",', ' "artifacts": {', '  "a.wasm": {'),
        *(f'   "sha256": "{DIGEST}",', '   "size": 100,', '   "verdict": "reachable",'),
        *('   "exports": {', '    "reachable": [', '     "a"', "    ],"),
        *('    "unreachable": [', '     "b",', '     "\\u00e9"', "    ]", "   },"),
        *('   "start": {', '    "verdict": "trap-only",', '    "excused": false', "   },"),
        *('   "escaped": {', '    "unreachable": [', '     "##",', '     "##"', "    ]", "   },"),
        *('   "nameless": {', '    "reachable": 1,', '    "unreachable": 2', "   }"),
        *("  }", " }", "}"),
    ]


def test_order_of_entry_points_does_not_change_the_bytes() -> None:
    entries = (entry("a", REACHABLE), entry("b", UNREACHABLE), entry("c", UNREACHABLE))
    pins = [pin_of(judgement(*ordered), DIGEST, 100) for ordered in (entries, entries[::-1])]
    first, second = (written(Lock(Path("l"), {"x": each, "a": each})) for each in pins)
    assert first == second
    assert first == written(Lock(Path("l"), {"a": pins[0], "x": pins[0]}))


def test_order_and_line_ends_in_the_file_do_not_matter(tmp_path: Path) -> None:
    text = (
        '{"artifacts": {"b": {"exports": {"unreachable": ["z", "a"], "reachable": ["m"]},'
        f' "verdict": "reachable", "size": 1, "sha256": "{DIGEST}"}}}},\r\n"schema": "nogrow/lock/1"}}\r\n'
    )
    (tmp_path / "l").write_bytes(text.encode())
    expected = exports(z=UNREACHABLE, a=UNREACHABLE, m=REACHABLE)._replace(size=1)
    assert load(tmp_path / "l").pins == {"b": expected}


GOOD: dict[str, Any] = {
    "sha256": DIGEST,
    "size": 1,
    "verdict": "reachable",
    "exports": {"reachable": ["a"], "absent": ["b"]},
}
AT = 'artifacts["a.wasm"]'


def test_lock_of_0_1_0_may_name_either_verdict(tmp_path: Path) -> None:
    # Version 0.1.0 wrote `capped` for such a module.
    text = written(lock(a=exports(f=VERDICTS[3], g=VERDICTS[4]))).decode()
    assert '"verdict": "capped+throw-only"' in text
    (tmp_path / "l").write_text(text.replace("capped+throw-only", "capped"))
    assert load(tmp_path / "l").pins["a.wasm"].verdict is Verdict.CAPPED_AND_THROW_ONLY


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sha256": "0" * 63}, f"{AT}.sha256: expected a SHA-256"),
        ({"sha256": "A" * 64}, f"{AT}.sha256: expected a SHA-256"),
        ({"size": "1"}, f"{AT}.size: expected an integer of at least 0, not the string '1'"),
        ({"verdict": "good"}, f"{AT}.verdict: unknown verdict 'good'; known here: absent, unreachable"),
        (
            {"verdict": "capped"},
            f"{AT}.verdict: expected reachable, the worst verdict of the module's entry points",
        ),
        (
            {"exports": {}},
            f"{AT}.verdict: expected unreachable, the worst verdict of the module's entry points",
        ),
        ({"exports": {"good": []}}, f"{AT}.exports.good: unknown verdict 'good'"),
        ({"exports": {"reachable": "a"}}, f"{AT}.exports.reachable: expected an array, not the string 'a'"),
        ({"exports": {"reachable": [1]}}, f"{AT}.exports.reachable[0]: expected a string, not the number 1"),
        ({"exports": {"reachable": ["a", "a"]}}, f"{AT}.exports.reachable[1]: duplicate export"),
        ({"exports": {"reachable": ["a"], "absent": ["a"]}}, "duplicate export"),
        ({"escaped": {"absent": [""]}}, f"{AT}.escaped.absent[0]: expected a name"),
        ({"nameless": {"absent": 0}}, f"{AT}.nameless.absent: expected an integer of at least 1"),
        ({"nameless": {"absent": 10**9}}, "no module has 1,000,000,000 functions"),
        ({"start": {"verdict": "absent"}}, f"{AT}.start: the key `excused` is missing"),
        ({"start": "absent"}, f"{AT}.start: expected an object"),
        ({"entries": {}}, f"{AT}.entries: unknown key; known here: sha256, size, verdict, exports"),
    ],
    ids=str,
)
def test_wrong_pin_names_the_key(tmp_path: Path, changes: dict[str, Any], message: str) -> None:
    document = {"schema": "nogrow/lock/1", "artifacts": {"a.wasm": GOOD | changes}}
    assert message in refused(tmp_path, json.dumps(document))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty; expected a lock of nogrow"),
        ("{}", "the key `schema` is missing"),
        ('{"schema": "nogrow/lock/2"}', "schema: expected nogrow/lock/1, the only version"),
        ('{"schema": 1}', "schema: expected a string, not the number 1"),
        ('{"schema": "nogrow/lock/1"}', "the key `artifacts` is missing"),
        ('{"schema": "nogrow/lock/1", "artifacts": {}}', "artifacts: empty"),
        ('{"schema": "nogrow/lock/1", "more": 1}', "more: unknown key"),
        ('{"schema": "nogrow/lock/1", "artifacts": {"a": {}, "a": {}}}', '"a": duplicate key'),
        ('{"schema": "nogrow/lock/1", "artifacts": {"./a": {}}}', "expected a path relative to the lock"),
        ('{"schema": "nogrow/lock/1", "artifacts": {"/a": {}}}', "expected a path relative to the lock"),
        ("schema = 1\n", "line 1: not valid JSON"),
    ],
)
def test_malformed_lock_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    assert message in refused(tmp_path, text)


def refused(tmp_path: Path, text: str) -> str:
    (tmp_path / "nogrow.lock").write_text(text)
    with pytest.raises(DocumentError) as caught:
        load(tmp_path / "nogrow.lock")
    return str(caught.value)


def test_module_without_entry_points_keeps_its_verdict(tmp_path: Path) -> None:
    pins = {"a": Pin(DIGEST, 1, UNREACHABLE, {})}
    assert again(Lock(tmp_path / "nogrow.lock", pins), tmp_path).pins == pins


def test_paths_are_relative_to_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    empty = Lock(Path("sub/nogrow.lock"), {})
    assert empty.key("a.wasm") == "../a.wasm"
    assert empty.key(str(tmp_path / "sub" / "x" / "a.wasm#0")) == "x/a.wasm#0"
    assert empty.shown("../a.wasm") == "a.wasm"
