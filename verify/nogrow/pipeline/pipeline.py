"""Take one file through all stages: read, decode and scan, prove beside validate, contract, report."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from nogrow.analysis.assumptions import stated
from nogrow.analysis.emscripten_abi import NO_EFFECTS, Effects
from nogrow.analysis.judgement import Judgement
from nogrow.analysis.surroundings import NOT_LINKED, Linked, Surroundings
from nogrow.contract.check import notes
from nogrow.contract.select import Target
from nogrow.contract.violation import Violation
from nogrow.errors import ModuleError
from nogrow.jshost.glue_model import Glue, Grower
from nogrow.pipeline.clauses import Clauses, conditions_of, trusted_by_all, violations_of_all
from nogrow.pipeline.core_modules import LocatedModule, in_file, modules_in, scenario_in_file
from nogrow.pipeline.details import (
    TOO_LONG,
    can_be_listed,
    failed_scenarios,
    host_growth,
    offsets_to_locate,
    served_imports,
)
from nogrow.pipeline.host_imports import host_effects, refuse_unknown_names
from nogrow.pipeline.read_ahead import ReadAhead
from nogrow.pipeline.settings import Judge, Settings
from nogrow.report.result import NO_SOURCES, ArtifactReport, not_judged
from nogrow.scenarios.result import ScenarioResult
from nogrow.source.model import Frame
from nogrow.util.background import Background
from nogrow.wasm.file import read
from nogrow.wasm.runtime import Engine
from nogrow.wasm.sections import is_component
from nogrow.wasm.validate import Validation, validate, validate_component

if TYPE_CHECKING:
    from nogrow.pipeline.linkage import Linkage


Reports = tuple[ArtifactReport, ...]


def reports_on(settings: Settings, targets: Sequence[Target]) -> list[Reports]:
    """Return the reports on each of the targets, which share a pipeline."""
    pipeline = Pipeline(settings)
    return [pipeline.reports(target) for target in targets]


class _Case(NamedTuple):
    """A core module of `file` with what its proof depends on: clauses, host code, the component around it.

    `growers` are the imports that grow the memory, as host code says. `read_ahead` has begun its scan.
    """

    file: str
    module: LocatedModule
    clauses: Clauses
    glue: tuple[Glue, ...]
    growers: tuple[Grower, ...]
    linkage: "Linkage | None" = None
    read_ahead: ReadAhead | None = None


class Pipeline:
    """The stages that files go through one after another; they share the engine of the kernels."""

    def __init__(self, settings: Settings, read_ahead: ReadAhead | None = None) -> None:
        """`read_ahead` has begun to read and scan one of the files."""
        self._settings = settings
        self._read_ahead = read_ahead
        self._engine = read_ahead.engine if read_ahead is not None else Engine() if settings.judge else None

    def reports(self, target: Target) -> Reports:
        """Return the report on the target's file, or on each of its core modules if it is a component."""
        try:
            return self._file(target)
        except MemoryError:
            return (not_judged(ArtifactReport(target.path), "there is not enough memory for it"),)

    def _file(self, target: Target) -> Reports:
        artifact = ArtifactReport(target.path)
        if not target.found:
            return (artifact,)
        if target.problem is not None:
            return (not_judged(artifact, target.problem),)
        try:
            data = self._read(target)
            # A file is what is shipped: its digest and size are those of each of its core modules.
            artifact = ArtifactReport(target.path, self._digest(data), len(data))
            cases = [self._case(target, module) for module in modules_in(target.path, data)]
        except ModuleError as error:
            return (not_judged(artifact, str(error)),)
        if is_component(data):
            return self._component(artifact, target, data, cases)
        reports = tuple(self._module(artifact, case) for case in cases)
        return (*reports, *_missing_modules(target, reports))

    def _read(self, target: Target) -> bytes:
        if target.data is not None:
            return target.data
        read_ahead = self._read_ahead_of(target)
        return read(target.path) if read_ahead is None else read_ahead.data()

    def _read_ahead_of(self, target: Target) -> ReadAhead | None:
        read_ahead = self._read_ahead
        is_its_file = read_ahead is not None and target.data is None and target.path == read_ahead.path
        return read_ahead if is_its_file else None

    def _digest(self, data: bytes) -> str | None:
        if not self._settings.digest:
            return None
        import hashlib

        return hashlib.sha256(data).hexdigest()

    def _case(self, target: Target, module: LocatedModule) -> _Case:
        glue = self._settings.glue.get(target.path, ())
        in_component = module.number is not None
        return _Case(
            target.path,
            module,
            target.clauses_of(module.number),
            # The core modules of a component serve each other, which host code has no part in.
            () if in_component else glue,
            tuple(grower for file in glue for grower in file.growers),
            read_ahead=None if in_component else self._read_ahead_of(target),
        )

    def _component(
        self, artifact: ArtifactReport, target: Target, data: bytes, cases: Sequence[_Case]
    ) -> Reports:
        """Judge the core modules with each other, while another thread has wasmtime validate the whole."""
        wanted = self._settings.validate and self._settings.judge is not None
        validating = Background(lambda: validate_component(data)) if wanted else None
        try:
            cases = self._linked(data, cases)
        except ModuleError as error:
            return tuple(not_judged(artifact._replace(path=case.module.path), str(error)) for case in cases)
        reports = tuple(self._module(artifact, case) for case in cases)
        if validating is not None:
            validation = validating.result()
            if validation.valid is False:
                return (not_judged(artifact._replace(validated=False), str(validation.error)),)
            if validation.valid is None:
                reports = tuple(_unvalidated(report, validation) for report in reports)
        if not reports:
            return (artifact._replace(notes=("a component without core modules",)),)
        return (*reports, *_missing_modules(target, reports))

    def _linked(self, data: bytes, cases: Sequence[_Case]) -> Sequence[_Case]:
        """Return the cases with what the component says of the imports of each."""
        judge = self._settings.judge
        if judge is None:
            return cases
        from nogrow.pipeline.linkage import linkages

        found = linkages(
            data,
            len(cases),
            lambda number, linked: self._judge(judge, cases[number], linked),
            lambda number, label: all(label in clause.imports.trusted for clause in cases[number].clauses),
        )
        return [case._replace(linkage=linkage) for case, linkage in zip(cases, found, strict=True)]

    def _module(self, artifact: ArtifactReport, case: _Case) -> ArtifactReport:
        """Take a core module through all stages after its file was read."""
        module = case.module
        artifact = artifact._replace(path=module.path)
        try:
            judgement, validation = self._prove_and_validate(case)
        except ModuleError as error:
            return not_judged(artifact, str(error.moved(module.start)))
        artifact = artifact._replace(validated=validation.valid)
        if validation.valid is False:
            return not_judged(artifact, str(validation.error.moved(module.start)))
        scenarios = self._run(case)
        if judgement is not None:
            judgement = _in_surroundings(judgement, case)
            if self._settings.whole and not can_be_listed(judgement):
                return not_judged(artifact, TOO_LONG)
            artifact = self._held_to_contract(artifact, judgement, case)
            artifact = artifact._replace(notes=(*artifact.notes, *_notes(case, judgement, validation)))
        offsets = offsets_to_locate(judgement, artifact.violations, scenarios)
        frames, *source_notes = self._sources(case, offsets)
        return artifact._replace(
            violations=_joined(artifact.violations, failed_scenarios(scenarios)),
            notes=(*artifact.notes, *source_notes),
            scenarios=scenarios,
            sources=frames,
        )

    def _prove_and_validate(self, case: _Case) -> tuple[Judgement | None, Validation]:
        """Judge the core module, while another thread has wasmtime validate it.

        Raises `ModuleError` where the host code is not that of the module, or is missing.
        """
        judge = self._settings.judge
        if judge is None:
            return None, Validation(None)
        data = case.module.data
        effects = host_effects(data, case.clauses, case.glue) if case.glue else NO_EFFECTS
        validating = case.read_ahead.take_validating() if case.read_ahead is not None else None
        if validating is None and self._settings.validate:
            validating = Background(lambda: validate(data))
        linkage = case.linkage
        if linkage is not None and linkage.alone is not None and not linkage.linked.labels:
            judgement = linkage.alone
        else:
            linked = NOT_LINKED if linkage is None else linkage.linked
            judgement = self._judge(judge, case, linked, effects)
        validation = validating.result() if validating is not None else Validation(None)
        if self._settings.hosted and not case.glue and case.module.number is None:
            refuse_unknown_names(data, judgement, case.clauses)
        return judgement, validation

    def _judge(self, judge: Judge, case: _Case, linked: Linked, effects: Effects = NO_EFFECTS) -> Judgement:
        growers = frozenset(grower.label for grower in case.growers)
        trusts = trusted_by_all(case.clauses, growers | effects.keys() | linked.labels.keys())
        surroundings = Surroundings(growers, conditions_of(case.clauses), linked, effects)
        scanning = case.read_ahead.take_scanning() if case.read_ahead is not None else None
        if scanning is not None:
            from nogrow.analysis.proof import prove

            return prove(scanning, trusts, surroundings)
        return judge(case.module.data, trusts, self._engine, surroundings)

    def _run(self, case: _Case) -> tuple[ScenarioResult, ...]:
        run, module = self._settings.run, case.module
        if run is None:
            return ()
        scenarios = (scenario for clause in case.clauses for scenario in clause.scenarios)
        return tuple(scenario_in_file(run(module.data, scenario), module) for scenario in scenarios)

    def _held_to_contract(
        self, artifact: ArtifactReport, judgement: Judgement, case: _Case
    ) -> ArtifactReport:
        """Return the report with what the judgement breaks of the clauses, and of the lock if any."""
        artifact = artifact._replace(
            judgement=judgement, growers=case.growers, violations=violations_of_all(case.clauses, judgement)
        )
        if self._settings.pinned is None:
            return artifact
        held = self._settings.pinned.hold(case.module.path, judgement, artifact.sha256)
        if held is None:
            return artifact
        violations = _joined(artifact.violations, held.violations)
        return artifact._replace(violations=violations, better=held.better, notes=held.notes)

    def _sources(
        self, case: _Case, offsets: Callable[[], set[int]]
    ) -> tuple[Mapping[int, tuple[Frame, ...]], *tuple[str, ...]]:
        """Return where the instructions at the offsets stand in the source, and a note if there is one."""
        if self._settings.source is None:
            return (NO_SOURCES,)
        from nogrow.source.lookup import find_sources

        module = case.module
        sources = find_sources(case.file, module.data, module.start, offsets(), self._settings.source)
        return (sources.frames,) if sources.note is None else (sources.frames, sources.note)


def _in_surroundings(judgement: Judgement, case: _Case) -> Judgement:
    """Return the judgement with offsets in the file, and with the growth by host code that it assumes."""
    growth = host_growth(judgement, case.clauses, case.growers)
    if growth:
        judgement = judgement._replace(assumptions=(*map(stated, growth), *judgement.assumptions))
    return in_file(judgement, case.module)


def _notes(case: _Case, judgement: Judgement, validation: Validation) -> Iterator[str]:
    for clause in case.clauses:
        yield from notes(clause, judgement)
    if case.linkage is not None:
        yield from served_imports(judgement, case.linkage.linked)
    if case.glue and not any(grower.label in judgement.imports for grower in case.growers):
        yield "in the glue, no import that is reached leads to a growth of the memory"
    if validation.valid is None and validation.reason is not None:
        yield f"wasmtime can't validate the module: {validation.reason}"


def _missing_modules(target: Target, reports: Reports) -> Iterator[ArtifactReport]:
    """Yield a report for each core module that the contract names and the file does not have."""
    present = {report.path for report in reports}
    for path in dict.fromkeys(f"{target.path}#{number}" for number, _ in target.parts):
        if path not in present:
            yield ArtifactReport(path)


def _unvalidated(report: ArtifactReport, validation: Validation) -> ArtifactReport:
    """Return the report on a module in a component that could not be validated as a whole."""
    if report.judgement is None:
        return report
    note = f"wasmtime can't validate the component: {validation.reason}"
    return report._replace(validated=None, notes=(note, *report.notes))


def _joined(violations: Sequence[Violation], more: tuple[Violation, ...]) -> Sequence[Violation]:
    # The violations of a contract are made when they are looked at: they stay so where nothing is added.
    return (*violations, *more) if more else violations
