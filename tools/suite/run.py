"""Compare nogrow with a WebAssembly test suite, whose scripts state which modules are valid.

The user provides the scripts (`*.wast`), for example those of WebAssembly/testsuite. `wasm-tools` converts
them into modules.
"""

import enum
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.analysis.proof import judge
from nogrow.contract.model import ArtifactContract
from nogrow.contract.select import Target
from nogrow.errors import ToolError, UsageError
from nogrow.machine.machine import find_program
from nogrow.machine.process import Progress, run
from nogrow.pipeline.all_files import check
from nogrow.project.console import print_table
from nogrow.report.exit_code import Outcome
from nogrow.report.model import ArtifactReport
from nogrow.report.summary import why_unvalidated
from nogrow.util.background import cores

_SECONDS = 60
_MOST_LISTED = 200


class Asserted(enum.Enum):
    """The property that a script asserts about a module."""

    VALID = "valid"
    INVALID = "invalid"
    MALFORMED = "malformed"


class Judged(enum.Enum):
    """The result of judging a module."""

    JUDGED = "judged"
    NOT_VALIDATED = "judged, not validated"
    NOT_JUDGED = "not judged"
    NO_MODULE = "a component without core modules"


# All other commands with a module need a valid one; a custom section never makes a module invalid.
_COMMANDS = {"assert_invalid": Asserted.INVALID, "assert_malformed": Asserted.MALFORMED}


class Case(NamedTuple):
    """A module of a script; `place` is the script and the line."""

    place: str
    asserted: Asserted
    data: bytes


class Script(NamedTuple):
    """The modules of a script; `texts` counts those in the text format, which nogrow does not read."""

    cases: tuple[Case, ...]
    texts: int


class Verdict(NamedTuple):
    """The result for a case, with a reason if the module was not both judged and validated.

    `elsewhere` is set if wasm-tools finds the module valid with all proposals: then the script is about a
    version of WebAssembly without one of them.
    """

    case: Case
    judged: Judged
    reason: str = ""
    elsewhere: bool = False

    @property
    def passes(self) -> bool:
        """Return whether an invalid module got a verdict."""
        wrong = self.case.asserted is not Asserted.VALID and not self.elsewhere
        return wrong and self.judged in (Judged.JUDGED, Judged.NOT_VALIDATED)


def run_suite(folder: Path, progress: Progress) -> int:
    """Judge the modules of all scripts below `folder`, and print tables of the results.

    Returns 1 if a module that a script asserts to be invalid got a verdict, otherwise 0. Raises `UsageError`
    if there are no scripts, and `ToolError` without wasm-tools.
    """
    scripts = sorted(folder.rglob("*.wast"))
    if not scripts:
        raise UsageError(f"--path: no *.wast file below {folder}")
    program = find_program("wasm-tools", "nogrow[dev]")
    progress(f"converting {len(scripts):,} scripts into modules")
    cases: list[Case] = []
    unreadable: list[str] = []
    texts = 0
    for path in scripts:
        try:
            script = read_script(program, path, str(path.relative_to(folder)))
        except ToolError as error:
            unreadable.append(f"{path.relative_to(folder)}: {error}")
            continue
        cases += script.cases
        texts += script.texts
    progress(f"judging {len(cases):,} modules")
    verdicts = judge_cases(program, cases)
    _print(verdicts)
    for line in unreadable:
        progress(f"wasm-tools can't read {line}")
    passing = [verdict for verdict in verdicts if verdict.passes]
    for verdict in passing[:_MOST_LISTED]:
        case = verdict.case
        progress(f"{case.place}: asserted {case.asserted.value}, {verdict.judged.value}: {verdict.reason}")
    progress(
        f"{len(scripts) - len(unreadable):,} of {len(scripts):,} scripts read, {len(cases):,} modules, "
        f"{texts:,} assertions about the text format only; {len(passing):,} invalid modules got a verdict"
    )
    return 1 if passing else 0


def read_script(program: Path, path: Path, name: str) -> Script:
    """Return the modules of the script at `path`, called `name`; raises `ToolError` if it cannot be read."""
    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder, "script.json")
        words = ("json-from-wast", path, "-o", listing, "--wasm-dir", folder)
        done = run((program, *words), seconds=_SECONDS)
        if done.exit_code:
            raise ToolError(done.complaint)
        commands = json.loads(listing.read_text("utf-8"))["commands"]
        files = [command for command in commands if "filename" in command]
        binary = [command for command in files if command["filename"].endswith(".wasm")]
        cases = tuple(
            Case(
                f"{name}:{command['line']}",
                _COMMANDS.get(command["type"], Asserted.VALID),
                Path(folder, command["filename"]).read_bytes(),
            )
            for command in binary
        )
    return Script(cases, len(files) - len(binary))


def judge_cases(program: Path, cases: Sequence[Case]) -> list[Verdict]:
    """Return the results of judging the modules as `nogrow check` does."""
    names = {f"{number:06}": case for number, case in enumerate(cases)}
    targets = [Target(name, ArtifactContract(), data=case.data) for name, case in names.items()]
    report = check(None, targets, judge=judge, jobs=cores(), digest=False)
    parts: dict[str, list[ArtifactReport]] = {}
    for artifact in report.artifacts:
        parts.setdefault(artifact.path.partition("#")[0], []).append(artifact)
    return [_verdict(program, case, parts[name]) for name, case in names.items()]


def _verdict(program: Path, case: Case, parts: Sequence[ArtifactReport]) -> Verdict:
    refused = [part for part in parts if part.outcome is Outcome.NOT_JUDGED]
    unvalidated = [part for part in parts if part.unvalidated]
    if refused:
        return Verdict(case, Judged.NOT_JUDGED, refused[0].violations[0].message)
    if unvalidated:
        verdict = Verdict(case, Judged.NOT_VALIDATED, why_unvalidated(unvalidated[0]))
    else:
        nothing = all(part.outcome is Outcome.NOTHING for part in parts)
        verdict = Verdict(case, Judged.NO_MODULE if nothing else Judged.JUDGED)
    return verdict._replace(elsewhere=verdict.passes and _valid_elsewhere(program, case.data))


def _valid_elsewhere(program: Path, data: bytes) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "module.wasm")
        path.write_bytes(data)
        return run((program, "validate", "--features", "all", path), seconds=_SECONDS).exit_code == 0


def _print(verdicts: Sequence[Verdict]) -> None:
    counts = Counter((each.case.asserted, each.elsewhere, each.judged) for each in verdicts)
    groups = [(asserted, elsewhere) for asserted in Asserted for elsewhere in (False, True)]
    rows = [
        (_heading(*group), *(f"{counts[*group, judged]:,}" for judged in Judged))
        for group in groups
        if any(counts[*group, judged] for judged in Judged)
    ]
    print_table("modules", ("asserted", *(judged.value for judged in Judged)), rows)
    print_table("not validated, by reason", ("reason", "valid", "not valid"), list(_reasons(verdicts)))


def _heading(asserted: Asserted, elsewhere: bool) -> str:
    return f"{asserted.value} without a proposal" if elsewhere else asserted.value


def _reasons(verdicts: Sequence[Verdict]) -> Iterator[tuple[str, str, str]]:
    counts = Counter(
        (verdict.reason, verdict.passes)
        for verdict in verdicts
        if verdict.judged is Judged.NOT_VALIDATED and not verdict.elsewhere
    )
    for reason in sorted({reason for reason, _ in counts}):
        yield reason, f"{counts[reason, False]:,}", f"{counts[reason, True]:,}"
