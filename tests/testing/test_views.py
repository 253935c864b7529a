"""Test that views and pointers end, with their parts, and that errors say why."""

import gc
import struct
import weakref

import pytest

from nogrow.contract.model import Host
from nogrow.scenarios.guest import Guest, compiled
from nogrow.testing.guest import LIMITS
from nogrow.testing.views import Views
from tests.support.modules import assemble

RELEASED = "released memoryview"


def views_of(pages: int = 1) -> tuple[Guest, Views]:
    data = assemble(
        f'(module (memory (export "memory") {pages}) (data (i32.const 0) "{"abcd" if pages else ""}"))'
    )
    guest = Guest(compiled(data, LIMITS), Host())
    return guest, Views(lambda: guest)


def test_view_and_pointer_share_the_memory() -> None:
    guest, views = views_of()
    view, pointer = views.view(), views.pointer()
    assert (len(view), view.format, bytes(view[:4]), pointer[0:4]) == (65536, "B", b"abcd", [*b"abcd"])
    view[1], pointer[2] = 0x42, 0x43
    assert guest.read(0, 4) == b"aBCd"
    assert (view[2], pointer.contents.value) == (0x43, 0x61)


def test_slices_and_casts_end_with_the_view() -> None:
    _, views = views_of()
    view = views.view()
    kept = [view, view[4:8], view.cast("I"), memoryview(view)[1:3], views.view()]
    views.end(lambda: "`f()` grew the memory")
    for item in kept:
        with pytest.raises(ValueError, match=RELEASED):
            item[0]
    assert views.view()[0] == 0x61


def test_ended_pointer_refuses_every_use() -> None:
    _, views = views_of()
    pointer = views.pointer()
    views.end(lambda: "`f()` grew the memory")
    uses = (
        lambda: pointer[0],
        lambda: pointer[0:3],
        lambda: pointer.__setitem__(0, 1),
        lambda: pointer.contents,
    )
    for use in uses:
        with pytest.raises(ValueError, match="NULL pointer access"):
            use()
    assert views.pointer()[0] == 0x61


def test_view_in_use_by_another_object_is_left_alone() -> None:
    _, views = views_of()
    numbers = struct.iter_unpack("<I", views.view())
    views.end(lambda: "`f()` grew the memory")
    assert next(numbers) == (0x64636261,)


def test_view_keeps_the_memory_alive() -> None:
    guest, views = views_of()
    view, pointer, dead = views.view()[0:4], views.pointer(), weakref.ref(guest)
    del guest, views
    gc.collect()
    assert dead() is None
    assert (bytes(view), pointer[3]) == (b"abcd", 0x64)


def test_empty_memory_has_an_empty_view() -> None:
    _, views = views_of(pages=0)
    assert len(views.view()) == 0
    views.pointer()
    views.end(lambda: "`f()` grew the memory")


def explained(views: Views, error: BaseException) -> list[str]:
    views.explain(error, "a.wasm")
    return getattr(error, "__notes__", [])


def test_only_errors_of_ended_views_are_explained() -> None:
    _, views = views_of()
    views.end(lambda: "`f()` grew the memory")
    released = f"operation forbidden on {RELEASED} object"
    # No view ended that the test still had.
    assert explained(views, ValueError(released)) == []
    kept = views.view()
    views.end(lambda: "`g()` grew the memory")
    notes = ["`g()` grew the memory, which ends views and pointers from before: a.wasm"]
    assert explained(views, ValueError(released)) == notes
    assert explained(views, ValueError("NULL pointer access")) == notes
    assert kept is not views.view()
    assert explained(views, ValueError("another one")) == explained(views, TypeError(released)) == []


def test_cause_of_an_error_is_explained() -> None:
    _, views = views_of()
    view = views.view()
    views.end(lambda: "`f()` grew the memory")
    cause: BaseException | None = None
    try:
        try:
            view[0]
        except ValueError as error:
            raise RuntimeError("no greeting") from error
    except RuntimeError as error:
        explained(views, error)
        cause = error.__cause__
    assert cause is not None
    assert cause.__notes__ == ["`f()` grew the memory, which ends views and pointers from before: a.wasm"]
