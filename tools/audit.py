"""Ask pip-audit for known vulnerabilities in the pinned packages; report why if it cannot be asked."""

import json
import tempfile
from pathlib import Path
from typing import NamedTuple

from nogrow.errors import ToolError
from nogrow.machine.machine import find_program
from nogrow.machine.process import run
from tools.pins import PINS

_PROBE_SECONDS = 60
_LIMIT_SECONDS = 600
# This version is old enough to have a vulnerability that every such service knows.
_PROBE = "jinja2==2.4.1\n"


class Audit(NamedTuple):
    """The answer: the number of packages, and a line for each vulnerability or unknown package.

    `reason` says why the service could not be asked, and is None if it could.
    """

    packages: int
    complaints: tuple[str, ...]
    reason: str | None = None


def audit(root: Path) -> Audit:
    """Return the known vulnerabilities in all pinned packages.

    Raises `ToolError` when pip-audit is missing or fails.
    """
    program = find_program("pip-audit", "nogrow[dev]")
    with tempfile.TemporaryDirectory() as folder:
        probe = Path(folder, "probe.txt")
        probe.write_text(_PROBE, "utf-8")
        reason = _unavailable(program, probe)
    if reason is not None:
        return Audit(0, (), reason)
    dependencies = _asked(program, root / PINS, _LIMIT_SECONDS)
    complaints = map(_complaint, dependencies)
    return Audit(len(dependencies), tuple(line for line in complaints if line is not None))


def _unavailable(program: Path, probe: Path) -> str | None:
    """Return why the service cannot be used, None if it can.

    It must answer, and know a vulnerability that is well known.
    """
    try:
        (known,) = _asked(program, probe, _PROBE_SECONDS)
    except (ToolError, ValueError) as error:
        return str(error).split("\n")[0]
    if known.get("vulns"):
        return None
    return str(known.get("skip_reason", "it does not know a well-known vulnerability"))


def _asked(program: Path, requirements: Path, seconds: float) -> list[dict[str, object]]:
    words = ("--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json", "--requirement")
    done = run((program, *words, requirements), seconds=seconds)
    try:
        dependencies = [_checked(dependency) for dependency in json.loads(done.stdout)["dependencies"]]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise ToolError(f"pip-audit failed: {done.complaint}") from error
    return dependencies


def _checked(dependency: object) -> dict[str, object]:
    """Return the dependency if it has the expected form; raise `TypeError` otherwise."""
    if not isinstance(dependency, dict) or "name" not in dependency:
        raise TypeError
    vulnerabilities = dependency.get("vulns", [])
    if not isinstance(vulnerabilities, list) or not ("vulns" in dependency or "skip_reason" in dependency):
        raise TypeError
    for vulnerability in vulnerabilities:
        if (
            not isinstance(vulnerability, dict)
            or "id" not in vulnerability
            or not isinstance(vulnerability.get("fix_versions", []), list)
        ):
            raise TypeError
    return dependency


def _complaint(dependency: dict[str, object]) -> str | None:
    name = f"{dependency['name']} {dependency.get('version', '')}".strip()
    if "skip_reason" in dependency:
        return f"{name}: {dependency['skip_reason']}"
    vulnerabilities = dependency["vulns"]
    if not isinstance(vulnerabilities, list) or not vulnerabilities:
        return None
    ids = ", ".join(str(vulnerability["id"]) for vulnerability in vulnerabilities)
    fixed = sorted({str(version) for each in vulnerabilities for version in each.get("fix_versions", ())})
    return f"{name}: {ids}; fixed in {', '.join(fixed) or 'no version'}"
