"""Take one file through all stages: read, decode and scan, prove beside validate, contract, report."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from nogrow.analysis.assumptions import stated
from nogrow.analysis.emscripten_abi import NO_EFFECTS, Effects
from nogrow.analysis.judgement import EntryKind, Judgement
from nogrow.analysis.surroundings import Linked, Surroundings
from nogrow.contract.model import ArtifactContract, Scenario
from nogrow.contract.select import Target, conditions_of, trusted_by_all
from nogrow.contract.violations import Violation, growth_violations, notes, violations_of_all
from nogrow.errors import ModuleError
from nogrow.jshost.model import Glue, Grower
from nogrow.pipeline.core_modules import (
    Linkage,
    LocatedModule,
    in_file,
    linkages,
    modules_in,
    scenario_in_file,
    served_imports,
)
from nogrow.pipeline.read_ahead import ReadAhead
from nogrow.report.model import MOST_LISTED, ArtifactReport, not_judged
from nogrow.scenarios.result import ScenarioResult, failed_scenarios
from nogrow.util.background import Background
from nogrow.wasm.file import read
from nogrow.wasm.runtime import SCAN, Engine
from nogrow.wasm.sections import is_component
from nogrow.wasm.validate import Validation, validate, validate_component

if TYPE_CHECKING:
    from nogrow.analysis.causes import GrowthCause
    from nogrow.baseline.regressions import Pinned
    from nogrow.source.lookup import Wanted

# Of a module with more violations, the others are reported without their places in the source.
MOST_LOCATED = 5_000
# All formats but text list the whole path of each entry point. Real modules have some 10,000 steps in all.
MOST_STEPS = 2_000_000
TOO_LONG = f"the paths of its entry points have more than {MOST_STEPS:,} steps in all, too many for a report"

# See `nogrow.analysis.proof.judge` and `nogrow.scenarios.runner.run`.
Judge = Callable[[bytes, Callable[[str], bool], Engine | None, Surroundings], Judgement]
Run = Callable[[bytes, Scenario], ScenarioResult]
Reports = tuple[ArtifactReport, ...]


class _Case(NamedTuple):
    """A core module of `file` with what its proof depends on: clauses, host code, the component around it.

    `growers` are the imports that grow the memory, as host code says. `read_ahead` has begun its scan.
    """

    file: str
    module: LocatedModule
    clauses: Sequence[ArtifactContract]
    glue: tuple[Glue, ...]
    growers: tuple[Grower, ...]
    read_ahead: ReadAhead | None
    linkage: Linkage = Linkage()


@dataclass
class Pipeline:
    """The stages that files go through one after another, with the choices that are the same for all files.

    `nogrow.pipeline.all_files.check` explains the choices. `glue` has the host code of each file by its path.
    A pipeline can be sent to another process before it has judged a module.
    """

    judge: Judge | None
    run: Run | None
    validate: bool
    require_host_code: bool
    digest: bool
    lists_paths: bool
    source: "Wanted | None"
    pinned: "Pinned | None"
    glue: Mapping[str, tuple[Glue, ...]]
    read_ahead: ReadAhead | None = None
    engine: Engine | None = None
    several: bool = False
    """Whether it judges several files: then it keeps little of each."""
    in_threads: bool = False
    """Whether threads judge other files at the same time, which keeps the cores busy."""
    explains: bool = False
    """Whether the causes of all growth are wanted, allowed or not."""

    def prepare(self) -> None:
        """Begin to compile the kernels, before threads ask for them."""
        from nogrow.analysis.reachability import KERNEL as SEARCH

        self._engine.prepare(SCAN, SEARCH)

    @cached_property
    def _engine(self) -> Engine:
        if self.engine is not None:
            return self.engine
        return Engine() if self.read_ahead is None else self.read_ahead.engine

    def for_file(self, path: str, glue: tuple[Glue, ...], pinned: "Pinned | None") -> "Pipeline":
        """Return a pipeline for the file at `path` with its host code and pins, and the same kernels."""
        return replace(self, glue={path: glue}, pinned=pinned, engine=self._engine)

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
        read_ahead = self.read_ahead if target.data is None else None
        if read_ahead is not None and read_ahead.path != target.path:
            read_ahead = None
        try:
            data = read_ahead.data() if read_ahead else target.data
            data = read(target.path) if data is None else data
            # A file is what is shipped: its digest and size are those of each of its core modules.
            artifact = artifact._replace(size=len(data))
            if self.digest:
                import hashlib

                artifact = artifact._replace(sha256=hashlib.sha256(data).hexdigest())
            cases = [self._case(target, module, read_ahead) for module in modules_in(target.path, data)]
        except ModuleError as error:
            return (not_judged(artifact, str(error)),)
        if is_component(data):
            return self._component(artifact, target, data, cases)
        reports = tuple(self._module(artifact, case) for case in cases)
        return (*reports, *_missing_modules(target, reports))

    def _case(self, target: Target, module: LocatedModule, read_ahead: ReadAhead | None) -> _Case:
        glue = self.glue.get(target.path, ())
        in_component = module.number is not None
        return _Case(
            target.path,
            module,
            target.clauses_of(module.number),
            # The core modules of a component serve each other, which host code has no part in.
            () if in_component else glue,
            tuple(grower for file in glue for grower in file.growers),
            None if in_component else read_ahead,
        )

    def _component(
        self, artifact: ArtifactReport, target: Target, data: bytes, cases: Sequence[_Case]
    ) -> Reports:
        """Judge the core modules with each other, while another thread has wasmtime validate the whole."""
        judge, validating = self.judge, None
        if judge is not None:
            if self.validate:
                validating = Background(lambda: validate_component(data))
            try:
                found = linkages(
                    data,
                    [case.module.start for case in cases],
                    lambda number, linked: self._judge(judge, cases[number], linked).settled(),
                    lambda number, label: all(
                        label in clause.imports.trusted for clause in cases[number].clauses
                    ),
                )
            except ModuleError as error:
                paths = [case.module.path for case in cases]
                return tuple(not_judged(artifact._replace(path=path), str(error)) for path in paths)
            cases = [case._replace(linkage=linkage) for case, linkage in zip(cases, found, strict=True)]
        reports = tuple(self._module(artifact, case) for case in cases)
        if validating is not None:
            validation = validating.result()
            if validation.valid is False:
                return (not_judged(artifact._replace(validated=False), str(validation.error)),)
            if validation.valid is None:
                note = f"wasmtime can't validate the component: {validation.reason}"
                reports = tuple(
                    report._replace(validated=None, notes=(note, *report.notes))
                    if report.judgement is not None
                    else report
                    for report in reports
                )
        if not reports:
            return (artifact._replace(notes=("a component without core modules",)),)
        return (*reports, *_missing_modules(target, reports))

    def _module(self, artifact: ArtifactReport, case: _Case) -> ArtifactReport:
        """Take a core module through all stages after its file was read."""
        module, source = case.module, self.source
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
            if case.growers and _may_grow(judgement):
                from nogrow.pipeline.host_code import host_growth

                growth = host_growth(judgement, case.clauses, case.growers)
                judgement = judgement._replace(assumptions=(*map(stated, growth), *judgement.assumptions))
            if case.glue:
                judgement = _with_source_names(judgement, case.glue)
            proved = judgement
            judgement = judgement.compact() if self.several else judgement.settled()
            judgement = in_file(judgement, module)
            if self.lists_paths and not _can_be_listed(judgement):
                return not_judged(artifact, TOO_LONG)
            artifact = self._held_to_contract(artifact, judgement, case)
            artifact = artifact._replace(causes=self._causes(artifact, judgement, proved, case))
            # It keeps the memory of the proof alive.
            del proved
            artifact = artifact._replace(notes=(*artifact.notes, *_notes(case, judgement, validation)))
        artifact = artifact._replace(scenarios=scenarios)
        if source is not None:
            artifact = with_sources(artifact, case.file, module, source)
        return _with_violations(artifact, failed_scenarios(scenarios))

    def _prove_and_validate(self, case: _Case) -> tuple[Judgement | None, Validation]:
        """Judge the core module, while another thread has wasmtime validate it.

        Raises `ModuleError` where the host code is not that of the module, or is missing.
        """
        judge, data = self.judge, case.module.data
        if judge is None:
            return None, Validation(None)
        effects: Effects = NO_EFFECTS
        assumed: tuple[str, ...] = ()
        if case.glue:
            from nogrow.pipeline.host_effects import host_effects

            effects, assumed = host_effects(data, case.clauses, case.glue)
        validating = case.read_ahead.validating if case.read_ahead is not None else None
        if validating is None and self.validate and not self.in_threads:
            validating = Background(lambda: validate(data))
        linked, judgement = case.linkage
        if judgement is None or linked.labels:
            try:
                judgement = self._judge(judge, case, linked, effects)
            except (ModuleError, MemoryError):
                # The pipeline goes on to other modules; abandoned validations would pile up.
                if validating is not None:
                    validating.wait()
                raise
        judgement = judgement._replace(assumptions=(*map(stated, assumed), *judgement.assumptions))
        if validating is not None:
            validation = validating.result()
        else:
            validation = validate(data) if self.validate else Validation(None)
        may_need_host_code = self.require_host_code and not case.glue and case.module.number is None
        if may_need_host_code and judgement.imports and _may_grow(judgement):
            from nogrow.pipeline.minified_imports import refuse_unknown_names

            refuse_unknown_names(data, judgement, case.clauses)
        return judgement, validation

    def _judge(self, judge: Judge, case: _Case, linked: Linked, effects: Effects = NO_EFFECTS) -> Judgement:
        growers = frozenset(grower.label for grower in case.growers)
        trusts = trusted_by_all(case.clauses, growers | effects.keys() | linked.labels.keys())
        surroundings = Surroundings(growers, conditions_of(case.clauses), linked, effects)
        scanning = case.read_ahead.scanning() if case.read_ahead is not None else None
        if scanning is not None:
            from nogrow.analysis.proof import prove

            return prove(scanning, trusts, surroundings)
        return judge(case.module.data, trusts, self._engine, surroundings)

    def _causes(
        self, artifact: ArtifactReport, judgement: Judgement, proved: Judgement, case: _Case
    ) -> "tuple[GrowthCause, ...]":
        """Return the causes of growth that a report may show; finding them takes time.

        `proved` is the judgement that still has the memory of the proof, unless the core module was judged
        with all others of its component: then it is judged again.
        """
        entries: Sequence[int]
        if self.explains:
            entries = judgement.verdict_table.verdicts.where(lambda verdict: verdict.grows)
        else:
            entries = sorted(growth_violations(artifact.violations, judgement))
            if not self.lists_paths and len(entries) <= MOST_LISTED:
                return ()
        if not entries:
            return ()
        if case.linkage.alone is not None and self.judge is not None:
            proved = self._judge(self.judge, case, case.linkage.linked)
        finder = proved.cause_finder
        return () if finder is None else finder.among(entries, judgement.export_names)

    def _run(self, case: _Case) -> tuple[ScenarioResult, ...]:
        run, module = self.run, case.module
        if run is None:
            return ()
        scenarios = (scenario for clause in case.clauses for scenario in clause.scenarios)
        return tuple(scenario_in_file(run(module.data, scenario), module) for scenario in scenarios)

    def _held_to_contract(
        self, artifact: ArtifactReport, judgement: Judgement, case: _Case
    ) -> ArtifactReport:
        """Return the report with the violations of the clauses, and of the lock if there is one."""
        pinned = self.pinned
        violations = violations_of_all(case.clauses, judgement)
        artifact = artifact._replace(judgement=judgement, growers=case.growers, violations=violations)
        held = None if pinned is None else pinned.hold(case.module.path, judgement, artifact.sha256)
        if held is None:
            return artifact
        return _with_violations(artifact, held.violations)._replace(better=held.better, notes=held.notes)


def _with_source_names(judgement: Judgement, glue: Sequence[Glue]) -> Judgement:
    """Return the judgement with the names that the host code gives to minified exports."""
    from nogrow.jshost.export_names import source_names

    exports = [name for kind, name in judgement.keys if kind is EntryKind.EXPORT]
    return judgement.named(source_names(b"\n".join(file.source for file in glue), exports))


def _with_violations(artifact: ArtifactReport, added: Sequence[Violation]) -> ArtifactReport:
    """Return the report with further violations; those of entry points stay lazy if there are no others."""
    return artifact._replace(violations=(*artifact.violations, *added)) if added else artifact


def with_sources(
    artifact: ArtifactReport, file: str, module: LocatedModule, source: "Wanted"
) -> ArtifactReport:
    """Return the report with the source lines of what it shows; `module` is the core module in `file`."""
    from nogrow.source.lookup import find_sources

    offsets = _offsets_to_locate(artifact)
    frames, note, _ = find_sources(file, module.data, module.start, offsets, source)
    return artifact._replace(sources=frames, notes=(*artifact.notes, *filter(None, [note])))


def _may_grow(judgement: Judgement) -> bool:
    """Return whether the host sees a memory that can grow."""
    return any(memory.visible and not memory.fixed for memory in judgement.memories)


def _can_be_listed(judgement: Judgement) -> bool:
    """Return whether the paths of all entry points together have at most `MOST_STEPS` steps."""
    most = judgement.most_steps()
    if most is not None and most <= MOST_STEPS:
        return True
    growing = sum(verdict.grows for verdict in judgement.verdict_table.verdicts)
    left = MOST_STEPS
    for entry in judgement.entries if growing > 1 else ():
        left -= len(entry.witness)
        if left < 0:
            return False
    return True


def _notes(case: _Case, judgement: Judgement, validation: Validation) -> Iterator[str]:
    for clause in case.clauses:
        yield from notes(clause, judgement)
    yield from served_imports(judgement, case.linkage.linked)
    if (
        case.glue
        and judgement.imports
        and not judgement.verdict_table.host_grows
        and not any(grower.label in judgement.imports for grower in case.growers)
    ):
        yield "in the glue, no import that is reached leads to a growth of the memory"
    if validation.valid is None and validation.reason is not None:
        yield f"wasmtime can't validate the module: {validation.reason}"


def _offsets_to_locate(artifact: ArtifactReport) -> set[int]:
    """Return the offsets of the instructions whose source a report shows."""
    sites = artifact.judgement.sites if artifact.judgement is not None else ()
    violations = artifact.violations[:MOST_LOCATED]
    witnesses = [violation.about.witness for violation in violations if violation.about]
    if artifact.judgement is not None:
        # Each cause is shown with the path of one entry point.
        witnesses += (artifact.judgement.entries[cause.entries[0]].witness for cause in artifact.causes)
    of_violations = (step for witness in witnesses for step in witness[:MOST_LOCATED])
    of_growths = (
        step for result in artifact.scenarios if result.grew_at for step in result.grew_at.backtrace
    )
    return {site.offset for site in sites} | {
        offset for step in (*of_violations, *of_growths) for offset in step.offsets
    }


def _missing_modules(target: Target, reports: Reports) -> Iterator[ArtifactReport]:
    """Yield a report for each core module that the contract names and the file does not have."""
    present = {report.path for report in reports}
    for path in dict.fromkeys(f"{target.path}#{number}" for number, _ in target.parts):
        if path not in present:
            yield ArtifactReport(path)
