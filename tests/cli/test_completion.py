"""The scripts are loaded by the shells themselves, and asked to complete a command line."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.posix import posix_only

BASH = """
eval "$(nogrow completion bash)"
COMP_WORDS=({words})
COMP_CWORD={last}
_nogrow_completion nogrow
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
FISH = """
nogrow completion fish | source
complete -C "{line}"
"""
ZSH = """
autoload -Uz compinit && compinit -u -d {folder}/dump
compdef() {{ print -r "defined $1 for $2" }}
eval "$(nogrow completion zsh)"
COMP_WORDS="{line}" COMP_CWORD={last} _NOGROW_COMPLETE=zsh_complete nogrow
"""


def completed(shell: str, line: str, folder: Path) -> str:
    program = shutil.which(shell)
    if program is None:
        pytest.skip(f"{shell} is not installed: apt-get install -y {shell}")
    on_path = folder / "bin"
    on_path.mkdir()
    command = on_path / "nogrow"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m nogrow "$@"\n')
    command.chmod(0o755)
    words = line.split(" ")
    script = {"bash": BASH, "fish": FISH, "zsh": ZSH}[shell].format(
        words=" ".join(repr(word) for word in words), last=len(words) - 1, line=line, folder=folder
    )
    path = f"{on_path}{os.pathsep}{os.environ['PATH']}"
    environ = {**os.environ, "PATH": path, "HOME": str(folder)}
    quiet = {"bash": ("--norc",), "fish": ("--no-config",), "zsh": ("-f",)}[shell]
    result = subprocess.run(
        [program, *quiet, "-c", script], env=environ, capture_output=True, text=True, timeout=60, check=True
    )
    return result.stdout


@posix_only
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_commands_are_completed(shell: str, tmp_path: Path) -> None:
    out = completed(shell, "nogrow ch", tmp_path)
    assert "check" in out
    assert "explain" not in out


@posix_only
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_options_of_a_command_are_completed(shell: str, tmp_path: Path) -> None:
    assert "--contract" in completed(shell, "nogrow check --con", tmp_path)


def test_unknown_shell_is_reported_in_one_line() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "nogrow", "completion", "tcsh"], capture_output=True, text=True, check=False
    )
    assert result.returncode == 2
    assert "'bash', 'zsh', 'fish'" in result.stderr
