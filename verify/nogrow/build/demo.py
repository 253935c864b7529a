"""The built guests in, and out comes what a Node host makes of each, with each sort of view."""

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath

from nogrow.build.console import Progress
from nogrow.build.guests import Profile
from nogrow.build.machine import Machine
from nogrow.build.manifest import read_manifest
from nogrow.build.process import run
from nogrow.errors import ToolError

HOST = PurePosixPath("hosts/node/server.mjs")
_OLDEST_NODE = 20
_NODE_SECONDS = 60.0


class Views(Enum):
    """How a host looks at its guest's memory; the values are those of its option `--views`."""

    KEPT = "kept"
    WATCHED = "watched"
    LIVE = "live"


@dataclass(frozen=True)
class DemoRow:
    """One run of a host: what it printed, on the channel that tells whether it succeeded."""

    host: str
    artifact: str
    views: Views
    exit_code: int
    output: str


def find_node(machine: Machine) -> Path:
    """Node 20 or later from the PATH; raises `ToolError`."""
    node = machine.on_path("node")
    if node is None:
        raise ToolError(f"node is not on the PATH; Node {_OLDEST_NODE} or later is needed")
    said = run([node, "--version"], seconds=_NODE_SECONDS, environ=machine.environ)
    version = re.match(r"v(\d+)\.", said.stdout)
    if version is None:
        raise ToolError(f"{node} does not say which version it is: {said.complaint}")
    if int(version[1]) < _OLDEST_NODE:
        raise ToolError(f"{node} is {said.stdout.strip()}; Node {_OLDEST_NODE} or later is needed")
    return node


def run_host(node: Path, root: Path, artifact: str, views: Views) -> DemoRow:
    """One run of the host over the artifact; raises `ToolError` when it doesn't end."""
    done = run([node, root / HOST, "--views", views.value, root / artifact], seconds=_NODE_SECONDS)
    output = done.stdout if done.exit_code == 0 else done.stderr
    return DemoRow("node", artifact, views, done.exit_code, output.strip())


def run_demo(root: Path, machine: Machine, progress: Progress) -> tuple[DemoRow, ...]:
    """Run the host over every built guest, with each sort of view.

    Raises `ToolError` when nothing is built, or there is no Node.
    """
    guests = [entry.path for entry in read_manifest(root).entries if entry.profile != Profile.KERNEL.value]
    if not guests:
        raise ToolError("nothing is built yet; this builds it: invoke build")
    node = find_node(machine)
    rows = []
    for guest in guests:
        progress(f"running {HOST} over {guest}, with each sort of view")
        rows += [run_host(node, root, guest, views) for views in Views]
    return tuple(rows)
