"""Tests of live views in Chromium and Firefox, with each kind of memory and in the audio thread."""

import base64
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

import pytest
from tools.browser.browse import served
from tools.browser.serve import ADDRESS

from tests.hosts.engines import Chromium, call, copied, firefox
from tests.support.modules import assemble
from tests.support.sample import sampled

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GUEST = """(module (memory (export "memory") 1)
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))"""

BLOCKS, FRAMES, GROWS_IN = 32, 128, 16
# A saw wave with 128 samples per call at address 1024; one call grows the memory first.
TONE = f"""(module (memory (export "memory") 1)
  (global $block (mut i32) (i32.const 0))
  (func (export "render") (result i32) (local $at i32)
    (if (i32.eq (global.get $block) (i32.const {GROWS_IN})) (then (drop (memory.grow (i32.const 1)))))
    (loop $next
      (f32.store (i32.add (i32.const 1024) (i32.mul (local.get $at) (i32.const 4)))
        (f32.div (f32.convert_i32_u (i32.add (local.get $at) (i32.const 1))) (f32.const {FRAMES})))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const {FRAMES}))))
    (global.set $block (i32.add (global.get $block) (i32.const 1)))
    (i32.const 1024)))"""
SAW = [(index + 1) / FRAMES for index in range(FRAMES)]


def text(wat: str) -> str:
    return base64.b64encode(assemble(wat)).decode()


class Call(Protocol):
    """A function that calls a function of `tests/hosts/js` in the engine."""

    def __call__(self, function: str, *arguments: object) -> Any: ...  # noqa: ANN401


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(copied(tmp_path_factory.mktemp("served"))) as server:
        yield f"http://{ADDRESS}:{server.server_port}"


@pytest.fixture(scope="module")
def in_firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with firefox(tmp_path_factory.mktemp("firefox")) as started:
        yield started


@pytest.fixture(params=sampled(["chromium", "firefox"]))
def run(request: pytest.FixtureRequest, origin: str) -> Iterator[Call]:
    """Return a function that calls into a new page, whose globals a test may change."""
    page = f"{origin}/hosts/tests/blank.html"
    if request.param == "firefox":
        started = request.getfixturevalue("in_firefox")
        started.goto(page)
        yield partial(call, started, origin)
        return
    browser: Browser = request.getfixturevalue("browser")
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(page)
    yield partial(call, Chromium(opened), origin)
    context.close()


def needs_resizable(run: Call) -> None:
    """Skip the test if the engine does not support resizable memories."""
    if not run("memories.engine")["resizable"]:
        pytest.skip("this engine has no memory.toResizableBuffer()")


def pages(kept: int, live: int, fixed: int | None) -> dict[str, int | None]:
    """Return the expected lengths of a kept view and of each live view, in pages."""
    return {"kept": kept, "live": live, "words": live, "dv": live, "fixed": fixed}


@pytest.mark.parametrize(
    ("case", "arguments", "answer", "kept", "live"),
    [
        ("byZero", (), 1, 0, 1),
        ("byOne", (), 1, 0, 2),
        ("byTheGuest", (text(GUEST), 0), 1, 0, 1),
        ("byTheGuest", (text(GUEST), 3), 1, 0, 4),
        ("capped", (), "RangeError", 1, 1),
        ("withoutMaximum", (), 1, 0, 2),
        ("withoutResizable", (), 1, 0, 2),
        ("resizable", (), 1, 2, 2),
    ],
)
def test_live_views_are_right_after_growth(
    run: Call, case: str, arguments: tuple[object, ...], answer: object, kept: int, live: int
) -> None:
    if case == "resizable":
        needs_resizable(run)
    lengths = run(f"memories.{case}", *arguments)
    # A test that asks for fixed views would make the memory fixed again.
    fixed = lengths["before"]["fixed"] is not None
    assert lengths["before"] == pages(1, 1, 1 if fixed else None)
    assert lengths["after"] == pages(kept, live, live if fixed else None)
    assert (lengths["answer"], lengths["still"], lengths["buffer"]) == (answer, 42, True)
    assert lengths.get("resizable", case == "resizable") is (case == "resizable")


@pytest.mark.parametrize("case", ["shared", "sharedGrowable", "sharedWithoutResizable"])
def test_growth_by_another_thread_leaves_kept_views_short(run: Call, case: str) -> None:
    if case == "sharedGrowable":
        needs_resizable(run)
    assert run("memories.engine")["isolated"]
    kept = 2 if case == "sharedGrowable" else 1
    assert run(f"memories.{case}") == {"kept": kept, "live": 2, "written": 42}


def test_web_apis_accept_the_fixed_views(run: Call) -> None:
    needs_resizable(run)
    refusals = run("memories.refusals")
    assert [name for name, live, _ in refusals if live != "TypeError"] == []
    assert [name for name, _, fixed in refusals if fixed is not None] == []


def blocks(samples: list[float]) -> list[list[float]]:
    return [samples[start : start + FRAMES] for start in range(0, len(samples), FRAMES)]


def test_live_views_play_on_when_the_guest_grows(run: Call) -> None:
    audio = run("audio.rendered", text(TONE), BLOCKS, True)
    assert (audio["complaints"], audio["ended"]) == ([], False)
    assert blocks(audio["samples"]) == [SAW] * BLOCKS


def test_kept_view_ends_the_tone_when_the_guest_grows(run: Call) -> None:
    audio = run("audio.rendered", text(TONE), BLOCKS, False)
    assert audio["ended"]
    (complaint,) = audio["complaints"]
    assert complaint.startswith("TypeError: ")
    assert "detached" in complaint
    played = blocks(audio["samples"])
    assert played[:GROWS_IN] == [SAW] * GROWS_IN
    # In the block that failed, Chromium repeats the content of its buffer.
    assert played[GROWS_IN + 1 :] == [[0.0] * FRAMES] * (BLOCKS - GROWS_IN - 1)


STRESSED = """(module (memory (export "memory") 1) (table (export "table") 2 funcref) (elem (i32.const 0) $f)
  (func $f (export "f")))"""


def test_uses_of_detached_views_name_the_export(run: Call) -> None:
    thrown = run("stressed.uses", text(STRESSED))
    assert len(thrown) == 9
    assert {name for name, named in thrown.items() if named is not True} == set()


def test_stressed_functions_keep_their_identity(run: Call) -> None:
    assert run("stressed.functions", text(STRESSED)) == [True] * 5
