"""Hold nogrow against a test suite of WebAssembly: scripts that say which modules are valid, and which not.

The scripts (`*.wast`) are the user's, such as those of WebAssembly/testsuite. `wasm-tools` turns them into
modules.
"""

import enum
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from nogrow.analysis.verdicts import judge
from nogrow.contract.model import ArtifactContract
from nogrow.contract.select import Target
from nogrow.errors import ToolError, UsageError
from nogrow.machine.process import Progress, run
from nogrow.machine.programs import find_program
from nogrow.pipeline.check import check
from nogrow.project.console import print_table
from nogrow.report.result import ArtifactReport, Outcome
from nogrow.report.summary import why_unvalidated
from nogrow.util.background import cores

_SECONDS = 60
_MOST_LISTED = 200


class Asserted(enum.Enum):
    """What a script says of a module."""

    VALID = "valid"
    INVALID = "invalid"
    MALFORMED = "malformed"


class Judged(enum.Enum):
    """What nogrow made of a module."""

    JUDGED = "judged"
    NOT_VALIDATED = "judged, not validated"
    NOT_JUDGED = "not judged"
    NO_MODULE = "a component without core modules"


# All other commands that have a module need a valid one; a custom section makes no module invalid.
_COMMANDS = {"assert_invalid": Asserted.INVALID, "assert_malformed": Asserted.MALFORMED}


class Case(NamedTuple):
    """A module of a script: `place` is the script and the line."""

    place: str
    asserted: Asserted
    data: bytes


class Script(NamedTuple):
    """The modules of a script; `texts` counts those that are text only, which nogrow does not read."""

    cases: tuple[Case, ...]
    texts: int


class Verdict(NamedTuple):
    """What nogrow made of a case, and why if it is not judged and validated.

    `elsewhere` says that wasm-tools finds the module valid with every proposal that it knows: the script is
    about a version of WebAssembly without one of them.
    """

    case: Case
    judged: Judged
    reason: str = ""
    elsewhere: bool = False

    @property
    def passes(self) -> bool:
        """Whether a module that is not valid has got a verdict."""
        wrong = self.case.asserted is not Asserted.VALID and not self.elsewhere
        return wrong and self.judged in (Judged.JUDGED, Judged.NOT_VALIDATED)


def run_suite(folder: Path, progress: Progress) -> int:
    """Judge the modules of all scripts below `folder` and print tables of what became of them.

    Returns 1 if a module that a script says is not valid got a verdict. Raises `UsageError` without scripts,
    and `ToolError` without wasm-tools.
    """
    scripts = sorted(folder.rglob("*.wast"))
    if not scripts:
        raise UsageError(f"--path: no *.wast file below {folder}")
    program = find_program("wasm-tools", "nogrow[dev]")
    progress(f"making modules of {len(scripts):,} scripts")
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
    passing = [one for one in verdicts if one.passes]
    for one in passing[:_MOST_LISTED]:
        progress(f"{one.case.place}: asserted {one.case.asserted.value}, {one.judged.value}: {one.reason}")
    progress(
        f"{len(scripts) - len(unreadable):,} of {len(scripts):,} scripts read, {len(cases):,} modules, "
        f"{texts:,} assertions about text only; {len(passing):,} modules that are not valid got a verdict"
    )
    return 1 if passing else 0


def read_script(program: Path, path: Path, name: str) -> Script:
    """Return the modules of the script at `path`, called `name`; raises `ToolError` if it can't be read."""
    with tempfile.TemporaryDirectory() as made:
        listing = Path(made, "script.json")
        words = ("json-from-wast", path, "-o", listing, "--wasm-dir", made)
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
                Path(made, command["filename"]).read_bytes(),
            )
            for command in binary
        )
    return Script(cases, len(files) - len(binary))


def judge_cases(program: Path, cases: Sequence[Case]) -> list[Verdict]:
    """Judge the modules as `nogrow check` does."""
    names = {f"{number:06}": case for number, case in enumerate(cases)}
    targets = [Target(name, ArtifactContract(), data=case.data) for name, case in names.items()]
    report = check(None, targets, judge=judge, jobs=cores(), digest=False)
    parts: dict[str, list[ArtifactReport]] = {}
    for artifact in report.artifacts:
        parts.setdefault(artifact.path.partition("#")[0], []).append(artifact)
    return [_verdict(program, case, parts[name]) for name, case in names.items()]


def _verdict(program: Path, case: Case, parts: Sequence[ArtifactReport]) -> Verdict:
    refused = [one for one in parts if one.outcome is Outcome.NOT_JUDGED]
    unvalidated = [one for one in parts if one.unvalidated]
    if refused:
        return Verdict(case, Judged.NOT_JUDGED, refused[0].violations[0].message)
    if unvalidated:
        verdict = Verdict(case, Judged.NOT_VALIDATED, why_unvalidated(unvalidated[0]))
    else:
        nothing = all(one.outcome is Outcome.NOTHING for one in parts)
        verdict = Verdict(case, Judged.NO_MODULE if nothing else Judged.JUDGED)
    return verdict._replace(elsewhere=verdict.passes and _valid_elsewhere(program, case.data))


def _valid_elsewhere(program: Path, data: bytes) -> bool:
    with tempfile.TemporaryDirectory() as made:
        path = Path(made, "module.wasm")
        path.write_bytes(data)
        return run((program, "validate", "--features", "all", path), seconds=_SECONDS).exit_code == 0


def _print(verdicts: Sequence[Verdict]) -> None:
    counts = Counter((one.case.asserted, one.elsewhere, one.judged) for one in verdicts)
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
        (one.reason, one.passes)
        for one in verdicts
        if one.judged is Judged.NOT_VALIDATED and not one.elsewhere
    )
    for reason in sorted({reason for reason, _ in counts}):
        yield reason, f"{counts[reason, False]:,}", f"{counts[reason, True]:,}"
