"""Compilers, causes from frames, and golden files; NOGROW_UPDATE_GOLDENS=1 updates the files."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from nogrow.analysis.judgement import Entry
from nogrow.explain.cause import Cause, cause_of
from nogrow.source.model import Frame
from tests.explain.compilers import asc, clang, emcc, go, rust, rustc, wasi, zig

__all__ = ["asc", "clang", "emcc", "go", "rust", "rustc", "wasi", "zig"]

RUST = "/usr/src/rustc-1.63.0/library"
GOLDENS = Path(__file__).with_name("goldens")

Golden = Callable[[str, str], None]
Sources = Mapping[int, tuple[Frame, ...]]


def as_is(name: str) -> str:
    return name


def frame(position: str, function: str | None = None) -> Frame:
    """Return the frame at `file:line:column`."""
    file, line, column = position.rsplit(":", 2)
    return Frame(function, file, int(line), int(column))


def cause(entry: Entry, sources: Sources | None = None, names: Mapping[int, str] | None = None) -> Cause:
    return cause_of(entry, sources or {}, as_is, names if names is not None else {1: entry.name})


@pytest.fixture
def golden() -> Golden:
    """Return a function that compares a text with the golden file of a name."""

    def same(name: str, text: str) -> None:
        path = GOLDENS / f"{name}.txt"
        if os.environ.get("NOGROW_UPDATE_GOLDENS") == "1":
            path.write_text(text, encoding="utf-8")
        assert path.is_file(), f"{path} is missing: NOGROW_UPDATE_GOLDENS=1 writes it"
        assert text == path.read_text(encoding="utf-8")

    return same
