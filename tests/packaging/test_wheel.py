"""Tests of the wheel and the source archive, which are built once.

The wheel is installed for each supported Python of this machine, with dependencies that were downloaded
before. The commands then run without network if the machine allows it.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tests.support.modules import GROWING, QUIET, write_module

ROOT = Path(__file__).resolve().parents[2]
PYTHONS = ("3.11", "3.12", "3.13")


def run(*words: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return subprocess.run(
        [str(word) for word in words],
        cwd=folder,
        env=environ,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def interpreter(version: str) -> str:
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    # Another user's folder may not be readable.
    programs = sorted(versions.glob(f"{version}.*/bin/python3")) if os.access(versions, os.R_OK) else []
    program = str(programs[-1]) if programs else shutil.which(f"python{version}")
    if program is None:
        pytest.skip(f"Python {version} is not on this machine")
    return program


@pytest.fixture(scope="session")
def archives(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the source archive and the wheel that was built from it."""
    folder = tmp_path_factory.mktemp("dist")
    completed = run(sys.executable, "-m", "build", "--outdir", folder, ROOT, folder=folder)
    if "No matching distribution" in completed.stderr + completed.stdout:
        pytest.skip("the packages that build wheels cannot be downloaded")
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return folder


@pytest.fixture(scope="session")
def wheel(archives: Path) -> Path:
    (path,) = archives.glob("*.whl")
    return path


def test_wheel_has_all_files_of_the_package(wheel: Path) -> None:
    package = ROOT / "verify" / "nogrow"
    files = {
        path.relative_to(package.parent).as_posix()
        for path in package.rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert {name for name in zipfile.ZipFile(wheel).namelist() if "dist-info" not in name} == files


def test_source_archive_has_documents_but_no_tests(archives: Path) -> None:
    (path,) = archives.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    documents = {path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert {"README.md", "CHANGELOG.md", "ARCHITECTURE.md", "LICENSE", *documents} <= names
    assert not [name for name in names if name.startswith("tests/")]


@pytest.mark.exhaustive
@pytest.mark.parametrize("version", PYTHONS)
def test_wheel_works_without_repository_and_network(version: str, wheel: Path, tmp_path: Path) -> None:
    program = interpreter(version)
    kept = tmp_path / "packages"
    completed = run(program, "-m", "pip", "download", "-q", "--dest", kept, wheel, folder=tmp_path)
    if completed.returncode != 0:
        pytest.skip(f"its dependencies cannot be downloaded: {completed.stderr.strip()[-200:]}")
    assert run(program, "-m", "venv", tmp_path / "venv", folder=tmp_path).returncode == 0
    scripts = tmp_path / "venv" / "bin"
    installed = run(
        scripts / "pip", "install", "-q", "--no-index", "--find-links", kept, wheel, folder=tmp_path
    )
    assert installed.returncode == 0, installed.stderr

    write_module(tmp_path / "quiet.wasm", QUIET)
    write_module(tmp_path / "growing.wasm", GROWING)
    check: tuple[str | Path, ...] = (*offline(), scripts / "nogrow", "check")
    assert run(*check, "quiet.wasm", folder=tmp_path).returncode == 0
    page = run(*check, "--format", "html=page.html", "growing.wasm", folder=tmp_path)
    assert page.returncode == 1, page.stderr
    assert "growth-reachable" in page.stdout
    assert "<html" in (tmp_path / "page.html").read_text()
    sealed = run(
        scripts / "nogrow", "seal", "growing.wasm", "-o", "sealed.wasm", "--mode", "deny", folder=tmp_path
    )
    assert sealed.returncode == 0, sealed.stderr
    assert run(*check, "sealed.wasm", folder=tmp_path).returncode == 0


def offline() -> tuple[str, ...]:
    """Return a command prefix that removes the network, or nothing if the machine does not allow it."""
    words = ("unshare", "--net", "--map-root-user")
    program = shutil.which(words[0])
    usable = program and subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    return words if usable else ()
