"""Runs Invoke's tasks in the folder of any project."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

VERIFY = Path(__file__).resolve().parents[2] / "verify"


def invoke(
    folder: Path, *words: str, code: int | None = 0, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run tasks in `folder`; they must exit with `code`, if one is given, and never with a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "invoke", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(VERIFY), **(environ or {})},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert code is None or done.returncode == code, done.stdout + done.stderr
    return done
