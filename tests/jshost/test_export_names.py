import pytest

from nogrow.jshost.export_names import source_names


@pytest.mark.parametrize(
    "glue",
    [
        # Emscripten 3.1.6, 3.1.50 and 4, unminified and after Terser and Closure.
        'var _add_name = Module["_add_name"] = function() {'
        ' return (_add_name = Module["_add_name"] = Module["asm"]["h"]).apply(null, arguments); };',
        'var _add_name = Module["_add_name"] = (a0) =>'
        ' (_add_name = Module["_add_name"] = wasmExports["h"])(a0);',
        'function assignWasmExports(wasmExports) { Module["_add_name"] = _add_name = wasmExports["h"]; }',
        'Module["_add_name"]=a0=>(Module["_add_name"]=wasmExports["h"])(a0)',
        "b._add_name=function(){return(b._add_name=b.asm.h).apply(null,arguments)};",
    ],
)
def test_minified_export_gets_the_name_of_the_source(glue: str) -> None:
    assert source_names(glue.encode(), ["h", "i", "memory"]) == {"h": "_add_name"}


@pytest.mark.parametrize(
    "glue",
    [
        'x = _add["h"]; _add = y["zz"];',
        '_add = e["h"]; _sub = e["h"];',
        '_add = e["h"]; _add = e["i"];',
        '_add = e["h"](1);',
        '_add = e["memory"];',
        "_a=b",
    ],
)
def test_unclear_names_are_left_out(glue: str) -> None:
    assert source_names(glue.encode(), ["h", "i", "memory"]) == {}


def test_names_that_are_not_minified_stay() -> None:
    assert source_names(b'_add = e["h"]', ["add"]) == {}


def test_long_glue_is_read_in_linear_time() -> None:
    assert source_names(b"_a=" * 100_000 + b"_b[" * 100_000, ["h"]) == {}
