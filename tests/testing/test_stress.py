"""Test hosts in Python with guests whose memory may grow, unstressed and under stress."""

from pathlib import Path

import pytest

from tests.support.modules import write_module
from tests.test_pytest_plugin import run

pytest_plugins = ["pytester"]

# `push` appends a byte to a list, and grows the memory when the list has filled it; `first` cannot grow it.
# `report` calls the host after a point where the memory may have grown, `tell` before one.
GUEST = """(module (import "env" "log" (func $log))
  (global $end (mut i32) (i32.const 100))
  (memory (export "memory") 1)
  (func $room (if (i32.ge_u (global.get $end) (i32.mul (memory.size) (i32.const 65536)))
    (then (drop (memory.grow (i32.const 1))))))
  (func (export "push") (param i32) (result i32)
    (call $room)
    (i32.store8 (global.get $end) (local.get 0))
    (global.set $end (i32.add (global.get $end) (i32.const 1)))
    (i32.sub (global.get $end) (i32.const 1)))
  (func (export "fill") (global.set $end (i32.const 65536)))
  (func (export "report") (call $room) (call $log))
  (func (export "tell") (call $log) (call $room))
  (func (export "refuse") (call $room) unreachable)
  (func (export "first") (result i32) (i32.const 100)))"""

HOSTS = '''
import pytest

LOG = {"env.log": lambda: None}


class Bytes:
    """A host that reads what it has pushed; each subclass holds the memory in another way."""

    def __init__(self, guest):
        self.guest = guest

    def push(self, byte):
        address = self.guest.push(byte)
        return self.memory()[address]


class KeptView(Bytes):
    def __init__(self, guest):
        super().__init__(guest)
        self.view = guest.view()

    def memory(self):
        return self.view


class KeptSlice(Bytes):
    def __init__(self, guest):
        super().__init__(guest)
        self.start = guest.view()[:200]

    def memory(self):
        return self.start


class KeptPointer(Bytes):
    def __init__(self, guest):
        super().__init__(guest)
        self.pointer = guest.data_ptr()

    def memory(self):
        return self.pointer


class NewView(Bytes):
    def memory(self):
        return self.guest.view()


class NewPointer(Bytes):
    def memory(self):
        return self.guest.data_ptr()
'''


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    write_module(Path("guest.wasm"), GUEST)
    Path("hosts.py").write_text(HOSTS, encoding="utf-8")
    return pytester


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("KeptView", "ValueError: operation forbidden on released memoryview object"),
        ("KeptSlice", "ValueError: operation forbidden on released memoryview object"),
        ("KeptPointer", "ValueError: NULL pointer access"),
        ("NewView", None),
        ("NewPointer", None),
    ],
)
def test_only_kept_views_and_pointers_fail_under_stress(
    project: pytest.Pytester, host: str, message: str | None
) -> None:
    result = run(
        project,
        test=f"""
        import pytest
        from hosts import LOG, {host}

        @pytest.mark.parametrize("stress", [False, True])
        def test_it(wasm_guest, stress):
            host = {host}(wasm_guest("guest.wasm", LOG, stress=stress))
            assert host.push(7) == 7
    """,
    )
    if message is None:
        result.assert_outcomes(passed=2)
        return
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*test_it[[]True[]]*",
            f"E*{message}",
            "E*`push(7)` may have grown the memory, which ends views and pointers from before: guest.wasm",
        ]
    )
    result.stdout.no_fnmatch_line("*nogrow/testing*")


def test_calls_that_cannot_grow_the_memory_end_nothing(project: pytest.Pytester) -> None:
    result = run(
        project,
        test="""
        from hosts import LOG

        def test_it(wasm_guest):
            guest = wasm_guest("guest.wasm", LOG, stress=True)
            view, pointer = guest.view(), guest.data_ptr()
            guest.write(guest.first(), b"a")
            guest.fill()
            assert view[100] == pointer[100] == 0x61
    """,
    )
    result.assert_outcomes(passed=1)


def test_views_end_before_a_host_function_is_called(project: pytest.Pytester) -> None:
    result = run(
        project,
        test="""
        import pytest

        def logging(wasm_guest):
            def log():
                views[-1][0]

            guest = wasm_guest("guest.wasm", {"env.log": log}, stress=True)
            views = [guest.view()]
            return guest

        def test_report(wasm_guest):
            logging(wasm_guest).report()

        def test_tell(wasm_guest):
            guest = logging(wasm_guest)
            guest.tell()
            with pytest.raises(ValueError, match="released"):
                guest.tell()
    """,
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*ValueError: operation forbidden on released memoryview object",
            "E*`report()` may have grown the memory before it called env.log, which ends *: guest.wasm",
        ]
    )


def test_views_end_when_an_exception_leaves_the_guest(project: pytest.Pytester) -> None:
    write_module(
        Path("throwing.wasm"),
        """(module (tag $t) (memory (export "memory") 1)
          (func (export "early") (throw $t) (drop (memory.grow (i32.const 1))))
          (func (export "late") (param i32)
            (if (local.get 0) (then (drop (memory.grow (i32.const 1)))))
            (throw $t)))""",
    )
    result = run(
        project,
        test="""
        import pytest
        from nogrow.scenarios.errors import TrappedError

        @pytest.mark.parametrize("name, args", [("early", ()), ("late", (0,))])
        def test_it(wasm_guest, name, args):
            guest = wasm_guest("throwing.wasm", stress=True)
            view = guest.view()
            with pytest.raises(TrappedError, match="exception"):
                guest.call(name, *args)
            view[0]
    """,
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["E*`late(0)` may have grown the memory, which ends *: throwing.wasm"])


def test_note_names_the_innermost_call(project: pytest.Pytester) -> None:
    result = run(
        project,
        test="""
        def test_it(wasm_guest):
            def log():
                guest.push(1)

            guest = wasm_guest("guest.wasm", {"env.log": log}, stress=True)
            view = guest.view()
            guest.tell()
            view[0]
    """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*`push(1)` may have grown the memory, which ends *: guest.wasm"])


def test_growth_ends_views_without_stress_too(project: pytest.Pytester) -> None:
    result = run(
        project,
        test="""
        from hosts import LOG, KeptView

        def test_it(wasm_guest):
            guest = wasm_guest("guest.wasm", LOG)
            host = KeptView(guest)
            guest.fill()
            host.push(7)
    """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*`push(7)` grew the memory from 1 to 2 pages, which ends *: guest.wasm"])


def test_stress_is_no_growth(project: pytest.Pytester) -> None:
    result = run(
        project,
        test="""
        import pytest
        from hosts import LOG
        from nogrow.scenarios.errors import TrappedError

        def test_stress(wasm_guest):
            guest = wasm_guest("guest.wasm", LOG, stress=True)
            with guest.no_growth():
                guest.push(7)
                guest.report()
                with pytest.raises(TrappedError):
                    guest.refuse()
            assert guest.pages == 1

        def test_growth(wasm_guest):
            guest = wasm_guest("guest.wasm", LOG, stress=True)
            with guest.no_growth():
                guest.push(7)
                guest.fill()
                guest.report()
    """,
    )
    result.assert_outcomes(passed=1, failed=1)
    # The call stack is that of the module, not of its copy.
    result.stdout.fnmatch_lines(
        [
            "E*Failed: `report()` grew the memory from 1 to 2 pages",
            "E*1. func[[]4[]] report",
            "E*2. func[[]1[]]*room",
            "E*at 0x*: memory.grow",
        ]
    )


def test_minified_imports_need_the_host_code(pytester: pytest.Pytester) -> None:
    text = """(module (import "a" "a" (func $a (param i32) (result i32))) (memory (export "b") 1)
        (func (export "c") (drop (call $a (i32.const 0)))))"""
    write_module(pytester.path / "app.wasm", text)
    test = 'def test_it(wasm_guest): wasm_guest("app.wasm", imports={"a.a": lambda size: 0}, stress=True)'
    pytester.makepyfile(test)
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["*app.wasm: its imports have minified names*put the JavaScript*same folder*"]
    )
