"""Run random programs in Node, and compare what they use with what the analysis finds."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from wasmtime import wat2wasm

from nogrow.analysis.judgement import Verdict
from nogrow.analysis.proof import judge
from nogrow.analysis.surroundings import Surroundings
from nogrow.errors import ModuleError, ToolError
from nogrow.jshost.imports import analyse
from nogrow.machine.process import run
from nogrow.pipeline.cached_views import inspect
from nogrow.pipeline.stress_host_code import surroundings_of
from nogrow.report.exit_code import Outcome
from nogrow.rewrite.stress import stressed
from nogrow.wasm.runtime import Engine
from tools.soundness.programs import Program

OBSERVE = Path(__file__).parent / "observe.mjs"
MODULE = "app.wasm"
_SECONDS = 600
_MOST_BYTES = 64 << 20
_ENGINE = Engine()
# The verdicts that an export may have that was left in this way after a growth.
_RETURNS = (Verdict.REACHABLE, Verdict.CAPPED, Verdict.CAPPED_AND_THROW_ONLY)
_ALLOWED = {"returns": _RETURNS, "throws": (*_RETURNS, Verdict.THROW_ONLY)}


class Result(NamedTuple):
    """What running a program shows: how many uses of stale views, and which of them no finding covers.

    `certain` counts the uses that a certain finding covers, `unconfirmed` the findings that no run confirms.
    `growths` counts the exports that grew the memory in a run; `refuted` are those whose verdict excludes it.
    """

    seed: int
    not_judged: str | None = None
    uses: int = 0
    certain: int = 0
    missed: tuple[str, ...] = ()
    findings: int = 0
    unconfirmed: int = 0
    growths: int = 0
    refuted: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with the analysis of the program."""
        unjudged = () if self.not_judged is None else (f"not judged: {self.not_judged}",)
        lines = [f"stale use without a finding: {use}" for use in self.missed]
        return tuple(f"seed {self.seed}: {line}" for line in (*unjudged, *lines, *self.refuted))


class _Observed(NamedTuple):
    """The uses of stale views, each with the lines that mentioned the view before, and exports that grew."""

    uses: frozenset[tuple[str, ...]]
    grown: tuple[str, ...]


def compare(programs: Mapping[int, Program], node: str, folder: Path) -> list[Result]:
    """Run the programs, given by their seeds, and analyse each; return the results in the same order.

    Each runs twice: with its module, and with the stressed copy. Raises `ToolError` if Node fails.
    """
    surroundings = [_write(program, folder / str(seed)) for seed, program in programs.items()]
    entries = [
        str(folder / str(seed) / kind / program.entry)
        for seed, program in programs.items()
        for kind in ("run", "stressed")
    ]
    folder.joinpath("entries.json").write_text(json.dumps(entries), "utf-8")
    done = run([node, OBSERVE, folder / "entries.json"], seconds=_SECONDS, most_bytes=_MOST_BYTES)
    if done.exit_code:
        raise ToolError(f"node ended with exit code {done.exit_code}: {done.stderr[-1000:]}")
    observed = list(map(_observed, json.loads(done.stdout)))
    return [
        _compared(seed, folder / str(seed) / "plain", program, around, *observed[2 * number : 2 * number + 2])
        for number, ((seed, program), around) in enumerate(zip(programs.items(), surroundings, strict=True))
    ]


def _observed(result: dict[str, Any]) -> _Observed:
    return _Observed(frozenset(tuple(use) for use in result["uses"]), tuple(result["grown"]))


def _write(program: Program, folder: Path) -> Surroundings | None:
    """Write the program as it is analysed and as it is run; return what its code says of the imports.

    There is None for code that can't be read.
    """
    data = bytes(wat2wasm(program.wat))
    plain, noted = program.plain(), program.noted()
    try:
        host_code = [analyse(name, text.encode()) for name, text in plain.items()]
        surroundings = surroundings_of(data, host_code)
        copy = stressed(data, _ENGINE, surroundings=surroundings).data
    except ModuleError:
        surroundings, copy = None, data
    for kind, files, module in (("plain", plain, data), ("run", noted, data), ("stressed", noted, copy)):
        (folder / kind).mkdir(parents=True, exist_ok=True)
        (folder / kind / MODULE).write_bytes(module)
        for name, text in files.items():
            (folder / kind / name).write_text(text, "utf-8")
    return surroundings


def _compared(
    seed: int,
    folder: Path,
    program: Program,
    surroundings: Surroundings | None,
    plain: _Observed,
    under_stress: _Observed,
) -> Result:
    if surroundings is None:
        return Result(seed, "the host code cannot be read")
    paths = [str(folder / name) for name in program.files]
    report = inspect(paths, strict=True, modules=[str(folder / MODULE)])
    if report.outcome is Outcome.NOT_JUDGED:
        return Result(seed, "; ".join(note for artifact in report.artifacts for note in artifact.notes))
    findings: set[frozenset[str]] = set()
    certain: set[str] = set()
    for artifact in report.artifacts:
        for view in (violation.view for violation in artifact.violations):
            if view is not None:
                lines = frozenset(f"{Path(artifact.path).name}:{use.line}" for use in view.uses)
                findings.add(lines)
                certain |= lines if view.certain else frozenset()
    uses = plain.uses | under_stress.uses
    found, seen = frozenset().union(*findings), frozenset().union(*uses)
    judgement = judge((folder / MODULE).read_bytes(), lambda label: False, _ENGINE, surroundings)
    return Result(
        seed,
        uses=len(uses),
        certain=sum(not certain.isdisjoint(use) for use in uses),
        missed=tuple(sorted({use[0] for use in uses if found.isdisjoint(use)})),
        findings=len(findings),
        unconfirmed=sum(lines.isdisjoint(seen) for lines in findings),
        growths=len(plain.grown),
        refuted=tuple(_refuted({entry.name: entry.verdict for entry in judgement.entries}, plain.grown)),
    )


def _refuted(verdicts: Mapping[str, Verdict], grown: Sequence[str]) -> Iterator[str]:
    """Yield the exports whose verdict excludes a growth that a run showed."""
    for name, _, ended in (each.rpartition(" ") for each in grown):
        if name in verdicts and verdicts[name] not in _ALLOWED.get(ended, tuple(Verdict)):
            yield f"`{name}` {ended} after a growth, but its verdict is {verdicts[name].label}"
