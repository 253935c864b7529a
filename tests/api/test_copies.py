import pickle
from pathlib import Path

import pytest

import nogrow
from nogrow import Verdict
from nogrow.difference.model import Direction
from nogrow.rewrite.rewrite import Mode
from tests.support.modules import CALLING, GROWING_WASM, QUIET_WASM, assemble, write_module

SCENARIO = """schema = 1
[[artifact]]
path = "a.wasm"
seal = { mode = "reserve", pages = "scenarios" }
[[artifact.scenario]]
name = "grow"
steps = [{ call = "bad" }, { call = "bad" }]
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with a module that grows."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.wasm").write_bytes(GROWING_WASM)
    return tmp_path


class TestSeal:
    """Sealed copies."""

    @pytest.mark.parametrize(
        ("mode", "verdict"), [("cap", Verdict.CAPPED), ("deny", Verdict.ABSENT), (Mode.TRAP, Verdict.ABSENT)]
    )
    def test_copy_cannot_grow(self, mode: Mode, verdict: Verdict) -> None:
        copy = nogrow.seal(GROWING_WASM, mode=mode)
        assert nogrow.prove(copy.data).verdict is verdict
        assert copy.changed
        (comparison,) = copy.comparisons
        assert (comparison.before.verdict, comparison.after.verdict) == (Verdict.REACHABLE, verdict)

    def test_pages_are_reserved(self) -> None:
        copies = [
            nogrow.seal(module, pages=pages) for module, pages in ((GROWING_WASM, 256), ("a.wasm", {0: 256}))
        ]
        assert copies[0].data == copies[1].data
        (memory,) = nogrow.prove(copies[0].data).memories
        assert (memory.min_pages, memory.max_pages) == (256, 256)

    def test_module_that_cannot_grow_stays_as_it_is(self) -> None:
        module = assemble('(module (memory (export "m") 1 1))')
        copy = nogrow.seal(module)
        assert (copy.data, copy.changed) == (module, False)

    def test_contract_gives_mode_and_pages(self, folder: Path) -> None:
        (folder / "nogrow.toml").write_text(SCENARIO)
        copy = nogrow.seal(Path("a.wasm"), mode=None)
        assert (copy.mode, copy.pages) == (Mode.RESERVE, 4)
        assert copy.notes[0] == "4 pages are reserved: what the scenarios reach, and a quarter more"
        assert nogrow.seal("a.wasm", pages="scenarios", contract="nogrow.toml") == copy

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"mode": "shut"}, "unknown mode 'shut'; expected one of cap, deny, trap, reserve"),
            ({"mode": None}, "a.wasm: no mode: choose reserve, cap, deny or trap"),
            ({"mode": None, "pages": 3}, "pages: these need a mode"),
            (
                {"mode": "cap", "pages": "scenarios"},
                "the pages that scenarios reach are for the mode reserve only",
            ),
            ({"pages": "scenarios"}, "the contract has no scenario"),
            ({"pages": "many"}, "pages: expected a number, numbers by memory or 'scenarios', not 'many'"),
            ({"pages": -1}, "pages: expected a number, numbers by memory or 'scenarios', not -1"),
            ({"pages": {0: 1.5}}, "pages: expected a number, numbers by memory or 'scenarios', not {0: 1.5}"),
            ({"pages": {7: 1}}, ".*has no memory 7"),
            ({}, "memory 0 declares no maximum: choose its size"),
        ],
    )
    def test_wrong_arguments_are_named(self, arguments: dict[str, str], message: str) -> None:
        with pytest.raises(nogrow.Error, match=f"^{message}") as caught:
            nogrow.seal("a.wasm", **arguments)  # type: ignore[arg-type]
        assert "\n" not in str(caught.value)


class TestStress:
    """StressedCopy copies."""

    def test_copy_detaches_where_the_memory_may_have_grown(self) -> None:
        copy = nogrow.stress("a.wasm")
        assert (copy.detaching, copy.quiet) == (("bad",), ("ok",))
        assert nogrow.stress(GROWING_WASM).data == copy.data
        assert nogrow.stress(GROWING_WASM, all=True).detaching == ("bad", "ok")
        assert nogrow.stress(GROWING_WASM, entries="b*", pages=3).detaching == ("bad",)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"pages": 0}, "pages: expected a number from 1 to 65,535, not 0"),
            ({"pages": "2"}, "pages: expected a number from 1 to 65,535, not '2'"),
            ({"entries": 2}, "entries: expected texts, not int"),
            ({"entries": "x*"}, "x\\*: no entry point has such a name"),
            ({"js": "gone.js"}, "gone.js: can't read the glue: No such file"),
        ],
    )
    def test_wrong_arguments_are_named(self, arguments: dict[str, str], message: str) -> None:
        with pytest.raises(nogrow.Error, match=f"^{message}"):
            nogrow.stress("a.wasm", **arguments)  # type: ignore[arg-type]


class TestDiff:
    """Comparisons of two builds."""

    def test_modules_and_reports_can_be_compared(self, folder: Path) -> None:
        (folder / "q.wasm").write_bytes(QUIET_WASM)
        report = nogrow.check("q.wasm")
        (folder / "q.json").write_text(report.render("json"))
        for old in (QUIET_WASM, "q.wasm", Path("q.json"), report):
            difference = nogrow.diff(old, "a.wasm")
            assert difference.direction is Direction.WORSE
            (module,) = difference.modules
            assert (module.entries[0].name, module.entries[0].after) == ("bad", Verdict.REACHABLE)
        assert nogrow.diff("a.wasm", QUIET_WASM).direction is Direction.BETTER

    def test_contract_trusts_imports_of_both(self, folder: Path) -> None:
        write_module(folder / "c.wasm", CALLING)
        (folder / "nogrow.toml").write_text(
            'schema = 1\n[[artifact]]\npath = "c.wasm"\nimports = { trusted = ["env.log"] }\n'
        )
        (module,) = nogrow.diff(assemble(CALLING), "c.wasm").modules
        assert (module.assumed_new, module.assumed_gone) == ((), ())

    @pytest.mark.parametrize(
        ("old", "message"),
        [
            ("gone.wasm", "nothing to compare: no such file: gone.wasm"),
            (b"", "<old>: offset 0x0: not a WebAssembly module"),
            (".", "\\.: expected a module or a JSON report: not a regular file"),
            (None, "old: expected a path or bytes, not NoneType"),
            (assemble("(component)"), "nothing to compare: no core module in <old>"),
        ],
    )
    def test_build_that_cannot_be_compared_is_named(self, old: str, message: str) -> None:
        with pytest.raises(nogrow.Error, match=f"^{message}") as caught:
            nogrow.diff(old, "a.wasm")
        assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_results_are_shown_in_one_short_line() -> None:
    results = (
        (nogrow.seal(GROWING_WASM, pages=8), "<SealedCopy: reserve, 135 bytes>"),
        (nogrow.stress(GROWING_WASM), "<StressedCopy: 1 of 2 entry points detach, 195 bytes>"),
        (nogrow.check("a.wasm"), "<Report: broken; a.wasm: broken>"),
        (nogrow.check("gone"), "<Report: nothing; gone: nothing>"),
        (nogrow.prove("a.wasm"), "<Proof of a.wasm: reachable, entry points: 2>"),
    )
    assert [repr(result) for result, _ in results] == [shown for _, shown in results]


def test_results_are_equal_after_pickling() -> None:
    for result in (
        nogrow.seal(GROWING_WASM, pages=8),
        nogrow.stress(GROWING_WASM),
        nogrow.diff(QUIET_WASM, GROWING_WASM),
    ):
        twin = pickle.loads(pickle.dumps(result))
        assert twin == result
        assert len(pickle.dumps(result)) < 3_000
