"""Run each host over the built guests and copies of them, with each kind of view."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from nogrow.contract.build_plan import Plan
from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.machine.process import ANSWER_BYTES, Progress, run
from nogrow.project.manifest import read_manifest
from nogrow.project.project import Project
from tools.browser.browse import browse, served
from tools.browser.chromium import chromium, find_chromium
from tools.browser.guest_copies import GROWING, content_of, original_of, sealed_name, stressed_name
from tools.browser.serve import BUILD_FIRST

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Browsers = Callable[[Machine], "AbstractContextManager[Browser]"]

# The profile of the kernels, which are not guests.
KERNEL = "kernel"
HOST = PurePosixPath("hosts/node/server.mjs")
_STRESSED_PROFILE = "release"
_OLDEST_NODE = 20
_NODE_SECONDS = 60.0


class Views(Enum):
    """The kinds of view that a host can use; the values are those of its option `--views`."""

    KEPT = "kept"
    WATCHED = "watched"
    LIVE = "live"


@dataclass(frozen=True)
class Case:
    """A guest, and whether the host greets once before it makes its view, so that the memory has room."""

    artifact: str
    warm: bool = False


@dataclass(frozen=True)
class DemoRow:
    """One run of a host: whether it failed, and the greeting or error that it printed or showed."""

    host: str
    case: Case
    views: Views
    failed: bool
    output: str


@dataclass(frozen=True)
class Demo:
    """All runs; if the browser host was skipped, `skipped` says why."""

    rows: tuple[DemoRow, ...]
    skipped: str | None = None


def find_node(machine: Machine) -> Path:
    """Return the path of Node 20 or later from the PATH; raises `ToolError`."""
    node = machine.on_path("node")
    if node is None:
        raise ToolError(f"node is not on the PATH; Node {_OLDEST_NODE} or later is needed")
    answer = run([node, "--version"], seconds=_NODE_SECONDS, environ=machine.environ, most_bytes=ANSWER_BYTES)
    version = re.fullmatch(r"v(\d{1,9})\.[\w.-]{1,99}", answer.stdout.strip())
    if version is None or answer.exit_code != 0:
        raise ToolError(
            f"{node} did not print a version, and Node {_OLDEST_NODE} or later is needed: {answer.complaint}"
        )
    if int(version[1]) < _OLDEST_NODE:
        raise ToolError(f"{node} is {answer.stdout.strip()}; Node {_OLDEST_NODE} or later is needed")
    return node


def run_host(node: Path, root: Path, case: Case, views: Views) -> DemoRow:
    """Run the host once over the guest; raises `ToolError` when it does not end."""
    with TemporaryDirectory() as scratch:
        path = root / case.artifact
        if path != original_of(path):
            content = content_of(path)
            path = Path(scratch, path.name)
            path.write_bytes(content)
        options = ["--views", views.value, *(["--warm"] if case.warm else [])]
        done = run([node, root / HOST, *options, path], seconds=_NODE_SECONDS)
    output = done.stdout if done.exit_code == 0 else done.stderr
    return DemoRow("node", case, views, done.exit_code != 0, output.strip())


def run_demo(root: Path, machine: Machine, progress: Progress, browsers: Browsers = chromium) -> Demo:
    """Run each host over every built guest and copies of them, with each kind of view.

    Without Chromium, the browser host is skipped. Raises `ToolError` without a build, or without Node.
    """
    built = [entry.path for entry in read_manifest(Project(root, Plan())).entries if entry.profile != KERNEL]
    if not built:
        raise ToolError(BUILD_FIRST)
    cases = [case for path in built for case in _cases(path)]
    node = find_node(machine)
    rows = []
    for case in cases:
        progress(f"running {HOST} over {case.artifact}, with each kind of view")
        rows += [run_host(node, root, case, views) for views in Views]
    try:
        find_chromium(machine)
    except ToolError as error:
        return Demo(tuple(rows), str(error))
    progress("opening hosts/browser with every guest and each kind of view")
    with browsers(machine) as browser:
        return Demo((*rows, *_browsed(root, browser, cases)))


def _cases(artifact: str) -> Iterator[Case]:
    """Yield the runs with a guest: of all builds as it is, and of a release also under stress."""
    is_growing = PurePosixPath(artifact).name == GROWING
    guests = (artifact, sealed_name(artifact)) if is_growing else (artifact,)
    yield from map(Case, guests)
    if PurePosixPath(artifact).parent.name != _STRESSED_PROFILE:
        return
    if is_growing:
        # Unstressed, the host is lucky: the memory need not grow.
        yield Case(artifact, warm=True)
    yield from (Case(stressed_name(guest), warm=True) for guest in guests)


def _browsed(root: Path, browser: "Browser", cases: Sequence[Case]) -> Iterator[DemoRow]:
    with served(root) as server:
        page = browser.new_page()
        for case in cases:
            for views in Views:
                shown = browse(page, server.url, case.artifact, views.value, warm=case.warm)
                yield DemoRow("browser", case, views, shown.failed, shown.text)
        page.close()
