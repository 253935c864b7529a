"""A target to the reports on what is in its file: one core module, or the core modules of a component."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from nogrow.ahead import Ahead
from nogrow.background import Background
from nogrow.contract.hold import notes, violations
from nogrow.contract.model import ArtifactContract, Scenario
from nogrow.contract.rule import Rule, Violation
from nogrow.contract.select import Target
from nogrow.errors import ModuleError
from nogrow.glue.model import Grower
from nogrow.part import Part, moved, parts_of, placed
from nogrow.proof.assume import on_the_host
from nogrow.proof.judgement import Judgement, Site, Verdict
from nogrow.report.result import NO_SOURCES, ArtifactReport
from nogrow.run.result import ScenarioOutcome, ScenarioResult
from nogrow.source.model import Frame
from nogrow.wasm.file import read
from nogrow.wasm.kernel import Engine
from nogrow.wasm.sections import is_component
from nogrow.wasm.validate import Validation, validate, validate_component

if TYPE_CHECKING:
    from nogrow.lock.hold import Pinned
    from nogrow.source.find import Wanted

Judge = Callable[[bytes, Callable[[str], bool], Engine | None, frozenset[str]], Judgement]
Run = Callable[[bytes, Scenario], ScenarioResult]

# Of a module with more violations, the others are reported without their places in the source.
MOST_LOCATED = 5_000


# All formats but text list the whole path of each entry point. Real modules have some 10,000 steps in all.
MOST_STEPS = 2_000_000
TOO_LONG = f"the paths of its entry points have more than {MOST_STEPS:,} steps in all, too many for a report"


class Examination(NamedTuple):
    """What to find out of targets; see `check` for what the parts mean. `growers` are by target."""

    judge: Judge | None
    run: Run | None
    validate: bool
    growers: Mapping[str, tuple[Grower, ...]]
    has_glue: bool
    digest: bool = True
    source: "Wanted | None" = None
    pinned: "Pinned | None" = None
    whole: bool = False

    def of_all(self, targets: Sequence[Target]) -> list[tuple[ArtifactReport, ...]]:
        """The reports on each of the targets."""
        return [reports() for reports in self.one_by_one(targets)]

    def one_by_one(
        self, targets: Sequence[Target], ahead: Ahead | None = None
    ) -> Iterator[Callable[[], tuple[ArtifactReport, ...]]]:
        """What makes the reports on each of the targets when it is called; they share an engine.

        `ahead` has begun to read one of them.
        """
        engine = Engine() if self.judge is not None and ahead is None else None
        return (partial(self._reports, target, engine, ahead.read if ahead else read) for target in targets)

    def lost(self, target: Target) -> tuple[ArtifactReport, ...]:
        """The report on a target whose examination ended the process that did it."""
        return (not_judged(ArtifactReport(target.path), "the process that judged it was ended"),)

    def _reports(
        self, target: Target, engine: Engine | None, read: Callable[[str], bytes]
    ) -> tuple[ArtifactReport, ...]:
        try:
            return self._looked_at(target, engine, read)
        except MemoryError:
            return (not_judged(ArtifactReport(target.path), "there is not enough memory for it"),)

    def _looked_at(
        self, target: Target, engine: Engine | None, read: Callable[[str], bytes]
    ) -> tuple[ArtifactReport, ...]:
        bare = ArtifactReport(target.path)
        if not target.found:
            return (bare,)
        if target.problem is not None:
            return (not_judged(bare, target.problem),)
        try:
            data = read(target.path) if target.data is None else target.data
            # A file is what is shipped: its digest and size are those of each of its parts.
            bare = ArtifactReport(target.path, _sha256(data) if self.digest else None, len(data))
            parts = parts_of(target.path, data)
        except ModuleError as error:
            return (not_judged(bare, str(error)),)
        whole = Background(lambda: validate_component(data)) if self._asks_about(data) else None
        reports = tuple(self._report(bare, part, target, engine) for part in parts)
        if whole is not None:
            validation = whole.result()
            if validation.valid is False:
                return (not_judged(bare._replace(validated=False), str(validation.error)),)
            if validation.valid is None:
                reports = tuple(_unvalidated(report, validation) for report in reports)
        if not parts:
            return (bare._replace(notes=("a component without core modules",)),)
        missing = [f"{target.path}#{number}" for number, _ in target.parts]
        missing = [path for path in missing if path not in {part.path for part in parts}]
        return (
            *reports,
            *(ArtifactReport(path) for path in missing),
        )

    def _asks_about(self, data: bytes) -> bool:
        """Whether wasmtime is to validate the file as a component."""
        return self.validate and self.judge is not None and is_component(data)

    def _report(
        self, bare: ArtifactReport, part: Part, target: Target, engine: Engine | None
    ) -> ArtifactReport:
        bare = bare._replace(path=part.path)
        growers = self.growers.get(target.path, ())
        clauses = {f"{target.path}#{number}": clause for number, clause in target.parts}
        clause = clauses.get(part.path, target.clause)
        try:
            judgement, validation = self._judged(part, clause, growers, engine)
        except ModuleError as error:
            return not_judged(bare, str(error.moved(part.start)))
        bare = bare._replace(validated=validation.valid)
        if validation.valid is False:
            return not_judged(bare, str(validation.error.moved(part.start)))
        scenarios = (
            tuple(moved(self.run(part.data, one), part) for one in clause.scenarios) if self.run else ()
        )
        if judgement is None:
            frames, *said = self._sources(target.path, part, _offsets((), (), scenarios))
            return bare._replace(
                violations=_failed(scenarios), notes=tuple(said), scenarios=scenarios, sources=frames
            )
        judgement = placed(judgement, part, _reached(judgement, clause, growers))
        if self.whole and not _can_be_listed(judgement):
            return not_judged(bare, TOO_LONG)
        broken = violations(clause, judgement)
        held = self.pinned.hold(part.path, judgement, bare.sha256) if self.pinned else None
        if held is not None:
            broken = _with(broken, held.violations)
            bare = bare._replace(better=held.better, notes=held.notes)
        frames, *said = self._sources(target.path, part, _offsets(judgement.sites, broken, scenarios))
        return bare._replace(
            judgement=judgement,
            violations=_with(broken, _failed(scenarios)),
            notes=(
                *bare.notes,
                *notes(clause, judgement),
                *self._notes(judgement, growers, validation),
                *said,
            ),
            scenarios=scenarios,
            growers=growers,
            sources=frames,
        )

    def _sources(
        self, path: str, part: Part, offsets: Callable[[], set[int]]
    ) -> tuple[Mapping[int, tuple[Frame, ...]], *tuple[str, ...]]:
        """Where the instructions at the offsets stand in the source, and what to say about that."""
        if self.source is None:
            return (NO_SOURCES,)
        from nogrow.source.find import find_sources

        found = find_sources(path, part.data, part.start, offsets(), self.source)
        return (found.frames,) if found.note is None else (found.frames, found.note)

    def _judged(
        self,
        part: Part,
        clause: ArtifactContract,
        growers: tuple[Grower, ...],
        engine: Engine | None,
    ) -> tuple[Judgement | None, Validation]:
        """What is proved of the module, while another thread has wasmtime validate it."""
        if self.judge is None:
            return None, Validation(None)
        labels = frozenset(grower.label for grower in growers)
        validating = Background(lambda: validate(part.data)) if self.validate else None
        judgement = self.judge(part.data, _trusts(clause, labels), engine, labels)
        return judgement, validating.result() if validating else Validation(None)

    def _notes(
        self, judgement: Judgement, growers: tuple[Grower, ...], validation: Validation
    ) -> Iterator[str]:
        if self.has_glue and not {one.label for one in growers} & judgement.imports:
            yield "in the glue, no import that is reached leads to a growth of the memory"
        elif not self.has_glue and on_the_host(judgement.assumptions) and _minified(judgement):
            yield (
                "import names as short as Emscripten's minified ones: emscripten_resize_heap, "
                "which grows the memory, may be among them; --glue FILE.js tells"
            )
        if validation.valid is None and validation.reason is not None:
            yield f"wasmtime can't validate the module: {validation.reason}"


def not_judged(artifact: ArtifactReport, message: str) -> ArtifactReport:
    """Return the report of an artifact that could not be judged: no verdict, and NG010 only."""
    violation = Violation(Rule.NOT_JUDGED, f"{artifact.path}: {message}")
    return ArtifactReport(
        artifact.path,
        artifact.sha256,
        artifact.size,
        violations=(violation,),
        scenarios=artifact.scenarios,
        validated=artifact.validated,
    )


def _unvalidated(report: ArtifactReport, validation: Validation) -> ArtifactReport:
    """Return the report on a module in a component that could not be validated as a whole."""
    if report.judgement is None:
        return report
    note = f"wasmtime can't validate the component: {validation.reason}"
    return report._replace(validated=None, notes=(note, *report.notes))


def _can_be_listed(judgement: Judgement) -> bool:
    """Whether the paths of all entry points together have few enough steps."""
    growing = sum(verdict > Verdict.UNREACHABLE for verdict in judgement.standing.verdicts)
    left = MOST_STEPS
    for entry in judgement.entries if growing > 1 else ():
        left -= len(entry.witness)
        if left < 0:
            return False
    return True


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def _trusts(clause: ArtifactContract, growers: frozenset[str]) -> Callable[[str], bool]:
    """Whether an import is trusted: one that is known to grow the memory by its exact name only."""
    imports = clause.imports
    return lambda name: name in imports.trusted or (name not in growers and imports.trusts(name))


def _minified(judgement: Judgement) -> bool:
    """Whether imports are from a module whose name has one letter."""
    return any(name[1:2] == "." for name in judgement.imports)


def _reached(judgement: Judgement, clause: ArtifactContract, growers: tuple[Grower, ...]) -> list[str]:
    """Where the host grows a memory of the module, as glue says."""
    if all(memory.fixed or not (memory.imported or memory.exported) for memory in judgement.memories):
        return []
    reached = judgement.imports - set(clause.imports.trusted)
    return [f"host grows: {one.label}, {one.place}" for one in growers if one.label in reached]


def _offsets(
    sites: Sequence[Site], broken: Sequence[Violation], scenarios: Sequence[ScenarioResult]
) -> Callable[[], set[int]]:
    """The offsets of the instructions that a report has the places of, gathered if they are wanted."""

    def gathered() -> set[int]:
        witnesses = (one.about.witness for one in broken[:MOST_LOCATED] if one.about)
        of_broken = (step for witness in witnesses for step in witness[:MOST_LOCATED])
        of_growths = (step for one in scenarios if one.grew_at for step in one.grew_at.backtrace)
        return {site.offset for site in sites} | {step.offset for step in (*of_broken, *of_growths)}

    return gathered


def _with(violations: Sequence[Violation], more: tuple[Violation, ...]) -> Sequence[Violation]:
    return (*violations, *more) if more else violations


def _failed(scenarios: Sequence[ScenarioResult]) -> tuple[Violation, ...]:
    return tuple(
        Violation(Rule.SCENARIO_FAILED, f"scenario `{one.name}`: {one.message}")
        for one in scenarios
        if one.outcome is ScenarioOutcome.FAILED
    )
