import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.modules import assemble, write_module

pytest_plugins = ["pytester"]

PLUGIN = "nogrow.pytest_plugin"
GUEST = """(module (memory (export "memory") 1)
  (func $grow (param i32) (drop (memory.grow (local.get 0))))
  (func $inner (call $grow (i32.load (i32.const 8))))
  (func (export "grow") (call $inner))
  (func (export "grow_and_trap") (call $inner) unreachable)
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "both") (param i64 f64) (result f64 i64) (local.get 1) (local.get 0))
  (func (export "trap") unreachable)
  (func (export "nothing")))"""
HOSTED = """(module (import "env" "size" (func $size (param i32) (result i32)))
  (import "env" "log" (func $log))
  (memory (export "memory") 1)
  (func (export "get") (result i32) (call $size (i32.const 20)))
  (func (export "grow") (call $log)
    (if (i32.eq (i32.load (i32.const 0)) (i32.const 7))
      (then (drop (memory.grow (call $size (i32.const 1))))))))"""
STILL = '(module (memory (export "memory") 1 1) (func (export "f")))'


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    write_module(Path("guest.wasm"), GUEST)
    write_module(Path("hosted.wasm"), HOSTED)
    write_module(Path("still.wasm"), STILL)
    return pytester


def run(project: pytest.Pytester, *args: str, test: str | None = None) -> pytest.RunResult:
    if test is not None:
        project.makepyfile(test)
    # Within this process, a second faulthandler would take from wasmtime the signals that are its traps.
    # Hypothesis is slow to load, and would be loaded anew each time.
    without = ("-p", "no:faulthandler", "-p", "no:hypothesispytest")
    return project.runpytest_inprocess(*without, "-p", PLUGIN, *args)


def test_guest_is_called_written_and_read(project: pytest.Pytester) -> None:
    result = run(
        project,
        test="""
        import pytest
        from nogrow.scenarios.errors import GuestError, TrappedError

        def test_it(wasm_guest):
            guest = wasm_guest("guest.wasm")
            assert guest.add(2, -3) == -1 == guest.call("add", 2, 2**32 - 3)
            assert guest.both(2, 1) == (1.0, 2)
            assert guest.nothing() is None
            guest.write(100, "grüße")
            guest.write(200, b"\\0x")
            assert guest.read(100, 7) == "grüße".encode() and guest.read(200, 2) == b"\\0x"
            assert len(guest.read(0, 65536)) == 65536
            assert guest.pages == 1
            with pytest.raises(TrappedError, match="`trap` trapped: .*unreachable"):
                guest.trap()
            with pytest.raises(AttributeError, match="no exported function 'ad'"):
                guest.ad
            with pytest.raises(GuestError, match="`add` takes 2 arguments, not 1"):
                guest.add(1)
            with pytest.raises(GuestError, match="the memory has 65536 bytes"):
                guest.read(65536, 1)

        def test_growth_elsewhere_is_no_failure(wasm_guest):
            guest = wasm_guest("guest.wasm")
            guest.write(8, b"\\2")
            guest.grow()
            assert guest.pages == 3
            with guest.no_growth():
                guest.nothing()
            guest.grow()
    """,
    )
    result.assert_outcomes(passed=2)


def test_growth_fails_the_test_with_the_call_stack(project: pytest.Pytester) -> None:
    result = run(
        project,
        test="""
        def test_it(wasm_guest):
            guest = wasm_guest("guest.wasm")
            guest.write(8, b"\\2")
            with guest.no_growth():
                guest.add(1, 2)
                guest.grow()
                raise AssertionError("not reached")
    """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            ">*guest.grow()",
            "E*Failed: `grow()` grew the memory from 1 to 3 pages",
            "E*the calls that grew it:",
            "E*1. func[[]2[]] grow",
            "E*2. func[[]1[]] inner",
            "E*3. func[[]0[]]*grow",
            "E*at 0x*: memory.grow",
            "E*help: `nogrow explain guest.wasm grow` shows *",
        ]
    )
    # No frame of nogrow's, and no chain of exceptions.
    result.stdout.no_fnmatch_line("*nogrow/testing*")
    result.stdout.no_fnmatch_line("*During handling*")


def test_growth_before_a_trap_is_growth(project: pytest.Pytester) -> None:
    result = run(
        project,
        test="""
        import pytest
        from nogrow.scenarios.errors import TrappedError

        def test_it(wasm_guest):
            guest = wasm_guest("guest.wasm")
            guest.write(8, b"\\1")
            with guest.no_growth(), pytest.raises(TrappedError):
                guest.grow_and_trap()
    """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E*grow_and_trap()` grew the memory from 1 to 2 pages", "E*it failed: *unreachable*"]
    )
    result.stdout.no_fnmatch_line("*During handling*")


def test_growth_after_an_earlier_one_has_no_call_stack(project: pytest.Pytester) -> None:
    result = run(
        project,
        test="""
        def test_it(wasm_guest):
            guest = wasm_guest("guest.wasm")
            guest.grow()
            guest.write(8, b"\\1")
            with guest.no_growth():
                guest.grow()
    """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E*`grow()` grew the memory from 1 to 2 pages",
            "E*note: the call stack is not known: call 1, `grow`, executes a memory.grow before the *",
        ]
    )


def test_host_functions_are_called_once_and_replayed(project: pytest.Pytester) -> None:
    result = run(
        project,
        test="""
        calls = []

        def test_it(wasm_guest):
            def size(number):
                calls.append(number)
                return number + 1

            def log():
                guest.write(0, b"\\7")

            guest = wasm_guest("hosted.wasm", imports={"env.size": size, "env.log": log})
            with guest.no_growth():
                assert guest.get() == 21
                guest.grow()

        def test_after():
            assert calls == [20, 1]

        def test_exception_of_a_host_function_reaches_the_test(wasm_guest):
            guest = wasm_guest("hosted.wasm", imports={"env.size": lambda _: 1 / 0, "env.log": print})
            guest.get()

        def test_unexpected_result_is_reported_in_one_line(wasm_guest):
            guest = wasm_guest("hosted.wasm", imports={"env.size": lambda _: None, "env.log": print})
            guest.get()
    """,
    )
    result.assert_outcomes(failed=3, passed=1)
    result.stdout.fnmatch_lines(
        [
            "E*`grow()` grew the memory from 1 to 3 pages",
            "E*1. func[[]3[]] grow",
            "E*: memory.grow",
            "E*ZeroDivisionError*",
            "E*GuestError: the function for env.size returns 0 values, the import 1 (i32)",
        ]
    )


def test_impossible_guest_is_reported_in_one_line(project: pytest.Pytester) -> None:
    Path("bad.wasm").write_bytes(b"MZ")
    result = run(
        project,
        test="""
        def test_none(wasm_guest):
            wasm_guest("none.wasm")

        def test_bad(wasm_guest):
            wasm_guest("bad.wasm")

        def test_imports(wasm_guest):
            wasm_guest("hosted.wasm", imports={"env.other": print})
    """,
    )
    result.assert_outcomes(failed=3)
    lines = [line for line in result.outlines if line.startswith("E  ")]
    assert [line.partition("Error: ")[2].split(":")[0] for line in lines] == [
        "none.wasm",
        "bad.wasm",
        "hosted.wasm",
    ]
    assert lines[0].endswith("can't be read: No such file or directory")
    assert lines[2].endswith("imports are missing: env.size, env.log")
    result.stdout.no_fnmatch_line("*verify/nogrow/run*")


CONTRACT = """schema = 1
[[artifact]]
path = "still.wasm"
[[artifact]]
path = "guest.wasm"
allow = ["reachable", "trap-only", "absent", "unreachable"]
[[artifact.scenario]]
name = "adds"
steps = [{ call = "add", args = [1, 2], expect = 3 }]
[[artifact.scenario]]
name = "stays small"
steps = [{ write = "\\u0001", at = 8 }, { call = "grow", may_grow = false }]
[[artifact]]
path = "hosted.wasm"
[[artifact]]
path = "gone.wasm"
"""


def test_unvalidated_module_passes_with_a_warning(project: pytest.Pytester) -> None:
    text = '(module (tag $t) (func (export "f") try throw $t catch_all end))'
    write_module(Path("legacy.wasm"), text)
    Path("nogrow.toml").write_text('schema = 1\n[[artifact]]\npath = "legacy.wasm"', encoding="utf-8")
    result = run(project, "--nogrow")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*PytestWarning: legacy.wasm: not validated: wasmtime can't validate*"])


def test_contract_is_tested_item_by_item(project: pytest.Pytester) -> None:
    Path("nogrow.toml").write_text(CONTRACT, encoding="utf-8")
    result = run(project, "--nogrow", "-v", test="def test_other(): pass")
    result.assert_outcomes(passed=4, failed=2, errors=1)
    result.stdout.fnmatch_lines_random(
        [
            "nogrow.toml::still.wasm PASSED*",
            "nogrow.toml::guest.wasm PASSED*",
            "nogrow.toml::guest.wasm::scenario adds PASSED*",
            "nogrow.toml::guest.wasm::scenario stays small FAILED*",
            "nogrow.toml::hosted.wasm FAILED*",
            "nogrow.toml::gone.wasm ERROR*",
            "error[[]NG001[]]: growth-reachable: `grow` can grow memory 0 and return*",
            "*`grow` grew the memory from 1 to 2 pages, but it may not grow*",
            "nothing: gone.wasm: no module found",
        ]
    )
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*test_contract*items.py*")


def test_stale_view_in_host_code_fails_the_item(project: pytest.Pytester) -> None:
    Path("use.js").write_text(
        "const v = new Uint8Array(w.exports.memory.buffer); w.exports.grow(); v[0];\n", encoding="utf-8"
    )
    Path("nogrow.toml").write_text(
        'schema = 1\n[[artifact]]\npath = "guest.wasm"\nallow = ["reachable"]\njs = ["use.js"]\n',
        encoding="utf-8",
    )
    result = run(project, "--nogrow", test="def test_other(): pass")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["error[[]NG012[]]: cached-view: `v`, made at 1:11, is used at 1:70*"])


@pytest.mark.parametrize(
    ("args", "passed", "failed"),
    [
        (("nogrow.toml::still.wasm",), 1, 0),
        (("nogrow.toml::guest.wasm::scenario adds",), 1, 0),
        ((".", "--deselect", "nogrow.toml::gone.wasm"), 4, 2),
        (("-k", "stays"), 0, 1),
    ],
    ids=str,
)
def test_items_are_chosen_as_tests_are(
    project: pytest.Pytester, args: tuple[str, ...], passed: int, failed: int
) -> None:
    Path("nogrow.toml").write_text(CONTRACT, encoding="utf-8")
    result = run(project, "--nogrow", *args, test="def test_other(): pass")
    counts = result.parseoutcomes()
    assert (counts.get("passed", 0), counts.get("failed", 0)) == (passed, failed)


def test_contract_in_another_folder_has_its_own_paths(project: pytest.Pytester) -> None:
    Path("inner").mkdir()
    Path("inner/my.toml").write_text('schema = 1\n[[artifact]]\npath = "../still.wasm"\n', encoding="utf-8")
    result = run(project, "--nogrow-contract", "inner/my.toml", "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["inner/my.toml::../still.wasm PASSED*"])


def test_contract_is_collected_only_on_request(project: pytest.Pytester) -> None:
    Path("nogrow.toml").write_text("schema = 1", encoding="utf-8")
    run(project, test="def test_other(): pass").assert_outcomes(passed=1)


def test_malformed_contract_is_reported_in_one_line(project: pytest.Pytester) -> None:
    Path("nogrow.toml").write_text("schema = 2", encoding="utf-8")
    result = run(project, "--nogrow")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["nogrow.toml:1: schema: expected 1, *"])
    result.stdout.no_fnmatch_line("*Traceback*")


def test_missing_contract_is_reported_in_one_line(project: pytest.Pytester) -> None:
    result = run(project, "--nogrow")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: --nogrow: no such contract: *nogrow.toml"])


@pytest.mark.parametrize("twice", [(), ("-p", PLUGIN)], ids=["entry point", "and -p"])
def test_entry_point_may_load_the_plugin_as_well(project: pytest.Pytester, twice: tuple[str, ...]) -> None:
    info = Path("site/some-1.dist-info")
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: some\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[pytest11]\nnogrow = {PLUGIN}:once\n")
    test = "def test_it(wasm_guest):\n    wasm_guest('still.wasm').f()\n"
    project.makepyfile(test)
    path = os.pathsep.join((str(Path("site").resolve()), *sys.path))
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *twice],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_plugin_loads_nothing_else() -> None:
    code = (
        f"import pytest, sys; before = set(sys.modules); import {PLUGIN}; print(*set(sys.modules) - before)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"nogrow", PLUGIN}


def test_core_module_has_its_own_scenarios(project: pytest.Pytester) -> None:
    core = assemble(STILL)
    # A component: its header, then two core module sections.
    section = b"\x01" + bytes([len(core)]) + core
    Path("both.wasm").write_bytes(b"\0asm\x0d\0\x01\0" + section * 2)
    Path("nogrow.toml").write_text(
        'schema = 1\n[[artifact]]\npath = "both.wasm#1"\n[[artifact.scenario]]\nname = "calls"\n'
        'steps = [{ call = "f" }]\n',
        encoding="utf-8",
    )
    result = run(project, "--nogrow", "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*::both.wasm PASSED*", "*::both.wasm#1::scenario calls PASSED*"])


def test_unjudged_module_is_an_error(project: pytest.Pytester) -> None:
    Path("bad.wasm").write_bytes(b"MZ")
    Path("nogrow.toml").write_text('schema = 1\n[[artifact]]\npath = "bad.wasm"\n', encoding="utf-8")
    result = run(project, "--nogrow")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["not judged[[]NG010[]]: *bad.wasm: *"])


def test_host_function_may_use_the_guest(project: pytest.Pytester) -> None:
    result = run(
        project,
        test="""
        def test_it(wasm_guest):
            def log():
                guest.get()
                guest.write(0, b"\\7")
                assert guest.get() == 1

            answers = iter([9, 1, 2])
            guest = wasm_guest("hosted.wasm", {"env.size": lambda _: next(answers), "env.log": log})
            with guest.no_growth():
                guest.grow()
    """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*`grow()` grew the memory from 1 to 3 pages", "E*at 0x*: memory.grow"])


def test_growth_in_a_call_that_raised_is_reported(project: pytest.Pytester) -> None:
    write_module(
        Path("late.wasm"),
        """(module (import "env" "log" (func $log)) (memory (export "memory") 1)
          (func (export "f") (drop (memory.grow (i32.const 1))) (call $log)))""",
    )
    result = run(
        project,
        test="""
        import pytest

        def test_it(wasm_guest):
            guest = wasm_guest("late.wasm", {"env.log": lambda: 1 / 0})
            with guest.no_growth(), pytest.raises(ZeroDivisionError):
                guest.f()
    """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*the memory grew from 1 to 2 pages in a call that raised"])


def test_growth_in_a_host_function_fails_the_outer_call(project: pytest.Pytester) -> None:
    result = run(
        project,
        test="""
        def test_it(wasm_guest):
            def size(number):
                if number == 20:
                    guest.write(0, b"\\7")
                    guest.grow()
                return 1

            guest = wasm_guest("hosted.wasm", {"env.size": size, "env.log": print})
            with guest.no_growth():
                guest.get()
    """,
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E*`get()` grew the memory from 1 to 2 pages", "E*at 0x*: memory.grow"])
