"""`nogrow check` reports modules and the stale views in their host code in one run."""

import json
from pathlib import Path

import jsonschema  # type: ignore[import-untyped, unused-ignore]
import pytest

from nogrow.source.model import Frame
from tests.cli.conftest import Nogrow
from tests.report.test_sarif import SCHEMA
from tests.report.validated import validated
from tests.support.modules import write_module

MODULE = """(module (memory (export "memory") 1)
  (func $grow (drop (memory.grow (i32.const 1))))
  (func (export "peek") (result i32) (i32.load (i32.const 0)))
  (func (export "push") (call $grow)))"""
HOSTED = (
    '(module (import "env" "now" (func $now)) (memory (export "memory") 1) (func (export "a") (call $now)))'
)
STILL = '(module (memory (export "memory") 1) (func (export "push")) (func (export "peek")))'
ALLOW = '[[artifact]]\npath = "{}"\nallow = ["reachable"]\njs = [{}]\n'
STALE = """export function f(wasm) {
  const view = new Uint8Array(wasm.exports.memory.buffer);
  wasm.exports.peek();
  view[0];
  helper(wasm);
  return view[0];
}
function helper(wasm) {
  wasm.exports.push();
}
"""
POSSIBLE = "const u = new Uint8Array(memory.buffer);\ngo();\nu[0];\n"
SHARED = """
const memory = new WebAssembly.Memory({ initial: 1, maximum: 9, shared: true });
const u = new Uint8Array(memory.buffer);
export function f(w) { w.exports.push(); return u[0]; }
"""

SHARING = """(module (import "env" "memory" (memory 1 9 shared))
  (func (export "push") (drop (memory.grow (i32.const 1)))))"""


@pytest.fixture
def project(folder: Path) -> Path:
    """A folder with a module that grows, one that does not, and host code."""
    write_module(folder / "app.wasm", MODULE)
    write_module(folder / "still.wasm", STILL)
    (folder / "use.mjs").write_text(STALE)
    (folder / "right.mjs").write_text("export const f = (w) => w.exports.peek();\n")
    return folder


def contract(project: Path, *clauses: tuple[str, str], more: str = "") -> None:
    text = "".join(ALLOW.format(path, js) + more for path, js in clauses)
    (project / "nogrow.toml").write_text(f"schema = 1\n{text}")


def outcomes(text: str) -> dict[str, str]:
    return {artifact["path"]: artifact["outcome"] for artifact in validated(text)["artifacts"]}


def test_contract_and_option_report_both_halves(nogrow: Nogrow, project: Path) -> None:
    expected = {"app.wasm": "kept", "right.mjs": "kept", "use.mjs": "broken"}
    contract(project, ("app.wasm", '"use.mjs", "right.mjs"'))
    result = nogrow("check", "--format", "json")
    assert (result.exit_code, outcomes(result.stdout)) == (1, expected)
    contract(project, ("app.wasm", ""))
    result = nogrow("check", "--js", "use.mjs", "--js", "right.mjs", "--format", "json")
    assert (result.exit_code, outcomes(result.stdout)) == (1, expected)
    assert outcomes(nogrow("check", "--format", "json").stdout) == {"app.wasm": "kept"}


def test_verdicts_of_the_module_decide(nogrow: Nogrow, project: Path) -> None:
    assert outcomes(nogrow("check", "still.wasm", "--js", "use.mjs", "--format", "json").stdout) == {
        "still.wasm": "kept",
        "use.mjs": "kept",
    }


def test_file_of_several_modules_is_reported_once(nogrow: Nogrow, project: Path) -> None:
    contract(project, ("app.wasm", '"use.mjs"'), ("still.wasm", '"./use.mjs"'))
    result = nogrow("check", "--format", "json")
    assert outcomes(result.stdout) == {"app.wasm": "kept", "still.wasm": "kept", "use.mjs": "broken"}


def test_files_have_the_verdicts_of_their_own_modules(nogrow: Nogrow, project: Path) -> None:
    (project / "other.mjs").write_text(STALE)
    contract(project, ("app.wasm", '"use.mjs"'), ("still.wasm", '"other.mjs"'))
    found = outcomes(nogrow("check", "--format", "json").stdout)
    assert (found["use.mjs"], found["other.mjs"]) == ("broken", "kept")


def test_linked_files_have_the_modules_of_all(nogrow: Nogrow, project: Path) -> None:
    (project / "other.mjs").write_text(f"import {{ f as g }} from './use.mjs';\n{STALE}")
    contract(project, ("app.wasm", '"use.mjs"'), ("still.wasm", '"other.mjs"'))
    found = outcomes(nogrow("check", "--format", "json").stdout)
    assert (found["use.mjs"], found["other.mjs"]) == ("broken", "broken")


def test_finding_shows_calls_and_the_path_in_the_module(nogrow: Nogrow, project: Path) -> None:
    contract(project, ("app.wasm", '"use.mjs"'))
    text = nogrow("check").stdout
    assert "9 |   wasm.exports.push();\n  |   ^^^^^^^^^^^^^^^^^ through this call\n" in text
    assert "   = `push` of app.wasm is reachable; path:\n       1. func[2]\n" in text
    assert ": memory.grow\n" in text
    (broken,) = (
        a for a in validated(nogrow("check", "--format", "json").stdout)["artifacts"] if a.get("host")
    )
    (violation,) = broken["violations"]
    assert violation["view"]["call"]["through"] == [{"line": 9, "column": 3, "text": "wasm.exports.push()"}]
    entered = violation["view"]["entered"]
    assert (entered["module"], entered["entry"], entered["verdict"]) == ("app.wasm", "push", "reachable")
    assert [step["instruction"] for step in entered["witness"]] == ["call", "memory.grow"]
    assert "; path in app.wasm: func[2] -> " in violation["message"]


def test_sarif_follows_the_call_through_the_module(nogrow: Nogrow, project: Path) -> None:
    (project / "use.mjs").write_text(
        STALE.replace("helper(wasm);", "/* \u00e9\U0001f600 */ helper(wasm);", 1), encoding="utf-8"
    )
    contract(project, ("app.wasm", '"use.mjs"'))
    document = json.loads(nogrow("check", "--format", "sarif").stdout)
    jsonschema.Draft4Validator(SCHEMA).validate(document)
    (run,) = document["runs"]
    (result,) = run["results"]
    steps = result["codeFlows"][0]["threadFlows"][0]["locations"]
    physical = [step["location"]["physicalLocation"] for step in steps]
    places = [(each["artifactLocation"]["uri"], each["region"]["startLine"]) for each in physical]
    made, call, through, *inside, use = places
    assert (made, call, through, use) == (
        ("use.mjs", 2),
        ("use.mjs", 5),
        ("use.mjs", 9),
        ("use.mjs", 6),
    )
    assert [file for file, _ in inside] == ["app.wasm", "app.wasm"]
    assert [step.get("nestingLevel", 0) for step in steps] == [0, 0, 0, 1, 1, 0]
    # SARIF counts UTF-16 code units.
    assert physical[1]["region"]["startColumn"] == 13
    assert result["locations"][0]["physicalLocation"] == physical[-1]


def test_possible_findings_break_only_if_strict(nogrow: Nogrow, project: Path) -> None:
    (project / "use.mjs").write_text(POSSIBLE)
    contract(project, ("app.wasm", '"use.mjs"'))
    result = nogrow("check")
    assert result.exit_code == 0
    assert "note: 1 view is used after calls that may not enter the module" in result.stdout
    assert nogrow("check", "--strict").exit_code == 1
    contract(project, ("app.wasm", '"use.mjs"'), more="views.strict = true\n")
    assert nogrow("check").exit_code == 1


def test_stale_lengths_are_reported_if_asked_for(nogrow: Nogrow, project: Path) -> None:
    (project / "use.mjs").write_text(SHARED)
    write_module(project / "app.wasm", SHARING)
    contract(project, ("app.wasm", '"use.mjs"'))
    assert nogrow("check").exit_code == 0
    assert "NG013" in nogrow("check", "--stale-length").stdout
    contract(project, ("app.wasm", '"use.mjs"'), more="views = { stale_length = true }\n")
    assert "NG013" in nogrow("check").stdout


def test_host_code_that_cannot_be_analysed_is_not_judged(nogrow: Nogrow, project: Path) -> None:
    write_module(project / "app.wasm", HOSTED)
    (project / "use.mjs").write_text("var = 1\n")
    contract(project, ("app.wasm", '"use.mjs"'))
    result = nogrow("check", "--format", "json")
    assert result.exit_code == 4
    assert outcomes(result.stdout) == {"app.wasm": "not-judged", "use.mjs": "not-judged"}


def test_module_needs_each_file_of_its_host_code(nogrow: Nogrow, project: Path) -> None:
    write_module(project / "app.wasm", HOSTED)
    (project / "use.mjs").write_text("export const imports = { env: { now() {} } };\n")
    contract(project, ("app.wasm", '"*.mjs"'))
    assert nogrow("check").exit_code == 0
    (project / "right.mjs").write_text("var = 1\n")
    found = outcomes(nogrow("check", "--format", "json").stdout)
    assert (found["app.wasm"], found["right.mjs"], found["use.mjs"]) == ("not-judged", "not-judged", "kept")


def test_module_without_imports_depends_on_no_host_code(nogrow: Nogrow, project: Path) -> None:
    (project / "use.mjs").write_text("var = 1\n")
    contract(project, ("app.wasm", '"use.mjs"'))
    result = nogrow("check", "--format", "json")
    assert result.exit_code == 4
    assert outcomes(result.stdout) == {"app.wasm": "kept", "use.mjs": "not-judged"}


def test_quiet_hides_host_code_that_is_kept(nogrow: Nogrow, project: Path) -> None:
    contract(project, ("app.wasm", '"right.mjs"'))
    assert nogrow("check", "--quiet").stdout == ""
    assert nogrow("check").stdout.endswith("checked 1 module and 1 file: 2 kept\n")


def test_lock_and_diff_ignore_host_code(nogrow: Nogrow, project: Path) -> None:
    contract(project, ("app.wasm", '"use.mjs"'))
    assert nogrow("pin").exit_code == 0
    assert "use.mjs" not in (project / "nogrow.lock").read_text()
    assert outcomes(nogrow("check", "--locked", "--format", "json").stdout) == {
        "app.wasm": "kept",
        "use.mjs": "broken",
    }
    nogrow("check", "--format", "json=old.json")
    assert nogrow("diff", "old.json", "app.wasm").exit_code == 0
    assert nogrow("diff", "old.json", "old.json").exit_code == 0


def test_shipment_is_held_to_the_host_code_of_the_contract(nogrow: Nogrow, project: Path) -> None:
    (project / "dist").mkdir()
    (project / "app.wasm").rename(project / "dist" / "app.wasm")
    (project / "still.wasm").unlink()
    contract(project, ("dist/app.wasm", '"use.mjs"'))
    result = nogrow("check", "--dist", "dist", "--attest", "s.json", "--format", "json")
    assert (result.exit_code, outcomes(result.stdout)) == (1, {"dist/app.wasm": "kept", "use.mjs": "broken"})
    assert not (project / "s.json").exists()
    (project / "use.mjs").write_text("export const right = 1;\n")
    assert nogrow("check", "--dist", "dist", "--attest", "s.json").exit_code == 0
    assert "use.mjs" not in (project / "s.json").read_text()
    assert nogrow("check", "--dist", "dist", "--attestation", "s.json").exit_code == 0


def test_script_that_is_only_found_nearby_is_not_reported(nogrow: Nogrow, project: Path) -> None:
    (project / "app.js").write_text(STALE)
    (project / "nogrow.toml").write_text(
        'schema = 1\n[[artifact]]\npath = "app.wasm"\nallow = ["reachable"]\n'
    )
    assert nogrow("pin").exit_code == 0
    assert outcomes(nogrow("check", "--locked", "--format", "json").stdout) == {"app.wasm": "kept"}


def test_path_in_the_module_shows_source_lines(
    nogrow: Nogrow, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frame = Frame(None, "src/lib.rs", 7, 3)
    monkeypatch.setattr(
        "nogrow.source.lookup.locate", lambda data, offsets, **_: dict.fromkeys(offsets, (frame,))
    )
    contract(project, ("app.wasm", '"use.mjs"'))
    assert "memory.grow, src/lib.rs:7:3\n" in nogrow("check", "--source").stdout


MINIFIED = """(module (memory (export "a") 1)
  (func (export "b") (result i32) (i32.load (i32.const 0)))
  (func (export "c") (drop (memory.grow (i32.const 1)))))"""
GLUE = """export default async function create() {
  const Module = {};
  const { instance } = await WebAssembly.instantiate(bytes, {});
  Module["asm"] = instance.exports;
  Module["memory"] = Module["asm"]["a"];
  Module["_peek"] = function () {
    return (Module["_peek"] = Module["asm"]["b"]).apply(null, arguments);
  };
  Module["_push"] = (n) => (Module["_push"] = Module["asm"]["c"])(n);
  return Module;
}
"""
MINIFIED_USE = """import create from "./glue.mjs";
const names = await create();
export function f() {
  const view = new Uint8Array(names.memory.buffer);
  names._peek();
  view[0];
  names._push(1);
  return view[0];
}
"""


def test_minified_exports_are_known_from_the_glue(nogrow: Nogrow, project: Path) -> None:
    write_module(project / "app.wasm", MINIFIED)
    (project / "glue.mjs").write_text(GLUE)
    (project / "use.mjs").write_text(MINIFIED_USE)
    contract(project, ("app.wasm", '"*.mjs"'))
    document = validated(nogrow("check", "--format", "json").stdout)
    (view,) = (
        violation["view"] for artifact in document["artifacts"] for violation in artifact["violations"]
    )
    assert [use["line"] for use in view["uses"]] == [8]
    assert view["call"]["text"] == "names._push()"
    assert view["entered"]["entry"] == "c"


CALLED_BY_OTHERS = """export class Runtime {
  constructor(exports) { this.bytes = new Uint8Array(exports.memory.buffer); }
  read(at) { return this.bytes[at]; }
}
"""
MANY_OBJECTS = """const made = {};
export function create(wasm, at) {
  wasm.exports.push();
  made[at] = { bytes: new Uint8Array(wasm.exports.memory.buffer, at) };
}
export function read(at) { return made[at].bytes[0]; }
"""


@pytest.mark.parametrize(("text", "line"), [(CALLED_BY_OTHERS, 3), (MANY_OBJECTS, 6)])
def test_views_that_nobody_renews_are_stale_with_the_module_too(
    nogrow: Nogrow, project: Path, text: str, line: int
) -> None:
    (project / "use.mjs").write_text(text)
    contract(project, ("app.wasm", '"use.mjs"'))
    document = validated(nogrow("check", "--format", "json").stdout)
    uses = [
        use["line"]
        for artifact in document["artifacts"]
        for violation in artifact["violations"]
        for use in violation["view"]["uses"]
    ]
    assert uses == [line]


def test_accessors_in_one_of_many_files_are_followed(nogrow: Nogrow, project: Path) -> None:
    write_module(project / "app.wasm", HOSTED)
    names = [f"part{number}.mjs" for number in range(5)]
    for name in names:
        (project / name).write_text(
            'Object.defineProperty(globalThis, "x", { get() { return { env: { now } }; } });\n'
        )
    (project / "use.mjs").write_text("export function now() {}\nexport const imports = { env: { now } };\n")
    contract(project, ("app.wasm", '"*.mjs"'))
    assert "checked 1 module and 7 files: 8 kept\n" in nogrow("check").stdout
