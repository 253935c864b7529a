import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tools.bench.generate import many_exports

from nogrow import __version__
from tests.cli.conftest import Nogrow
from tests.support.locales import unicode_names
from tests.support.posix import posix_only


def started(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "nogrow", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, **options)  # type: ignore[call-overload, no-any-return]


def test_version_is_printed(nogrow: Nogrow) -> None:
    assert nogrow("--version").output == f"nogrow, version {__version__}\n"


def test_without_command_the_help_is_shown(nogrow: Nogrow) -> None:
    assert nogrow().exit_code == 2
    assert nogrow("--help").exit_code == 0
    assert "3 nothing to check" in nogrow("--help").output


def test_help_cuts_no_sentence_about_a_command(nogrow: Nogrow) -> None:
    assert "..." not in nogrow("--help").output.split("Commands:")[1]


@pytest.mark.parametrize(
    ("file", "code"), [("quiet.wasm", 0), ("growing.wasm", 1), ("gone.wasm", 3), ("cut.wasm", 4)]
)
def test_process_ends_with_the_exit_code(folder: Path, file: str, code: int) -> None:
    result = started("check", file, cwd=folder)
    assert result.returncode == code
    assert result.stderr == ""


def test_closed_pipe_does_not_change_the_exit_code(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    result = subprocess.run(
        [sys.executable, "-m", "nogrow", "check", "growing.wasm"],
        stdout=writer,
        stderr=subprocess.PIPE,
        cwd=folder,
        timeout=60,
        check=False,
    )
    os.close(writer)
    assert (result.returncode, result.stderr) == (1, b"")


def test_reader_that_leaves_early_does_not_change_the_exit_code(folder: Path) -> None:
    (folder / "many.wasm").write_bytes(many_exports(3000))
    with subprocess.Popen(
        [sys.executable, "-m", "nogrow", "check", "many.wasm", "--format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        # The report is larger than the pipe, so most of it is still to be written.
        assert process.stdout.read(10) == b'{\n  "schem'
        process.stdout.close()
        assert (process.stderr.read(), process.wait(timeout=60)) == (b"", 1)


@posix_only
def test_full_disk_never_passes(folder: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        result = subprocess.run(
            [sys.executable, "-m", "nogrow", "check", "quiet.wasm"],
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=folder,
            timeout=60,
            check=False,
        )
    assert result.returncode == 2
    assert result.stderr == (b"nogrow: standard output: can't write the report: No space left on device\n")


def test_closed_standard_output_never_passes(folder: Path) -> None:
    result = subprocess.run(
        ["sh", "-c", f"exec {shlex.quote(sys.executable)} -m nogrow check quiet.wasm >&-"],
        capture_output=True,
        cwd=folder,
        timeout=60,
        check=False,
    )
    assert result.returncode == 2
    assert b"Traceback" not in result.stderr


@unicode_names
def test_name_outside_the_encoding_is_escaped(folder: Path) -> None:
    (folder / "growing.wasm").rename(folder / "größe.wasm")
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    result = started("check", "größe.wasm", cwd=folder, env=environment)
    assert result.returncode == 1
    assert "gr\\xf6\\xdfe.wasm" in result.stdout


def test_check_imports_only_used_modules(folder: Path) -> None:
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "before = set(sys.modules)\n"
        "from nogrow.cli.commands import cli\n"
        "assert CliRunner().invoke(cli, ['check', 'quiet.wasm']).exit_code == 0\n"
        "print(*sorted(set(sys.modules) - before))\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=folder,
        timeout=60,
        check=True,
    )
    imported = result.stdout.split()
    assert "nogrow.pipeline.all_files" in imported
    unused = (
        *("rich", "toml", "tomllib", "json", "importlib.metadata", "concurrent.futures", "multiprocessing"),
        *("tree_sitter", "zipfile", "tarfile", "hashlib", "elftools", "demangle"),
        *(
            f"nogrow.{name}"
            for name in (
                *("archives", "analysis.entry_identity", "baseline", "difference", "explain"),
                *("cli.diff", "cli.explain", "cli.host", "cli.pin", "cli.run", "cli.seal", "cli.sites"),
                *("jshost.imports", "jshost.stale_views", "pipeline.cached_views"),
                *("pipeline.host_code", "rewrite", "scenarios.guest", "shipping"),
                *("source.lookup", "util.parallel", "wasm.component"),
            )
        ),
        *(f"nogrow.report.{name}" for name in ("as_json", "sarif", "junit", "github", "markdown")),
    )
    assert [name for name in unused if name in imported] == []


@pytest.mark.parametrize("fault", ["EOFError('marshal data too short')", "ValueError('unforeseen')"])
def test_internal_error_is_never_a_broken_contract(fault: str, folder: Path) -> None:
    script = f"""
import nogrow.cli.commands as program
from nogrow.cli.main import main

def fail(*arguments: object) -> None:
    raise {fault}

program._Commands.get_command = fail
main()
"""
    result = subprocess.run(
        [sys.executable, "-c", script, "check"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 4
    assert "internal error: no verdict; please report it" in result.stderr
