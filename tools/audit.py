"""The pins to known holes in what is pinned, by pip-audit; where its service is not to be had, why not."""

import json
import tempfile
from pathlib import Path
from typing import NamedTuple

from nogrow.errors import ToolError
from nogrow.machine.process import run
from nogrow.machine.programs import find_program
from tools.pins import PINS

_PROBE_SECONDS = 60
_LIMIT_SECONDS = 600
# Old enough to have a hole that every service of its kind knows.
_PROBE = "jinja2==2.4.1\n"


class Audit(NamedTuple):
    """What the service said: how many packages it knows, and a line for each hole or package unknown to it.

    `reason` is why it could not be asked, None where it could.
    """

    packages: int
    complaints: tuple[str, ...]
    reason: str | None = None


def audit(root: Path) -> Audit:
    """Ask for the holes in all that is pinned; raises `ToolError` when pip-audit is missing or fails."""
    program = find_program("pip-audit", "nogrow[dev]")
    with tempfile.TemporaryDirectory() as folder:
        probe = Path(folder, "probe.txt")
        probe.write_text(_PROBE, "utf-8")
        reason = _not_to_be_had(program, probe)
    if reason is not None:
        return Audit(0, (), reason)
    dependencies = _asked(program, root / PINS, _LIMIT_SECONDS)
    found = [_complaint(one) for one in dependencies]
    return Audit(len(dependencies), tuple(one for one in found if one is not None))


def _not_to_be_had(program: Path, probe: Path) -> str | None:
    """Why the service is of no use: it does not answer, or it knows nothing of a hole that is well known."""
    try:
        (known,) = _asked(program, probe, _PROBE_SECONDS)
    except (ToolError, ValueError) as error:
        return str(error).split("\n")[0]
    if known.get("vulns"):
        return None
    return str(known.get("skip_reason", "it knows no hole of a package that is known to have one"))


def _asked(program: Path, requirements: Path, seconds: float) -> list[dict[str, object]]:
    words = ("--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json", "--requirement")
    done = run((program, *words, requirements), seconds=seconds)
    try:
        dependencies = [_checked(one) for one in json.loads(done.stdout)["dependencies"]]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise ToolError(f"pip-audit failed: {done.complaint}") from error
    return dependencies


def _checked(dependency: object) -> dict[str, object]:
    """The dependency, with all that is read of it; raises `TypeError` where it is something else."""
    if not isinstance(dependency, dict) or "name" not in dependency:
        raise TypeError
    holes = dependency.get("vulns", [])
    if not isinstance(holes, list) or not ("vulns" in dependency or "skip_reason" in dependency):
        raise TypeError
    for hole in holes:
        if (
            not isinstance(hole, dict)
            or "id" not in hole
            or not isinstance(hole.get("fix_versions", []), list)
        ):
            raise TypeError
    return dependency


def _complaint(dependency: dict[str, object]) -> str | None:
    name = f"{dependency['name']} {dependency.get('version', '')}".strip()
    if "skip_reason" in dependency:
        return f"{name}: {dependency['skip_reason']}"
    holes = dependency["vulns"]
    if not isinstance(holes, list) or not holes:
        return None
    fixed = sorted({str(version) for hole in holes for version in hole.get("fix_versions", ())})
    return (
        f"{name}: {', '.join(str(hole['id']) for hole in holes)}; fixed in {', '.join(fixed) or 'no version'}"
    )
