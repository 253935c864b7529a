"""Test which lines of host code use a stale view for certain, by the form of the view."""

import pytest

from nogrow.errors import ModuleError
from nogrow.jshost.model import Assumed, Exports
from nogrow.jshost.stale_views import views_in
from tests.jshost.flows import FLOWS
from tests.jshost.forms import FORMS, PROGRAMS
from tests.jshost.shapes import SHAPES

ALL = FORMS | FLOWS | SHAPES


def found(files: dict[str, str]) -> set[tuple[str, int]]:
    results = views_in([(path, text.encode()) for path, text in files.items()])
    return {
        (path, use.line)
        for path, views in results.items()
        if not isinstance(views, ModuleError)
        for view in views
        if view.certain
        for use in view.uses
    }


def marked(files: dict[str, str]) -> set[tuple[str, int]]:
    return {
        (path, number)
        for path, text in files.items()
        for number, line in enumerate(text.split("\n"), 1)
        if "// stale" in line
    }


@pytest.mark.parametrize("text", ALL.values(), ids=ALL)
def test_uses_of_stale_views_are_found(text: str) -> None:
    assert found({"a.mjs": text}) == marked({"a.mjs": text})


@pytest.mark.parametrize("files", PROGRAMS.values(), ids=PROGRAMS)
def test_files_are_one_program(files: dict[str, str]) -> None:
    assert found(files) == marked(files)


def test_finding_names_both_files() -> None:
    files = PROGRAMS["view is an argument"]
    results = views_in([(path, text.encode()) for path, text in files.items()])
    views = results["b.mjs"]
    assert not isinstance(views, ModuleError)
    (view,) = views
    assert (view.made_in, view.made.line) == ("a.mjs", 3)
    assert view.call is not None
    assert (view.call.path, view.call.at.line) == (None, 2)


def test_unjudged_file_does_not_hide_others() -> None:
    files = {**PROGRAMS["view is an argument"], "c.mjs": "var = 1"}
    results = views_in([(path, text.encode()) for path, text in files.items()])
    assert isinstance(results["c.mjs"], ModuleError)
    assert found(files) == marked(files)


@pytest.mark.parametrize("call", ["(async () => w.exports.fail())()", "fail(w)"])
def test_exception_of_async_function_ends_in_its_promise(call: str) -> None:
    text = f"""async function fail(w) {{ w.exports.fail() }}
    export function f(w) {{ const v = new Uint8Array(w.exports.memory.buffer); {call};
    return v[0] }}"""
    exports = Exports(named=frozenset(("fail",)), throwing=frozenset(("fail",)))
    (views,) = views_in([("a.mjs", text.encode())], lambda _: Assumed(exports)).values()
    assert not isinstance(views, ModuleError)
    assert [(use.line, view.certain) for view in views for use in view.uses] == [(3, True)]
