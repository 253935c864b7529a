"""A scratch git repository whose commits go through this project's hooks, as pre-commit runs them."""

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
    """What the command printed, both streams in one."""
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
    """The environment of a user without settings of git, who has this Python's programs first."""
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
    """Copy what is installed of this project to `folder`: installing leaves files beside the sources."""
    folder.mkdir(parents=True)
    for path in (path for pattern in _SHIPPED for path in ROOT.glob(pattern)):
        if path.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
            shutil.copytree(path, folder / path.name, ignore=ignored)
        else:
            shutil.copy(path, folder)


def index_is_reached(folder: Path) -> bool:
    """Whether pip can download what every installation from sources needs; it goes to `folder`."""
    words = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "setuptools>=77"]
    return run(words, folder, os.environ).returncode == 0


def hook_repository() -> tuple[Path, str, dict[str, str]]:
    """This project as a git repository, its only commit, and the environment to use it in.

    It lies below build/, and the commit depends on nothing but the files, so that pre-commit installs it
    anew only when one has changed.
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
        """Run a command in it."""
        return run(words, self.folder, self.environ)

    def commit(self) -> subprocess.CompletedProcess[str]:
        """Add everything and commit it."""
        assert self("git", "add", "-A").returncode == 0
        return self("git", "commit", "-m", "A commit")

    @property
    def commits(self) -> int:
        """How many commits there are."""
        return int(self("git", "rev-list", "--all", "--count").stdout)
