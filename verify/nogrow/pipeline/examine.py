"""A target to the reports on what is in its file: one core module, or the core modules of a component."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

from nogrow.analysis.emscripten_abi import NO_EFFECTS, Effects
from nogrow.analysis.judgement import Conditions, Judgement, Site
from nogrow.analysis.surroundings import NOTHING_KNOWN, Surroundings
from nogrow.contract.check import notes, violations
from nogrow.contract.model import ArtifactContract, Scenario
from nogrow.contract.phrases import listed
from nogrow.contract.select import Target
from nogrow.contract.violation import Rule, Violation
from nogrow.errors import ModuleError
from nogrow.jshost.glue_model import Glue, Grower
from nogrow.pipeline.core_modules import Part, moved, parts_of, placed
from nogrow.pipeline.read_ahead import Ahead
from nogrow.report.result import NO_SOURCES, ArtifactReport
from nogrow.scenarios.result import ScenarioOutcome, ScenarioResult
from nogrow.source.model import Frame
from nogrow.util.background import Background
from nogrow.wasm.file import read
from nogrow.wasm.model import Kind
from nogrow.wasm.runtime import Engine
from nogrow.wasm.sections import is_component
from nogrow.wasm.validate import Validation, validate, validate_component

if TYPE_CHECKING:
    from nogrow.baseline.regressions import Pinned
    from nogrow.pipeline.linkage import Linkage
    from nogrow.source.lookup import Wanted


class Judge(Protocol):
    """What judges a core module; see `nogrow.analysis.verdicts.judge`."""

    def __call__(
        self,
        data: bytes,
        trusts: Callable[[str], bool],
        engine: Engine | None,
        surroundings: Surroundings = NOTHING_KNOWN,
        /,
    ) -> Judgement:
        """Return the judgement, or raise `ModuleError`."""


Run = Callable[[bytes, Scenario], ScenarioResult]

# Of a module with more violations, the others are reported without their places in the source.
MOST_LOCATED = 5_000


# How many imports a note names that another core module serves.
_MOST_SERVED = 8

# All formats but text list the whole path of each entry point. Real modules have some 10,000 steps in all.
MOST_STEPS = 2_000_000
TOO_LONG = f"the paths of its entry points have more than {MOST_STEPS:,} steps in all, too many for a report"


class Examination(NamedTuple):
    """What to find out of targets; see `check` for what the parts mean. `glue` is by target."""

    judge: Judge | None
    run: Run | None
    validate: bool
    glue: Mapping[str, tuple[Glue, ...]]
    digest: bool = True
    source: "Wanted | None" = None
    pinned: "Pinned | None" = None
    whole: bool = False
    hosted: bool = True

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
        try:
            linkages = self._linkages(data, parts, target, engine)
        except ModuleError as error:
            return tuple(not_judged(bare._replace(path=part.path), str(error)) for part in parts)
        reports = tuple(
            self._report(bare, part, target, engine, linkage)
            for part, linkage in zip(parts, linkages, strict=True)
        )
        if whole is not None:
            validation = whole.result()
            if validation.valid is False:
                return (not_judged(bare._replace(validated=False), str(validation.error)),)
            if validation.valid is None:
                reports = tuple(_unvalidated(report, validation) for report in reports)
        if not parts:
            return (bare._replace(notes=("a component without core modules",)),)
        missing = list(dict.fromkeys(f"{target.path}#{number}" for number, _ in target.parts))
        missing = [path for path in missing if path not in {part.path for part in parts}]
        return (
            *reports,
            *(ArtifactReport(path) for path in missing),
        )

    def _asks_about(self, data: bytes) -> bool:
        """Whether wasmtime is to validate the file as a component."""
        return self.validate and self.judge is not None and is_component(data)

    def _linkages(
        self, data: bytes, parts: Sequence[Part], target: Target, engine: Engine | None
    ) -> "Sequence[Linkage | None]":
        """What the component says of the imports of each of its core modules, None if there is none."""
        judge = self.judge
        if judge is None or not is_component(data):
            return [None] * len(parts)
        from nogrow.pipeline.linkage import linkages

        labels = frozenset(grower.label for grower in _growers(self.glue.get(target.path, ())))
        return linkages(
            data,
            parts,
            lambda part, linked: judge(
                part.data,
                _trusts(target.clauses_of(part.number), labels),
                engine,
                Surroundings(labels, _conditions(target.clauses_of(part.number)), linked),
            ),
            lambda part, label: all(
                label in clause.imports.trusted for clause in target.clauses_of(part.number)
            ),
        )

    def _report(
        self,
        bare: ArtifactReport,
        part: Part,
        target: Target,
        engine: Engine | None,
        linkage: "Linkage | None",
    ) -> ArtifactReport:
        bare = bare._replace(path=part.path)
        clauses = target.clauses_of(part.number)
        # The modules of a component serve each other, which host code has no part in.
        glue = self.glue.get(target.path, ()) if part.number is None else ()
        growers = _growers(self.glue.get(target.path, ()))
        try:
            judgement, validation = self._judged(part, clauses, growers, glue, engine, linkage)
            if judgement is not None and self.hosted and not glue and part.number is None:
                _refuse_unknown_names(part.data, judgement, clauses)
        except ModuleError as error:
            return not_judged(bare, str(error.moved(part.start)))
        bare = bare._replace(validated=validation.valid)
        if validation.valid is False:
            return not_judged(bare, str(validation.error.moved(part.start)))
        scenarios = (
            tuple(moved(self.run(part.data, one), part) for clause in clauses for one in clause.scenarios)
            if self.run
            else ()
        )
        if judgement is None:
            frames, *said = self._sources(target.path, part, _offsets((), (), scenarios))
            return bare._replace(
                violations=_failed(scenarios), notes=tuple(said), scenarios=scenarios, sources=frames
            )
        judgement = placed(judgement, part, _reached(judgement, clauses, growers))
        if self.whole and not _can_be_listed(judgement):
            return not_judged(bare, TOO_LONG)
        broken = _broken(clauses, judgement)
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
                *(note for clause in clauses for note in notes(clause, judgement)),
                *_served(judgement, linkage),
                *self._notes(judgement, glue, validation),
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
        from nogrow.source.lookup import find_sources

        found = find_sources(path, part.data, part.start, offsets(), self.source)
        return (found.frames,) if found.note is None else (found.frames, found.note)

    def _judged(
        self,
        part: Part,
        clauses: Sequence[ArtifactContract],
        growers: tuple[Grower, ...],
        glue: tuple[Glue, ...],
        engine: Engine | None,
        linkage: "Linkage | None",
    ) -> tuple[Judgement | None, Validation]:
        """What is proved of the module, while another thread has wasmtime validate it.

        Raises `ModuleError` where the host code in `glue` is not that of the module.
        """
        if self.judge is None:
            return None, Validation(None)
        labels = frozenset(grower.label for grower in growers)
        effects = _effects(part.data, clauses, glue) if glue else NO_EFFECTS
        validating = Background(lambda: validate(part.data)) if self.validate else None
        conditions = _conditions(clauses)
        if linkage is None:
            trusts = _trusts(clauses, labels | effects.keys())
            judgement = self.judge(
                part.data, trusts, engine, Surroundings(labels, conditions, effects=effects)
            )
        elif linkage.alone is not None and not linkage.linked.labels:
            judgement = linkage.alone
        else:
            linked = linkage.linked
            trusts = _trusts(clauses, labels | linked.labels.keys())
            judgement = self.judge(part.data, trusts, engine, Surroundings(labels, conditions, linked))
        return judgement, validating.result() if validating else Validation(None)

    def _notes(self, judgement: Judgement, glue: tuple[Glue, ...], validation: Validation) -> Iterator[str]:
        if glue and not {grower.label for grower in _growers(glue)} & judgement.imports:
            yield "in the glue, no import that is reached leads to a growth of the memory"
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


def _growers(glue: tuple[Glue, ...]) -> tuple[Grower, ...]:
    return tuple(grower for file in glue for grower in file.growers)


def _conditions(clauses: Sequence[ArtifactContract]) -> Conditions:
    """Return the strictest conditions that any of the clauses sets."""
    every = [clause.conditions for clause in clauses]
    return Conditions(*map(any, zip(*every, strict=True)))


def _can_be_listed(judgement: Judgement) -> bool:
    """Whether the paths of all entry points together have few enough steps."""
    growing = sum(verdict.grows for verdict in judgement.verdict_table.verdicts)
    left = MOST_STEPS
    for entry in judgement.entries if growing > 1 else ():
        left -= len(entry.witness)
        if left < 0:
            return False
    return True


def _sha256(data: bytes) -> str:
    import hashlib

    return hashlib.sha256(data).hexdigest()


def _broken(clauses: Sequence[ArtifactContract], judgement: Judgement) -> Sequence[Violation]:
    """What the judgement breaks of the clauses, by rule; what several say is there once."""
    first, *others = clauses
    if not others:
        return violations(first, judgement)
    found: list[Violation] = []
    for clause in clauses:
        found += (one for one in violations(clause, judgement) if one not in found)
    return sorted(found, key=lambda violation: violation.rule.id)


def _trusts(clauses: Sequence[ArtifactContract], growers: frozenset[str]) -> Callable[[str], bool]:
    """Whether all clauses trust an import: one that is known to grow the memory by its exact name only."""
    every = [clause.imports for clause in clauses]
    return lambda name: all(
        name in imports.trusted or (name not in growers and imports.trusts(name)) for imports in every
    )


def _effects(data: bytes, clauses: Sequence[ArtifactContract], glue: tuple[Glue, ...]) -> Effects:
    """What the host code says of the imports; raises `ModuleError` where it is not that of the module."""
    from nogrow.pipeline.host_code_match import effects, foreign
    from nogrow.wasm.decode import decode

    module = decode(data)
    # A memory that can't grow has no need of host code.
    if all(memory.maximum == memory.minimum for memory in module.memories):
        return {}
    reason = foreign(module, glue, _trusts(clauses, frozenset()))
    if reason is not None:
        raise ModuleError(reason)
    return effects((item.label for item in module.imported(Kind.FUNCTION)), glue)


def _refuse_unknown_names(data: bytes, judgement: Judgement, clauses: Sequence[ArtifactContract]) -> None:
    """Raise `ModuleError` where imports that say nothing may grow a memory that the host sees."""
    seen = (memory for memory in judgement.memories if memory.imported or memory.exported)
    if all(memory.fixed for memory in seen):
        return
    from nogrow.pipeline.host_code_match import may_be_minified, without_host_code
    from nogrow.wasm.decode import decode

    trusts = _trusts(clauses, frozenset())
    reached = [name for name in judgement.imports if not trusts(name)]
    reason = without_host_code(decode(data), reached) if any(map(may_be_minified, reached)) else None
    if reason is not None:
        raise ModuleError(reason)


def _reached(
    judgement: Judgement, clauses: Sequence[ArtifactContract], growers: tuple[Grower, ...]
) -> list[str]:
    """Where the host grows a memory of the module, as glue says."""
    if all(memory.fixed or not (memory.imported or memory.exported) for memory in judgement.memories):
        return []
    trusted = frozenset.intersection(*(frozenset(clause.imports.trusted) for clause in clauses))
    reached = judgement.imports - trusted
    return [f"host grows: {one.label}, {one.place}" for one in growers if one.label in reached]


def _served(judgement: Judgement, linkage: "Linkage | None") -> Iterator[str]:
    """Which imports other core modules of the component serve, as far as they are reached."""
    if linkage is None:
        return
    by_modules: dict[frozenset[int], list[str]] = {}
    for label, modules in linkage.linked.served.items():
        if label in judgement.imports:
            by_modules.setdefault(modules, []).append(label)
    for modules, labels in sorted(by_modules.items(), key=lambda item: sorted(item[0])):
        numbers = " or ".join(map(str, sorted(modules)))
        yield f"served by core module {numbers} of the component: {listed(sorted(labels), _MOST_SERVED)}"


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
