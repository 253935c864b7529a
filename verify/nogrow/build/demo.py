"""The built guests in, and out comes what a Node host makes of each, in both of its ways."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nogrow.build.console import Progress
from nogrow.build.machine import Machine
from nogrow.build.manifest import read_manifest
from nogrow.build.process import run
from nogrow.errors import ToolError

# The profile of modules that are no guests.
KERNEL = "kernel"
HOST = PurePosixPath("hosts/node/server.mjs")
_OLDEST_NODE = 20
_NODE_SECONDS = 60.0


@dataclass(frozen=True)
class DemoRow:
    """One run of the host: what it printed, on the channel that tells whether it succeeded."""

    artifact: str
    watch_growth: bool
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


def run_host(node: Path, root: Path, artifact: str, watch_growth: bool) -> DemoRow:
    """One run of the host over the artifact; raises `ToolError` when it doesn't end."""
    options = ["--watch-growth"] if watch_growth else []
    done = run([node, root / HOST, *options, root / artifact], seconds=_NODE_SECONDS)
    output = done.stdout if done.exit_code == 0 else done.stderr
    return DemoRow(artifact, watch_growth, done.exit_code, output.strip())


def run_demo(root: Path, machine: Machine, progress: Progress) -> tuple[DemoRow, ...]:
    """Run the host over every built guest, both ways; raises `ToolError` when nothing is built."""
    guests = [entry.path for entry in read_manifest(root).entries if entry.profile != KERNEL]
    if not guests:
        raise ToolError("nothing is built yet; this builds it: invoke build")
    node = find_node(machine)
    rows = []
    for guest in guests:
        progress(f"running {HOST} over {guest}, both ways")
        rows += [run_host(node, root, guest, watch) for watch in (False, True)]
    return tuple(rows)
