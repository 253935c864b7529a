"""Test the typed access to documents that both formats share."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pytest

from nogrow.errors import Error
from nogrow.util.document import Keys, Node


@dataclass(frozen=True)
class Source:
    mapping: ClassVar[str] = "a map"
    mappings: ClassVar[str] = "maps"
    path: Path = Path("file")

    def error(self, keys: Keys, message: str) -> Error:
        return Error(f"{keys}: {message}")


def node(value: Any) -> Node:  # noqa: ANN401
    return Node(Source(), (), value)


def test_optional_value_has_a_default() -> None:
    table = node({"a": 1, "b": None})
    assert table.optional("a", Node.integer, 7) == 1
    assert table.optional("b", Node.integer, 7) == 7
    assert table.optional("c", Node.integer, None) is None


def test_mappings_of_an_array_are_checked() -> None:
    assert node({}).objects("a") == ()
    assert [item.keys for item in node({"a": [{}, {}]}).objects("a")] == [("a", 0), ("a", 1)]
    with pytest.raises(Error, match=r"\('a', 1\): expected a map, not the number 1"):
        node({"a": [{}, 1]}).objects("a")
    with pytest.raises(Error, match=r"\('a',\): expected an array of maps, not a map"):
        node({"a": {}}).objects("a")


def test_close_key_is_suggested() -> None:
    with pytest.raises(Error, match=r"\('alow',\): unknown key; did you mean `allow`\?"):
        node({"alow": 1}).object(("allow", "path"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("", "an empty string"),
        ("\x1b\u202e", r"the string '\\x1b\\u202e'"),
        ("x" * 200, "the string 'x{100}\\.\\.\\.'"),
        (10**30, "a number as large as this"),
        (float("inf"), "the number inf"),
    ],
)
def test_unexpected_value_is_described(value: object, shown: str) -> None:
    with pytest.raises(Error, match=f"expected true or false, not {shown}$"):
        node(value).flag()
