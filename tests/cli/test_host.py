import json
import re
from pathlib import Path

import pytest
from wasmtime import wat2wasm

from tests.cli.conftest import Nogrow
from tests.report.validated import validated
from tests.report.workflow import commands
from tests.support.posix import posix_only

KEPT = "const u = new Uint8Array(i.exports.memory.buffer);\ni.exports.run();\nu[0];\nu[1];\n"
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def code(folder: Path) -> Path:
    """A working folder with host code of each outcome."""
    (folder / "kept.mjs").write_text(KEPT)
    (folder / "fresh.js").write_text("const u = () => new Uint8Array(memory.buffer);\n")
    (folder / "broken.cjs").write_text("var = 1\n")
    (folder / "folder.js").mkdir()
    return folder


@pytest.mark.parametrize(
    ("files", "code_expected"),
    [
        (["fresh.js"], 0),
        (["kept.mjs", "fresh.js"], 1),
        ([], 2),
        (["gone.js"], 3),
        (["gone.js", "kept.mjs"], 1),
        (["broken.cjs", "kept.mjs"], 4),
        (["folder.js"], 2),
        (["growing.wasm"], 4),
    ],
)
def test_exit_code_reports_stale_views(
    nogrow: Nogrow, code: Path, files: list[str], code_expected: int
) -> None:
    result = nogrow("host", *files)
    assert result.exit_code == code_expected
    assert "Traceback" not in result.output


def test_text_names_view_call_and_uses(nogrow: Nogrow, code: Path) -> None:
    assert nogrow("host", "kept.mjs").stdout == (
        "error[NG012]: cached-view: `u`, made at 1:11, is used at 3:1, and at 1 more place although "
        "`i.exports.run()` at 2:1 may have grown the memory and detached it\n"
        "  --> kept.mjs:3:1\n"
        "  |\n"
        "1 | const u = new Uint8Array(i.exports.memory.buffer);\n"
        "  |           ^^^^^^^^^^^^^^ the view is made here\n"
        "2 | i.exports.run();\n"
        "  | ^^^^^^^^^^^^^ this call may grow the memory\n"
        "3 | u[0];\n"
        "  | ^ the view is used here\n"
        "  |\n"
        "   = also used: 4:1\n"
        "   = help: create the view again after the call, or use live views and do not keep their results\n"
        "\n"
        "broken: kept.mjs: 1 stale view\n"
        "checked 1 file: 0 kept, 1 broken\n"
    )


def test_json_has_the_view_and_is_valid(nogrow: Nogrow, code: Path) -> None:
    document = validated(nogrow("host", "kept.mjs", "fresh.js", "broken.cjs", "--format", "json").stdout)
    outcomes = {artifact["path"]: artifact["outcome"] for artifact in document["artifacts"]}
    assert outcomes == {"broken.cjs": "not-judged", "fresh.js": "kept", "kept.mjs": "broken"}
    (violation,) = document["artifacts"][2]["violations"]
    assert violation["rule"] == "NG012"
    assert violation["view"] == {
        "binding": "u",
        "made": {"line": 1, "column": 11},
        "call": {"line": 2, "column": 1, "text": "i.exports.run()"},
        "uses": [{"line": 3, "column": 1}, {"line": 4, "column": 1}],
    }


def test_sarif_has_the_location_and_the_code_flow(nogrow: Nogrow, code: Path) -> None:
    (run,) = json.loads(nogrow("host", "kept.mjs", "--format", "sarif").stdout)["runs"]
    (result,) = run["results"]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "kept.mjs"
    assert location["region"] == {"startLine": 3, "startColumn": 1}
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    lines = [step["location"]["physicalLocation"]["region"]["startLine"] for step in steps]
    assert lines == [1, 2, 3]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "NG012"


def test_annotation_has_line_and_column(nogrow: Nogrow, code: Path) -> None:
    (command,) = commands(nogrow("host", "kept.mjs", "--format", "github").stdout)
    properties = command.properties
    assert (properties["file"], properties["line"], properties["col"]) == ("kept.mjs", "3", "1")


def test_junit_has_a_case_for_each_file(nogrow: Nogrow, code: Path) -> None:
    text = nogrow("host", "kept.mjs", "fresh.js", "broken.cjs", "--format", "junit").stdout
    assert '<testsuites name="nogrow" tests="3" failures="1" errors="1">' in text


def test_markdown_shows_the_finding(nogrow: Nogrow, code: Path) -> None:
    text = nogrow("host", "kept.mjs", "--format", "markdown").stdout
    assert "nogrow checked 1 file: 0 kept, 1 broken." in text
    assert "  --> kept.mjs:3:1" in text


def test_html_shows_the_finding(nogrow: Nogrow, code: Path) -> None:
    assert nogrow("host", "kept.mjs", "fresh.js", "--format", "html=page.html").exit_code == 1
    text = (code / "page.html").read_text()
    (island,) = re.findall(r'<script type="application/json" id="report">(.*?)</script>', text, re.DOTALL)
    fresh, kept = json.loads(island)["artifacts"]
    assert (fresh["host"], fresh["views"]) == (True, [])
    ((place, lines),) = kept["views"][0]["snippets"]
    assert place == "kept.mjs:3:1"
    assert lines[1] == [
        2,
        [["i.exports.run", "call"], ["();", ""]],
        [[0, "call", "this call may grow the memory"]],
    ]


def test_fingerprint_survives_moved_lines(nogrow: Nogrow, code: Path) -> None:
    def fingerprint() -> object:
        (run,) = json.loads(nogrow("host", "kept.mjs", "--format", "sarif").stdout)["runs"]
        return run["results"][0]["partialFingerprints"]

    before = fingerprint()
    (code / "kept.mjs").write_text("\n\n" + KEPT)
    assert fingerprint() == before


def test_file_named_twice_is_reported_once(nogrow: Nogrow, code: Path) -> None:
    assert "checked 1 file" in nogrow("host", "fresh.js", "fresh.js").stdout


def test_node_host_of_this_repository_keeps_one_view(nogrow: Nogrow) -> None:
    result = nogrow("host", str(REPOSITORY / "hosts/node/server.mjs"), "--format", "json")
    (artifact,) = validated(result.stdout)["artifacts"]
    assert [violation["view"]["binding"] for violation in artifact["violations"]] == ["mem8"]
    text = (REPOSITORY / "hosts/node/server.mjs").read_text().split("\n")
    assert "return () => mem8;" in text[artifact["violations"][0]["view"]["uses"][0]["line"] - 1]


MODULE = """
(module (memory (export "memory") 1)
  (func (export "peek") (result i32) (i32.load (i32.const 0)))
  (func (export "run") (drop (memory.grow (i32.const 1)))))
"""
STILL = '(module (memory (export "memory") 1) (func (export "run")))'
CALLS = """
export function f(w, Module) {
  const u = new Uint8Array(w.exports.memory.buffer);
  const { peek } = w.exports;
  w.exports.peek();
  peek();
  Module._peek();
  u[0];
  w.exports.run();
  u[0];
}
"""


def uses(nogrow: Nogrow, *arguments: str) -> list[int]:
    document = validated(nogrow("host", *arguments, "--format", "json").stdout)
    return [
        use["line"]
        for artifact in document["artifacts"]
        for violation in artifact["violations"]
        for use in violation["view"]["uses"]
    ]


def test_exports_that_cannot_grow_keep_views(nogrow: Nogrow, code: Path) -> None:
    (code / "calls.mjs").write_text(CALLS)
    (code / "one.wasm").write_bytes(wat2wasm(MODULE))
    (code / "still.wasm").write_bytes(wat2wasm(STILL))
    assert uses(nogrow, "calls.mjs") == [8, 10]
    assert uses(nogrow, "calls.mjs", "--module", "one.wasm") == [10]
    # The second module has no `peek`, and its `run` does not help the first one's.
    assert uses(nogrow, "calls.mjs", "--module", "one.wasm", "--module", "still.wasm") == [10]


def test_views_outlive_calls_of_a_module_that_cannot_grow(nogrow: Nogrow, code: Path) -> None:
    (code / "still.wasm").write_bytes(wat2wasm(STILL))
    (code / "outlives.js").write_text(
        "const u = new Uint8Array(wasm.memory.buffer);\nfunction f() { return u[0] }\n"
    )
    assert uses(nogrow, "outlives.js") == [2]
    assert uses(nogrow, "outlives.js", "--module", "still.wasm") == []


@pytest.mark.parametrize("module", ["gone.wasm", "broken.cjs"])
def test_module_that_cannot_be_judged_may_grow(nogrow: Nogrow, code: Path, module: str) -> None:
    assert uses(nogrow, "kept.mjs", "--module", module) == [3, 4]
    text = nogrow("host", "kept.mjs", "--module", module).stdout
    assert f"note: each call of an export counts as one that may grow the memory; {module}: " in text


def test_one_unjudged_module_leaves_no_export_known(nogrow: Nogrow, code: Path) -> None:
    (code / "calls.mjs").write_text(CALLS)
    (code / "one.wasm").write_bytes(wat2wasm(MODULE))
    assert uses(nogrow, "calls.mjs", "--module", "one.wasm", "--module", "gone.wasm") == [8, 10]


def test_possible_calls_are_reported_if_strict(nogrow: Nogrow, code: Path) -> None:
    (code / "possible.js").write_text("const u = new Uint8Array(memory.buffer);\ngo();\nu[0];\n")
    text = nogrow("host", "possible.js").stdout
    assert (
        "   = note: 1 view is used after calls that may not enter the module; --strict reports them\n" in text
    )
    assert nogrow("host", "possible.js").exit_code == 0
    result = nogrow("host", "possible.js", "--strict", "--format", "json")
    assert result.exit_code == 1
    (violation,) = validated(result.stdout)["artifacts"][0]["violations"]
    assert violation["view"]["certain"] is False
    assert violation["message"].endswith("; it is not known whether that call enters the module")


def test_finding_names_places_in_other_files(nogrow: Nogrow, code: Path) -> None:
    (code / "a.mjs").write_text(
        "import { first } from './b.mjs';\n"
        "export const f = (w) => first(new Uint8Array(w.exports.memory.buffer), w.exports);\n"
    )
    (code / "b.mjs").write_text("export function first(v, e) {\n  e.run();\n  return v[0];\n}\n")
    text = nogrow("host", "a.mjs", "b.mjs").stdout
    assert "  --> b.mjs:3:10\n" in text
    assert "  ::: a.mjs:2:31\n" in text
    assert "2 |   e.run();\n  |   ^^^^^ this call may grow the memory\n" in text
    (run,) = json.loads(nogrow("host", "a.mjs", "b.mjs", "--format", "sarif").stdout)["runs"]
    steps = run["results"][0]["codeFlows"][0]["threadFlows"][0]["locations"]
    places = [step["location"]["physicalLocation"]["artifactLocation"]["uri"] for step in steps]
    assert places == ["a.mjs", "b.mjs", "b.mjs"]
    document = validated(nogrow("host", "a.mjs", "b.mjs", "--format", "json").stdout)
    assert document["artifacts"][1]["violations"][0]["view"]["made"]["path"] == "a.mjs"


SHARED = """
const memory = new WebAssembly.Memory({ initial: 1, maximum: 9, shared: true });
const u = new Uint8Array(memory.buffer).subarray(4);
export function f(w) {
  w.exports.run();
  return u[0];
}
"""


def test_stale_lengths_are_reported_if_asked_for(nogrow: Nogrow, code: Path) -> None:
    (code / "shared.mjs").write_text(SHARED)
    assert nogrow("host", "shared.mjs").exit_code == 0
    result = nogrow("host", "shared.mjs", "--stale-length")
    assert result.exit_code == 1
    assert "error[NG013]: stale-length: `u`" in result.stdout
    assert "so that the view is too short" in result.stdout
    (code / "shared.mjs").write_text(SHARED.replace("initial: 1", "initial: 9"))
    assert nogrow("host", "shared.mjs", "--stale-length").exit_code == 0


START = """
(module (memory (export "memory") 1) (start 0)
  (func (drop (memory.grow (i32.const 1))))
  (func (export "run")))
"""


def test_growth_at_start_precedes_all_views(nogrow: Nogrow, code: Path) -> None:
    (code / "start.wasm").write_bytes(wat2wasm(START))
    (code / "outlives.js").write_text("const u = new Uint8Array(wasm.memory.buffer);\nwasm.run();\nu[0];\n")
    assert uses(nogrow, "outlives.js", "--module", "start.wasm") == []


def test_module_is_judged_if_other_files_serve_its_imports(nogrow: Nogrow, code: Path) -> None:
    wat = '(module (import "env" "now" (func)) (memory (export "memory") 1) (func (export "run") (call 0)))'
    (code / "served.wasm").write_bytes(wat2wasm(wat))
    (code / "outlives.js").write_text("const u = new Uint8Array(wasm.memory.buffer);\nwasm.run();\nu[0];\n")
    assert uses(nogrow, "outlives.js", "--module", "served.wasm") == []


BY_NAME = """
export function f(w, Module) {
  const u = new Uint8Array(w.exports.memory.buffer);
  CALL
  u[0];
}
function call(g) { g(); }
const peek = Module.cwrap("peek", null, []);
const run = Module.cwrap("run", null, []);
"""


@pytest.mark.parametrize(
    ("call", "grows"),
    [
        ("call(w.exports.peek);", False),
        ("call(w.exports.peek); call(w.exports.run);", True),
        ("Module.ccall('peek', null, [], []);", False),
        ("Module.ccall('run', null, [], []);", True),
        ("peek();", False),
        ("run();", True),
        # Not an export of the module: a method of another object.
        ("w.exports.charCodeAt(0);", False),
        # Possible, but not certain: nothing says which export this is.
        ("w.exports[name]();", False),
        ("Module.ccall(name, null, [], []);", False),
    ],
)
def test_calls_that_name_an_export_have_its_effect(
    nogrow: Nogrow, code: Path, call: str, grows: bool
) -> None:
    (code / "calls.mjs").write_text(BY_NAME.replace("CALL", call))
    (code / "one.wasm").write_bytes(wat2wasm(MODULE))
    assert uses(nogrow, "calls.mjs", "--module", "one.wasm") == ([5] if grows else [])


def test_unnamed_export_enters_a_module_that_is_unknown(nogrow: Nogrow, code: Path) -> None:
    (code / "calls.mjs").write_text(BY_NAME.replace("CALL", "w.exports[name]();"))
    assert uses(nogrow, "calls.mjs") == [5]


THROWING = """
(module (import "env" "fail" (func)) (memory (export "memory") 1)
  (func (export "run") (drop (memory.grow (i32.const 1))) (call 0) unreachable))
"""
CATCHES = """
export function f(w) {
  const u = new Uint8Array(w.exports.memory.buffer);
  try {
    RUN;
    u[0];
  } catch {
    u[0];
  }
}
"""


@pytest.mark.parametrize("run", ["w.exports.run()", "run(w.exports)"])
def test_caught_exception_after_growth_detaches_views(nogrow: Nogrow, code: Path, run: str) -> None:
    text = CATCHES.replace("RUN", run) + "function run(e) { e.run(); }\n"
    (code / "catches.mjs").write_text(text)
    (code / "throwing.wasm").write_bytes(wat2wasm(THROWING))
    assert uses(nogrow, "catches.mjs") == [6, 8]
    assert uses(nogrow, "catches.mjs", "--module", "throwing.wasm") == [8]


@pytest.mark.parametrize("run", ["w.exports.run()", "(() => w.exports.run())()", "run(w)"])
def test_function_that_catches_the_exception_detaches_views(nogrow: Nogrow, code: Path, run: str) -> None:
    (code / "caught.mjs").write_text(
        "function run(w) { w.exports.run() }\n"
        f"function tried(w) {{ try {{ {run} }} catch {{}} }}\n"
        "export function f(w) { const u = new Uint8Array(w.exports.memory.buffer);\n"
        "  tried(w);\n"
        "  return u[0]; }\n"
    )
    (code / "throwing.wasm").write_bytes(wat2wasm(THROWING))
    assert uses(nogrow, "caught.mjs", "--module", "throwing.wasm") == [5]


def test_memory_that_throws_has_not_grown(nogrow: Nogrow, code: Path) -> None:
    (code / "grows.mjs").write_text(
        "const memory = new WebAssembly.Memory({ initial: 1 });\n"
        "let u;\n"
        "function renew() { u = new Uint8Array(memory.buffer) }\n"
        "export function grow(report) {\n"
        "  const b = memory.buffer;\n"
        "  try { memory.grow(1); renew(); return b.byteLength;\n"
        "  } catch { report(b.byteLength) }\n"
        "}\n"
    )
    assert uses(nogrow, "grows.mjs") == [6]


KEEPS = """
import { instance } from "./instance.mjs";
let v = new Uint8Array(instance.exports.memory.buffer);
function run() { instance.exports.run(); RENEW }
export function start() { run(); }
export async function both() { run(); await 0; return v[0]; }
export class Reader {
  first() { return v[0]; }
}
export const reader = () => ({ second() { return v[1]; } });
export const imports = { env: { called_back: () => v[2] } };
"""
RENEWS = "v = new Uint8Array(instance.exports.memory.buffer);"


def test_views_made_again_are_attached_between_calls(nogrow: Nogrow, code: Path) -> None:
    (code / "one.wasm").write_bytes(wat2wasm(MODULE))
    (code / "keeps.mjs").write_text(KEEPS.replace("RENEW", RENEWS))
    # The module may call a function while it grows, before the view is made again.
    assert uses(nogrow, "keeps.mjs", "--module", "one.wasm") == [11]
    assert uses(nogrow, "keeps.mjs", "--module", "one.wasm", "--strict") == [6, 8, 10, 11]
    (code / "keeps.mjs").write_text(KEEPS.replace("RENEW", ""))
    assert uses(nogrow, "keeps.mjs", "--module", "one.wasm") == [6, 8, 10, 11]


SHARES = """
import { instance } from "./instance.mjs";
export class Hash {
  constructor() { this.v = new Uint8Array(instance.exports.memory.buffer); }
  enlarge() { instance.exports.run(); this.v = new Uint8Array(instance.exports.memory.buffer); }
  digest() { return this.v[0]; }
}
"""


def test_making_the_view_of_one_object_again_leaves_the_others(nogrow: Nogrow, code: Path) -> None:
    (code / "one.wasm").write_bytes(wat2wasm(MODULE))
    (code / "shares.mjs").write_text(SHARES)
    assert uses(nogrow, "shares.mjs", "--module", "one.wasm") == [6]


@posix_only
def test_folder_stands_for_the_host_code_below_it(nogrow: Nogrow, code: Path) -> None:
    for path in ("src/a/kept.ts", "src/node_modules/b/kept.js", "src/.cache/kept.js"):
        (code / path).parent.mkdir(parents=True)
        (code / path).write_text(KEPT)
    (code / "src/page.html").write_text(f"<script>{KEPT}</script>")
    (code / "src/plain.html").write_text("<p></p>")
    (code / "src/a.c").write_text("int main() {}")
    (code / "src/types.d.ts").write_text("declare var a: number;")
    (code / "src/loop").symlink_to(code / "src")
    document = validated(nogrow("host", "src", "--format", "json").stdout)
    assert [artifact["path"] for artifact in document["artifacts"]] == ["src/a/kept.ts", "src/page.html"]
    named = validated(nogrow("host", "src/node_modules", "--format", "json").stdout)
    assert [artifact["path"] for artifact in named["artifacts"]] == ["src/node_modules/b/kept.js"]


def test_folder_without_host_code_is_named(nogrow: Nogrow, code: Path) -> None:
    result = nogrow("host", "folder.js")
    assert "folder.js: no JavaScript in it" in result.stderr


OWN = """
const kept = new WebAssembly.Memory({ initial: 1 });
let other = new WebAssembly.Memory({ initial: 1 });
const v = new Uint8Array(kept.buffer);
export function enlarge(wasm) { MEMORY.grow(1); wasm.run(); }
export async function first() { await 0; return v[0]; }
"""


@pytest.mark.parametrize(("memory", "lines"), [("other", []), ("kept", [6])])
def test_growth_of_one_memory_leaves_the_views_of_another(
    nogrow: Nogrow, code: Path, memory: str, lines: list[int]
) -> None:
    (code / "still.wasm").write_bytes(wat2wasm(STILL))
    (code / "own.mjs").write_text(OWN.replace("MEMORY", memory))
    assert uses(nogrow, "own.mjs", "--module", "still.wasm") == lines


def test_growth_of_a_shared_memory_detaches_no_view(nogrow: Nogrow, code: Path) -> None:
    shared = MODULE.replace('(memory (export "memory") 1)', '(memory (export "memory") 1 9 shared)')
    (code / "shared.wasm").write_bytes(wat2wasm(shared))
    (code / "outlives.js").write_text("const u = new Uint8Array(wasm.memory.buffer);\nwasm.run();\nu[0];\n")
    assert uses(nogrow, "outlives.js", "--module", "shared.wasm") == []


@pytest.mark.parametrize(("limits", "lines"), [("1 9 shared", []), ("1 9", [2])])
def test_shared_memory_grown_in_javascript_keeps_views(
    nogrow: Nogrow, code: Path, limits: str, lines: list[int]
) -> None:
    (code / "one.wasm").write_bytes(wat2wasm(f'(module (import "env" "memory" (memory {limits})))'))
    (code / "grows.mjs").write_text(
        "export function f(memory) { const u = new Uint8Array(memory.buffer); memory.grow(0);\nu[0]; }\n"
    )
    assert uses(nogrow, "grows.mjs", "--module", "one.wasm") == lines


CREATES = """
const memory = new WebAssembly.Memory({ initial: 1 });
const u = new Uint8Array(memory.buffer);
export function f(w) { w.exports.run();
  return u[0]; }
"""


@pytest.mark.parametrize(("grows", "lines"), [("", []), ("memory.grow(1);", [5])])
def test_module_without_imported_memory_has_another_one(
    nogrow: Nogrow, code: Path, grows: str, lines: list[int]
) -> None:
    (code / "one.wasm").write_bytes(wat2wasm(MODULE))
    (code / "creates.mjs").write_text(CREATES.replace("w.exports", f"{grows} w.exports"))
    assert uses(nogrow, "creates.mjs", "--module", "one.wasm") == lines
    assert uses(nogrow, "creates.mjs", "--module", "one.wasm", "--strict") == [5]


def test_module_may_import_the_memory_of_the_program(nogrow: Nogrow, code: Path) -> None:
    imports = MODULE.replace('(memory (export "memory") 1)', '(import "env" "memory" (memory 1))')
    (code / "one.wasm").write_bytes(wat2wasm(imports))
    (code / "creates.mjs").write_text(CREATES)
    assert uses(nogrow, "creates.mjs", "--module", "one.wasm") == [5]


@pytest.mark.parametrize(("name", "lines"), [("other", []), ("peek", [4])])
def test_calls_of_unknown_exports_are_of_another_module(
    nogrow: Nogrow, code: Path, name: str, lines: list[int]
) -> None:
    (code / "one.wasm").write_bytes(wat2wasm(MODULE))
    (code / "outlives.mjs").write_text(
        'import { instance } from "./instance.mjs";\n'
        "const u = new Uint8Array(instance.exports.memory.buffer);\n"
        f"export const g = () => {{ instance.exports.{name}(); instance.exports.memory.grow(1); }};\n"
        "export async function f() { await 0; return u[0]; }\n"
    )
    assert uses(nogrow, "outlives.mjs", "--module", "one.wasm") == lines
    assert uses(nogrow, "outlives.mjs", "--module", "one.wasm", "--strict") == [4]


ONCE = """
(function () { const c = { v: undefined };
  (async () => { const { instance } = await load(); c.v = new Uint8Array(instance.exports.memory.buffer);
    self.onmessage = (event) => { instance.exports.peek(); instance.exports[event.data]();
      return c.v[0]; } })();
  function load() { return WebAssembly.instantiateStreaming(fetch("one.wasm")); }
END
"""


@pytest.mark.parametrize(("end", "lines"), [("})()", []), ("})", [5])])
def test_object_of_a_function_that_runs_once_is_the_only_one(
    nogrow: Nogrow, code: Path, end: str, lines: list[int]
) -> None:
    (code / "one.wasm").write_bytes(wat2wasm(MODULE))
    (code / "once.js").write_text(ONCE.replace("END", end))
    assert uses(nogrow, "once.js", "--module", "one.wasm") == lines


@pytest.mark.parametrize(("end", "lines"), [("", []), ("finally { return; }", [3])])
def test_exception_in_a_handler_ends_the_call(nogrow: Nogrow, code: Path, end: str, lines: list[int]) -> None:
    (code / "one.wasm").write_bytes(wat2wasm(MODULE))
    (code / "handles.mjs").write_text(
        "export function f(w, read) { const v = new Uint8Array(w.exports.memory.buffer);\n"
        f"  const load = () => {{ try {{ JSON.parse('') }} catch {{ throw w.exports.run(); }} {end} }};\n"
        "  load(); return v[0]; }\n"
    )
    assert uses(nogrow, "handles.mjs", "--module", "one.wasm") == lines


@pytest.mark.parametrize(
    ("call", "lines"),
    [
        ("globalThis.setTimeout(run, 0)", []),
        ("Number.isSafeInteger(run)", []),
        ("[0].forEach(() => run())", [3]),
    ],
)
def test_built_in_function_without_callback_keeps_views(
    nogrow: Nogrow, code: Path, call: str, lines: list[int]
) -> None:
    (code / "one.wasm").write_bytes(wat2wasm(MODULE))
    (code / "passes.mjs").write_text(
        "export function f(w) { const v = new Uint8Array(w.exports.memory.buffer);\n"
        f"  const run = () => w.exports.run(); {call};\n"
        "  return v[0]; }\n"
    )
    assert uses(nogrow, "passes.mjs", "--module", "one.wasm") == lines


PICKS = """
class Other {}
export class A {
  constructor(w) { this.w = w; this.held = pick(new Uint8Array(w.exports.memory.buffer), SECOND); }
  call() { return use(this.held, this.w.exports.run()); }
}
function pick(a, b) { return a.length ? a : b; }
"""


@pytest.mark.parametrize(
    ("second", "lines"), [("new Other()", []), ("new Uint8Array(w.exports.memory.buffer, 8)", [5])]
)
def test_argument_that_may_be_no_view_is_only_possible(
    nogrow: Nogrow, code: Path, second: str, lines: list[int]
) -> None:
    (code / "one.wasm").write_bytes(wat2wasm(MODULE))
    (code / "picks.mjs").write_text(PICKS.replace("SECOND", second))
    assert uses(nogrow, "picks.mjs", "--module", "one.wasm") == lines
    assert uses(nogrow, "picks.mjs", "--module", "one.wasm", "--strict") == [5]


@pytest.mark.parametrize(("given", "lines"), [("0", []), ("new Uint8Array(w.exports.memory.buffer)", [3])])
def test_parameter_that_later_holds_a_view_holds_none_before(
    nogrow: Nogrow, code: Path, given: str, lines: list[int]
) -> None:
    (code / "one.wasm").write_bytes(wat2wasm(MODULE))
    (code / "again.mjs").write_text(
        "function first(w, at) {\n"
        "  w.exports.run();\n"
        "  const n = Number(at);\n"
        "  at = new Uint8Array(w.exports.memory.buffer); return at[n]; }\n"
        f"export const f = (w) => first(w, {given});\n"
    )
    assert uses(nogrow, "again.mjs", "--module", "one.wasm") == lines


def test_relative_and_absolute_paths_name_one_program(nogrow: Nogrow, code: Path) -> None:
    (code / "views.mjs").write_text(
        "export let u;\nexport const make = (m) => { u = new Uint8Array(m.buffer); };\n"
    )
    (code / "app.mjs").write_text(
        'import { u, make } from "./views.mjs";\nmake(i.exports.memory);\ni.exports.run();\nu[0];\n'
    )
    for first, second in (("app.mjs", "views.mjs"), ("app.mjs", str(code / "views.mjs"))):
        assert "app.mjs:4:1" in nogrow("host", first, second).stdout
        assert "app.mjs:4:1" in nogrow("host", str(code / first), second).stdout
