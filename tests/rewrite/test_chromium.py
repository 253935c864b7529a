"""Tests of the effect of sealing on the views of a page, in Chromium."""

import base64
from typing import TYPE_CHECKING

import pytest

from nogrow.rewrite.rewrite import Mode, sealed
from tests.support.modules import assemble

if TYPE_CHECKING:
    from playwright.sync_api import Browser

GUEST = """(module (memory (export "memory") 1 4)
  (func (export "by_zero") (result i32) (memory.grow (i32.const 0)))
  (func (export "by_one") (result i32) (memory.grow (i32.const 1))))"""
CALL = """async ([text, name]) => {
  const bytes = Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
  const { instance } = await WebAssembly.instantiate(bytes);
  const view = new Uint8Array(instance.exports.memory.buffer);
  let answer;
  try { answer = instance.exports[name](); } catch (error) { answer = error.constructor.name; }
  return [answer, view.byteLength];
}"""


@pytest.mark.parametrize(
    ("mode", "name", "answer", "length"),
    [
        (None, "by_zero", 1, 0),
        (None, "by_one", 1, 0),
        (Mode.CAP, "by_zero", 1, 0),
        (Mode.CAP, "by_one", -1, 65536),
        (Mode.DENY, "by_zero", -1, 65536),
        (Mode.DENY, "by_one", -1, 65536),
        (Mode.TRAP, "by_zero", "RuntimeError", 65536),
        (Mode.TRAP, "by_one", "RuntimeError", 65536),
    ],
)
def test_denied_growth_keeps_the_view_attached(
    browser: "Browser", mode: Mode | None, name: str, answer: object, length: int
) -> None:
    """A detached view has the length 0."""
    data = assemble(GUEST) if mode is None else sealed(assemble(GUEST), mode).data
    page = browser.new_page()
    try:
        assert page.evaluate(CALL, [base64.b64encode(data).decode(), name]) == [answer, length]
    finally:
        page.close()
