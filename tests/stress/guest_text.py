"""The parts of guests that may grow in unusual ways, in the text format."""

from dataclasses import dataclass
from pathlib import Path

GUESTS = Path(__file__).parent / "guests"


@dataclass(frozen=True)
class Case:
    """A function of `tricky/kept.mjs` or `tricky/correct.mjs`, and the text of its guest.

    Node 20 rejects the guests that are `new`. `fails` says why the copy does not behave as it should yet.
    """

    name: str
    test: str
    guest: str
    new: bool = False
    fails: str = ""

    def __str__(self) -> str:
        return self.name


def file(name: str) -> str:
    """Return the text of a guest that also serves the forms."""
    return (GUESTS / f"{name}.wat").read_text("utf-8")


MEMORY = '(memory (export "memory") 1 4)'
# This function writes 7 to address 0. No test passes the size at which it grows.
MAYBE = """(global $used (mut i32) (i32.const 8))
  (func $maybe
    (i32.store8 (i32.const 0) (i32.const 7))
    (if (i32.gt_u (global.get $used) (i32.const 65536)) (then (drop (memory.grow (i32.const 1))))))"""
READ = '(import "host" "read" (func $read))'
TWO = '(import "host" "first" (func $first)) (import "host" "second" (func $second))'
GLUE = """(import "glue" "buffer" (func $buffer (result i32)))
  (import "glue" "view" (func $view (param i32 i32 i32) (result i32)))
  (import "glue" "fill" (func $fill (param i32)))"""
VIEW = "(call $view (call $buffer) (i32.const 0) (i32.const 4))"
RELAY = '(func (export "relay") (call $read))'
TAG = '(tag $failed (export "failed"))'


def guest(*fields: str, imports: str = "", memory: str = MEMORY, maybe: str = MAYBE) -> str:
    """Return a module with a memory, the function `$maybe`, which may grow it, and the fields."""
    return "\n  ".join(("(module", *(field for field in (imports, memory, maybe, *fields) if field))) + ")"


def exported(body: str, name: str = "run") -> str:
    """Return an exported function without parameters."""
    return f'(func (export "{name}") {body})'
