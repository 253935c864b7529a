import pytest

from nogrow.archives.members import MOST_PARTS, Names, imitates_part
from nogrow.archives.unpack_limits import UnsafeArchiveError


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("../x", "leads out"),
        ("a/../../x", "leads out"),
        ("a/..", "leads out"),
        ("/x", "absolute"),
        ("//host/x", "absolute"),
        ("C:x", "absolute"),
        ("./c:/x", "absolute"),
        ("a\\x", "backslash"),
        ("..\\x", "backslash"),
        ("x.wasm\0.txt", "NUL"),
        ("x\n.wasm", "control character"),
        ("x\x1b.wasm", "control character"),
        ("x\u2028.wasm", "control character"),
        ("x.wasm::$DATA", "stream of Windows"),
        ("\udce4.wasm", "not UTF-8"),
        ("", "name of a folder"),
        ("./", "name of a folder"),
        ("a/", "name of a folder"),
        ("x.wasm/.", "name of a folder"),
        ("a/" * 2049, "4,098 characters"),
    ],
)
def test_name_that_may_lead_elsewhere_is_refused(name: str, reason: str) -> None:
    with pytest.raises(UnsafeArchiveError, match=reason):
        Names().add(name)


@pytest.mark.parametrize(
    ("name", "normalised"),
    [("a/x", "a/x"), ("./a//x", "a/x"), ("a/..b/...", "a/..b/..."), ("größe", "größe"), ("ab:c", "ab:c")],
)
def test_name_is_normalised(name: str, normalised: str) -> None:
    assert Names().add(name) == normalised


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("a/x.wasm", "a/x.wasm", "a second member"),
        ("a/x.wasm", "./a//x.wasm", "a second member"),
        ("a/x.wasm", "A/X.wasm", "a second member"),
        ("ß.wasm", "SS.wasm", "a second member"),
        ("é.wasm", "e\u0301.wasm", "a second member"),
        ("x.wasm", "x.wasm. ", "a second member"),
        ("x?.wasm", "x_.wasm", "a second member"),
        ("a", "a/x", "a file and a folder"),
        ("a/x", "a", "a file and a folder"),
    ],
)
def test_names_that_a_file_system_may_merge_are_refused(first: str, second: str, reason: str) -> None:
    names = Names()
    names.add(first)
    with pytest.raises(UnsafeArchiveError, match=reason):
        names.add(second)


def test_folder_may_be_repeated_but_not_as_a_file() -> None:
    names = Names()
    assert names.add("a/", folder=True) == names.add("a", folder=True) == "a"
    assert names.add("a/x") == "a/x"
    with pytest.raises(UnsafeArchiveError, match="a file and a folder"):
        names.add("a/x/", folder=True)


def test_number_of_folders_is_limited() -> None:
    names, deep = Names(), "/".join(["a"] * 2000)
    for number in range(MOST_PARTS // 2000 - 1):
        names.add(f"{deep}/{number}")
    with pytest.raises(UnsafeArchiveError, match="1,000,000 folders"):
        names.add(f"{deep}/last")


@pytest.mark.parametrize(
    ("name", "imitates"),
    [("c.wasm#0", True), ("c.wasm#12", True), ("c#\u0663", True), ("c.wasm#", False), ("c#0.wasm", False)],
)
def test_number_at_the_end_imitates_a_core_module(name: str, imitates: bool) -> None:
    assert imitates_part(name) is imitates
