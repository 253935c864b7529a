"""Test reading the sources of Emscripten's glue."""

import pytest

from nogrow.jshost.emscripten_sources import readings
from tests.support.host_code import views_kept_in

LIBRARY = b"""#preprocess
addToLibrary({
#if ASSERTIONS
  $fill__deps: ['$check'],
#endif
  $fill: (size) => {
    var kept = wasmMemory.buffer;
#if MEMORY64
    wasmMemory.grow(BigInt(size));
#else
    wasmMemory.grow({{{ toIndexType('size') }}});
#endif
    return new Uint8Array(kept, 0, {{{ cDefs.SIZE
    }}});
  },
#if SHARED
  $first: (a) => {
#else
  $first: (a, b) => {
#endif
    return a;
  },
});
"""


def test_view_in_library_of_emscripten_is_found_at_its_line() -> None:
    (view,) = views_kept_in(LIBRARY, ".js")
    assert (view.made.line, view.call and view.call.at.line) == (7, 9)


@pytest.mark.parametrize("reading", list(readings(LIBRARY)))
def test_reading_has_the_lines_and_columns_of_the_source(reading: bytes) -> None:
    assert [len(line) for line in reading.split(b"\n")] == [len(line) for line in LIBRARY.split(b"\n")]
    assert b"{{{" not in reading
    assert b"#if" not in reading


def test_readings_have_all_branches_the_first_or_the_last() -> None:
    source = b"#if A\na;\n#elif B\nb;\n#else\n#if C\nc;\n#endif\nd;\n#endif\n"
    kept = [reading.replace(b" ", b"").replace(b"\n", b"") for reading in readings(source)]
    assert kept == [b"a;b;c;d;", b"a;", b"c;d;"]


def test_code_without_directives_has_no_other_reading() -> None:
    assert list(readings(b"class A { #if = 1 }\n")) == []
