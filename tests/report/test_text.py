import io
from pathlib import Path

import pytest

from nogrow.analysis.assumptions import Assumption, AssumptionKind, Subject
from nogrow.analysis.judgement import Function, Resting, Step
from nogrow.contract.model import ArtifactContract
from nogrow.contract.violations import violations
from nogrow.jshost.model import Grower
from nogrow.report.escaping import printable
from nogrow.report.model import ArtifactReport, Report
from nogrow.report.text import render
from tests.support.judgements import ABSENT, REACHABLE, entry, judgement
from tests.support.reports import ALL, KEPT, STD, USER, WITH_SOURCES

TEXT = """\
error[NG001]: growth-reachable: `set_name` can grow memory 0 and return; its verdict is reachable
  --> build/growing.wasm
   = path:
       1. func[3] set_name
          at 0x000040: call
       2. func[7] alloc
          at 0x000052: memory.grow
   = host functions that may run after the growth: env.a, env.b
   = allowed: absent, unreachable

error[NG009]: scenario-failed: scenario `greeting`: step 1: `f` trapped
  --> build/growing.wasm

help: run `nogrow explain FILE ENTRY` to see the cause of a growth and how to fix it

not judged[NG010]: not-judged: build/cut.wasm: offset 0x8: the section is cut off
  --> build/cut.wasm

kept: build/quiet.wasm: unreachable, 1 grow site
   = scenario greeting: no growth observed (pages after each call: 1, 1)
   = scenario warm-up: `init` grew the memory from 1 to 2 pages, which is allowed
   = note: the contract's exports name `gone`, which no entry point matches
   = assumption: the host does not grow the memory
broken: build/growing.wasm: reachable, 1 grow site
   = scenario greeting: failed (pages after each call: none counted)
not-judged: build/cut.wasm
nothing: build/gone.wasm: no module found
checked 3 modules: 1 kept, 1 broken, 1 not-judged, 1 nothing
"""


def rendered(report: Report, colour: bool = False, quiet: bool = False) -> str:
    stream = io.StringIO()
    render(report, stream, colour=colour, quiet=quiet)
    return stream.getvalue()


def test_full_report() -> None:
    assert rendered(ALL) == TEXT


def test_verdict_names_its_assumptions() -> None:
    stays = Assumption(AssumptionKind.IMPORTS, ("env.a",))
    more = Assumption(AssumptionKind.HOST_GROWTH, memory=Subject(0))
    resting = Resting((stays,), ("f",))
    judged = judgement(entry("f", ABSENT))._replace(assumptions=(stays, more), resting=resting)
    text = rendered(Report(None, (ArtifactReport("a.wasm", "0" * 64, 1, judged, validated=True),)))
    assert text.startswith(
        "kept: a.wasm: absent, assuming that env.a neither grows the memory nor calls back in; 0 grow sites\n"
        "   = assumption: the host itself does not grow memory 0\n"
    )
    judged = judgement(entry("f", REACHABLE))._replace(assumptions=(stays,))
    text = rendered(Report(None, (ArtifactReport("a.wasm", "0" * 64, 1, judged, validated=True),)))
    assert f"reachable, 1 grow site\n   = assumption: {stays.sentence}\n" in text
    judged = judgement(entry("f", REACHABLE), entry("g", ABSENT))._replace(
        assumptions=(stays,), resting=Resting((stays,), ("g",))
    )
    text = rendered(Report(None, (ArtifactReport("a.wasm", "0" * 64, 1, judged, validated=True),)))
    assert f"reachable; the better verdict of `g` assumes that {stays.sentence}; 1 grow site\n" in text


def test_line_of_the_glue_follows_the_path() -> None:
    judged = judgement(entry("f", REACHABLE, host_grows="a.t"))
    growers = (Grower("a.b", "other.js", 1, 2), Grower("a.t", "glue.js", 3, 4))
    broken = violations(ArtifactContract(), judged)
    report = Report(None, (ArtifactReport("a.wasm", "0" * 64, 1, judged, broken, growers=growers),))
    assert "memory.grow\n   = host grows: a.t, glue.js:3:4\n   = allowed" in rendered(report)


def test_component_without_code_is_reported() -> None:
    report = Report(
        None, (ArtifactReport("a.wasm", "0" * 64, 8, notes=("a component without core modules",)),)
    )
    assert rendered(report).startswith("nothing: a.wasm: a component without core modules\n")


def test_quiet_hides_kept_modules() -> None:
    text = rendered(ALL, quiet=True)
    assert "build/quiet.wasm" not in text
    assert "broken: build/growing.wasm" in text
    assert rendered(Report(None, (KEPT,)), quiet=True) == ""


def test_module_without_scenario_is_reported() -> None:
    text = rendered(Report(None, (ArtifactReport("a.wasm", "0" * 64, 8),)))
    assert text.startswith("nothing: a.wasm: no scenario in the contract\n")


def test_colours_are_off_by_default() -> None:
    assert "\x1b[" not in rendered(ALL)
    assert "\x1b[31m\x1b[1merror[NG001]\x1b[0m" in rendered(ALL, colour=True)


HOSTILE = "\x1b[31mred\x07\r\n::error::\u202egnp.wasm\u2028\x9b0m"


def test_hostile_names_are_escaped() -> None:
    function = Function(1, HOSTILE)
    steps = Step(function, 4, "call"), Step(function, 8, "memory.grow")
    growing = entry(HOSTILE, REACHABLE, *steps, imports_after_growth=(HOSTILE,))
    judged = judgement(growing, assumptions=(HOSTILE,))
    broken = violations(ArtifactContract(), judged)
    report = Report(None, (ArtifactReport(HOSTILE, "0" * 64, 1, judged, broken, (HOSTILE,)),))
    text = rendered(report)
    assert all(line.isprintable() for line in text.split("\n"))
    assert not any(line.startswith("::") for line in text.split("\n"))
    assert "\\x1b[31mred\\x07\\x0d\\x0a::error::\\u{202e}gnp.wasm\\u{2028}\\u{9b}0m" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("core::fmt::Write<T>", "core::fmt::Write<T>"),
        ("größe 名", "größe 名"),
        ("a\tb", "a\\x09b"),
        ("\x7f", "\\x7f"),
        ("\u200f\u2066", "\\u{200f}\\u{2066}"),
        ("\ud800", "\\u{d800}"),
        ("", ""),
    ],
)
def test_invisible_characters_are_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


SOURCE = """\
error[NG001]: growth-reachable: `set_name` can grow memory 0 and return; its verdict is reachable
  --> src/lib.rs:2:15
  |
2 |     let all = format!("{a}{b}");
  |               ^^^^^^^
  |
   = module: build/growing.wasm
   = path:
       1. func[3] set_name
          at 0x000040: call, src/lib.rs:2:15
       2. func[7] alloc
          at 0x000052: memory.grow, /rustc/1234/library/alloc/src/alloc.rs:95:9
"""


def test_source_line_of_the_cause_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "lib.rs").write_text('fn f() {\n    let all = format!("{a}{b}");\n}\n')
    monkeypatch.chdir(tmp_path)
    artifact = WITH_SOURCES._replace(sources={0x40: (STD, USER._replace(line=2, column=15)), 0x52: (STD,)})
    assert rendered(Report(None, (artifact,))).startswith(SOURCE)


def test_names_are_demangled() -> None:
    name = "_ZN4core3fmt5write17h0123456789abcdefE"
    growing = entry("f", REACHABLE, Step(Function(1, name), 0x40, "call"))
    artifact = ArtifactReport("a.wasm", judgement=judgement(growing))
    broken = artifact._replace(violations=violations(ArtifactContract(), judgement(growing)))
    assert "func[1] core::fmt::write\n" in rendered(Report(None, (broken,)))
