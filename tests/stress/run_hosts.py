"""Run functions of hosts over guests and their stressed copies, all in one process of Node."""

import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent
GUARD = FOLDER.parents[1] / "js" / "nogrow-views" / "guard.mjs"


@dataclass(frozen=True)
class Job:
    """A run of the function `test` of a host over a guest, whose exports can be watched by `guard`."""

    host: Path
    test: str
    guest: Path
    watched: bool = True


@dataclass(frozen=True)
class Outcome:
    """The result of a job, with the exports that detached or lengthened a memory, if they were watched."""

    passed: bool
    growths: list[str]
    value: str | None = None
    error: str | None = None
    stack: str = field(default="", repr=False)


def run_hosts(node: Path, scratch: Path, jobs: Sequence[Job], options: Sequence[str] = ()) -> list[Outcome]:
    """Run the jobs in one process of Node and return their outcomes in the same order."""
    listed = scratch / "jobs.json"
    listed.write_text(json.dumps([asdict(job) for job in jobs], default=str))
    completed = subprocess.run(
        [node, *options, FOLDER / "runner.mjs", GUARD, listed],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert completed.returncode == 0, completed.stderr
    return [Outcome(**fields) for fields in json.loads(completed.stdout)]
