import pytest

from nogrow.contract.tomlfile import line_of
from nogrow.util.document import Keys

TEXT = '''# a comment
schema = 1

[[artifact]]
path = "a"   # one
allow = [
  "absent",

  # between
  "unreachable",
]

[[artifact]]
path = "b"
[artifact.imports]
policy = "deny"
[[artifact.scenario]]
name = "[[artifact]]"
text = """
path = 1
[artifact.memory]
"""
steps = [
  { call = "a", args = [
    1, 2] },
  { read = 1, at = 2, expect = "]" },
]
memory.min = 1
'''


@pytest.mark.parametrize(
    ("keys", "line"),
    [
        (("schema",), 2),
        (("artifact",), 4),
        (("artifact", 0), 4),
        (("artifact", 0, "path"), 5),
        (("artifact", 0, "allow"), 6),
        (("artifact", 0, "allow", 0), 7),
        (("artifact", 0, "allow", 1), 10),
        (("artifact", 1), 13),
        (("artifact", 1, "path"), 14),
        (("artifact", 1, "imports"), 15),
        (("artifact", 1, "imports", "policy"), 16),
        (("artifact", 1, "scenario", 0), 17),
        (("artifact", 1, "scenario", 0, "name"), 18),
        (("artifact", 1, "scenario", 0, "text"), 19),
        (("artifact", 1, "scenario", 0, "steps"), 23),
        (("artifact", 1, "scenario", 0, "steps", 0, "args"), 25),
        (("artifact", 1, "scenario", 0, "steps", 1, "at"), 26),
        (("artifact", 1, "scenario", 0, "memory", "min"), 28),
    ],
    ids=str,
)
def test_key_has_the_line_of_its_statement(keys: Keys, line: int) -> None:
    assert line_of(TEXT, keys) == line


def test_last_line_needs_no_newline() -> None:
    assert line_of("a = 1\nb = 2", ("b",)) == 2
