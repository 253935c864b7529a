"""Does what only POSIX systems can do; elsewhere, it skips the test."""

import os
import signal
import sys
from pathlib import Path

import pytest


def make_fifo(path: Path) -> None:
    if sys.platform == "win32":
        pytest.skip("Windows has no FIFOs in folders")
    os.mkfifo(path)


def kill(process: int) -> None:
    """Send the signal that no process can handle."""
    if sys.platform == "win32":
        pytest.skip("Windows has no signals between processes")
    os.kill(process, signal.SIGKILL)


def is_root() -> bool:
    return sys.platform != "win32" and os.geteuid() == 0


posix_only = pytest.mark.skipif(
    sys.platform == "win32", reason="needs links, permissions, devices or shells of POSIX"
)
