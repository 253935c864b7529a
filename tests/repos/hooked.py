"""This module sets up a git repository whose commits run this project's hooks with pre-commit."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = ROOT / "build" / "pre-commit"
_SHIPPED = (".pre-commit-hooks.yaml", "pyproject.toml", "README.md", "verify", "LICENSE*")
_WHO = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Testy"), ("EMAIL", "testy@example.org"), ("DATE", "2001-01-01T00:00:00Z"))
}


def run(words: Sequence[str], folder: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run the command and return its output, with both streams in one."""
    return subprocess.run(
        words,
        cwd=folder,
        env=dict(environ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=600,
        check=False,
    )


def environment(home: Path) -> dict[str, str]:
    """Return an environment without settings of git, with this Python's programs first on the PATH."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "PRE_COMMIT"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept.pop("PYTHONPATH", None)
    return (
        kept
        | _WHO
        | {
            "PATH": path,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            "PRE_COMMIT_HOME": str(home),
            "PRE_COMMIT_COLOR": "never",
        }
    )


def copy_project(folder: Path) -> None:
    """Copy the installed files of this project to `folder`, as installing leaves files beside the sources."""
    folder.mkdir(parents=True)
    for path in (path for pattern in _SHIPPED for path in ROOT.glob(pattern)):
        if path.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(path, folder / path.name, ignore=ignored)
        else:
            shutil.copy(path, folder)


def index_is_reached(folder: Path) -> bool:
    """Return whether pip can download setuptools, which an installation from sources needs, to `folder`."""
    words = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "setuptools>=77"]
    return run(words, folder, os.environ).returncode == 0


def hook_repository() -> tuple[Path, str, dict[str, str]]:
    """Return this project as a git repository, its only commit, and the environment for git.

    The repository is below build/ and the commit depends only on the files, so that pre-commit installs it
    again only when a file has changed.
    """
    home, repository = CACHE / "home", CACHE / "nogrow"
    environ = environment(home)
    if repository.exists():
        shutil.rmtree(repository)
    copy_project(repository)
    for words in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "All of it"]):
        done = run(["git", *words], repository, environ)
        assert done.returncode == 0, done.stdout
    revision = run(["git", "rev-parse", "HEAD"], repository, environ).stdout.strip()
    stamp = CACHE / "revision"
    if home.exists() and (not stamp.exists() or stamp.read_text() != revision):
        shutil.rmtree(home)
    stamp.write_text(revision)
    return repository, revision, environ


@dataclass(frozen=True)
class Scratch:
    """A user's repository with the hooks installed."""

    folder: Path
    environ: Mapping[str, str] = field(repr=False)

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the repository."""
        return run(words, self.folder, self.environ)

    def commit(self) -> subprocess.CompletedProcess[str]:
        """Add everything and commit it."""
        assert self("git", "add", "-A").returncode == 0
        return self("git", "commit", "-m", "A commit")

    @property
    def commits(self) -> int:
        """Return the number of commits."""
        return int(self("git", "rev-list", "--all", "--count").stdout)
