import base64

import pytest

from nogrow.dist.embedded import embedded
from nogrow.dist.limits import Limits, Refused
from tests.dist.made import GROWING_WASM, QUIET_WASM, found, opened

TEXT = base64.b64encode(QUIET_WASM)
BARE = TEXT.rstrip(b"=")
COMPONENT = base64.b64encode(b"\0asm\x0d\0\1\0")


@pytest.mark.parametrize(
    "source",
    [
        b'const url = "data:application/wasm;base64,' + TEXT + b'";',
        b"const text = '" + TEXT + b"';",
        b"const text = `" + BARE + b"`;",
        b'{"sourcesContent": ["const text = \\"' + TEXT + b'\\""]}',
        b'X = "' + TEXT + b'"',
    ],
)
def test_a_module_in_a_string_is_found(source: bytes) -> None:
    assert list(embedded(source)) == [("base64", QUIET_WASM)]


def test_each_module_has_a_number_and_components_are_found() -> None:
    source = b'["' + TEXT + b'", "' + base64.b64encode(GROWING_WASM) + b'", "' + COMPONENT + b'"]'
    assert found("x.js", source) == ["base64-0", "base64-1", "base64-2"]
    assert not opened("x.js", source).is_archive


def test_the_magic_number_alone_is_no_module() -> None:
    assert list(embedded(b'text.startsWith("AGFzbQ") || text.startsWith("AGFzbQE")')) == []


def test_modules_in_strings_are_counted_as_members() -> None:
    with pytest.raises(Refused, match="more than 2 members"):
        opened("x.js", b'"AGFzbQEAAAA"' * 3, Limits(members=2))


@pytest.mark.parametrize(
    "source",
    [
        b'"' + TEXT[:24] + b'" + "' + TEXT[24:] + b'"',
        b'"' + TEXT[:24] + b"\\n" + TEXT[24:] + b'"',
        b'"' + TEXT[:24] + b"${rest}" + b'"',
        b'"' + BARE[:21] + b'"',
        TEXT,
    ],
    ids=["joined", "with line end", "with a hole", "of no whole byte", "no string"],
)
def test_a_module_that_is_not_one_whole_string_is_refused(source: bytes) -> None:
    with pytest.raises(Refused, match="line 2: base64 of a module"):
        list(embedded(b"// first line\n" + source))
