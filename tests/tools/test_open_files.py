"""Check how the package and the tools open files: never with the encoding of the machine."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(file for folder in ("verify", "tools") for file in (ROOT / folder).rglob("*.py"))
MODES = frozenset("rwxab+t")
# The place of the encoding among the arguments, and that of the mode.
METHODS = {"read_text": (0, None), "write_text": (1, None), "open": (2, 0), "fdopen": (3, 1)}


def unspecified(tree: ast.AST) -> Iterator[int]:
    """Yield the lines of the calls that open a file as text without saying its encoding."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr not in METHODS or (node.func.attr == "open" and not _is_open_of_a_path(node)):
            continue
        encoding, mode = METHODS[node.func.attr]
        if (
            any(keyword.arg in ("encoding", "fileobj") for keyword in node.keywords)
            or len(node.args) > encoding
        ):
            continue
        modes = [] if mode is None else node.args[mode : mode + 1]
        modes += [keyword.value for keyword in node.keywords if keyword.arg == "mode"]
        if not any(isinstance(each, ast.Constant) and "b" in str(each.value) for each in modes):
            yield node.lineno


def _is_open_of_a_path(node: ast.Call) -> bool:
    """Return whether the first argument is a mode; that of `os.open` is a path."""
    first = node.args[0] if node.args else ast.Constant("r")
    return isinstance(first, ast.Constant) and isinstance(first.value, str) and set(first.value) <= MODES


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("path.read_text()", [1]),
        ("path.read_text('utf-8')", []),
        ("path.write_text(text)", [1]),
        ("path.write_text(text, encoding='utf-8')", []),
        ("path.open()", [1]),
        ("path.open('w')", [1]),
        ("path.open('rb')", []),
        ("(folder / name).open('x')", [1]),
        ("os.open(path, os.O_RDONLY)", []),
        ("os.fdopen(number)", [1]),
        ("os.fdopen(number, 'rb')", []),
    ],
)
def test_text_without_encoding_is_noticed(code: str, lines: list[int]) -> None:
    assert list(unspecified(ast.parse(code))) == lines


def test_text_files_are_opened_with_an_encoding() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in FILES
        for line in unspecified(ast.parse(file.read_bytes(), str(file)))
    ]
    assert len(FILES) > 200
    assert found == []
