import pytest

from nogrow.contract.phrases import listed, shortened


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a" * 50 + "b" * 50, "a" * 50 + "b" * 50),
        ("a" * 50 + "-" + "b" * 50, "a" * 50 + "..." + "b" * 50),
    ],
    ids=["100 characters", "101 characters"],
)
def test_long_name_keeps_50_characters_of_each_end(name: str, shown: str) -> None:
    assert shortened(name) == shown


@pytest.mark.parametrize(("names", "text"), [("abc", "`a`, `b`, `c`"), ("abcde", "`a`, `b`, `c` and 2 more")])
def test_three_names_are_listed_and_the_others_counted(names: str, text: str) -> None:
    assert listed(tuple(names)) == text
