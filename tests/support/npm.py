"""Installs npm packages with the programs that only some tests need."""

import platform
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from nogrow.machine.process import run

_FOLDER = Path(__file__).parents[2] / "build" / "npm"
_SECONDS = 180.0
_MACHINES = {"x86_64": "x64", "aarch64": "arm64"}

ACORN = "acorn@8.19.0"
ESBUILD = "esbuild@0.28.2"
TYPESCRIPT = "typescript@7.0.2"

# The errors of npm without network.
OFFLINE = re.compile(
    r"npm error code (E\w*(?:NOTFOUND|AGAIN|CONN\w+|TIMEDOUT|UNREACH)|FETCH_ERROR|\w*(?:CERT|SIGNATURE)\w*)"
)


def new_node() -> Path:
    """Return a Node whose memories have resizable buffers; skip the test if there is none."""
    machine = _MACHINES.get(platform.machine())
    if platform.system() != "Linux" or machine is None:
        pytest.skip(f"no newer Node is known for {platform.system()} on {platform.machine()}")
    return program("node", f"node-linux-{machine}@26.10.0")


def program(name: str, package: str) -> Path:
    """Return the program of `package` in `build/npm`; skip the test if npm can't install it."""
    path = _FOLDER / package / "node_modules" / ".bin" / name
    if not path.exists():
        _install(package)
    return path


def run_npm(folder: Path, *arguments: str | Path) -> str:
    """Return the output of npm in `folder`; skip the test without npm or network."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not on the PATH")
    completed = subprocess.run(
        ["npm", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    if offline := OFFLINE.search(completed.stderr):
        pytest.skip(f"npm can't reach its registry ({offline[1]})")
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout


# If one package can't be installed, none can: later tests need not wait.
_failed: list[str] = []


def _install(package: str) -> None:
    if _failed:
        pytest.skip(_failed[0])
    try:
        _fetch(package)
    except ToolError as error:
        _failed.append(str(error))
        pytest.skip(str(error))


def _fetch(package: str) -> None:
    npm = Machine.current().on_path("npm")
    if npm is None:
        raise ToolError(f"{package} is needed, and npm is not on the PATH")
    _FOLDER.mkdir(parents=True, exist_ok=True)
    # Only a complete installation is moved to its folder.
    with tempfile.TemporaryDirectory(prefix=".install-", dir=_FOLDER) as folder:
        # The binaries come in packages of their own, so no script has to run.
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-save", "--fetch-retries=1"]
        done = run([npm, "install", *options, "--prefix", folder, package], seconds=_SECONDS)
        if done.exit_code != 0:
            raise ToolError(f"npm can't install {package}: {done.complaint}")
        Path(folder).chmod(0o755)
        Path(folder, "node_modules").rename(_folder_of(package) / "node_modules")


def _folder_of(package: str) -> Path:
    folder = _FOLDER / package
    folder.mkdir(exist_ok=True)
    return folder
