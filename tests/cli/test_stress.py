from pathlib import Path

import pytest

from nogrow.rewrite import stress as rewriting
from nogrow.rewrite.stress import stressed
from nogrow.wasm.validate import Validation
from tests.cli.conftest import Nogrow
from tests.support.modules import write_module

TWO = """(module (memory (export "memory") 1)
    (func (export "grow_name") (drop (memory.grow (i32.const 1))))
    (func (export "grow_text") (drop (memory.grow (i32.const 1))))
    (func (export "get_name")))"""
EMSCRIPTEN = """(module (import "{module}" "{field}" (func $grows (param i32) (result i32)))
    (memory (export "{memory}") 1 9) (func (export "{entry}") (drop (call $grows (i32.const 131072)))))"""
GLUE = """var wasmMemory; function _emscripten_resize_heap(size) { wasmMemory.grow(1); return true }
    var wasmImports = { a: _emscripten_resize_heap };
    function receive(instance) { wasmMemory = instance.exports.b; instance.exports.c() }
    WebAssembly.instantiate(bytes, { a: wasmImports }).then((made) => receive(made.instance));"""


@pytest.fixture
def two(folder: Path) -> Path:
    write_module(folder / "two.wasm", TWO)
    return folder / "two.wasm"


def test_stressed_copy_is_written(nogrow: Nogrow, two: Path) -> None:
    data = two.read_bytes()
    result = nogrow("stress", "two.wasm", "-o", "out/copy.wasm")
    assert result.exit_code == 0
    assert result.stdout.splitlines()[:4] == [
        "out/copy.wasm: two.wasm stressed, for tests only",
        "  2 of 3 entry points detach: grow_name, grow_text",
        "  1 stays quiet: get_name",
        "  it may detach at 2 places: exits of entry points, and calls that may reach an import",
    ]
    assert (two.parent / "out/copy.wasm").read_bytes() == stressed(data).data
    assert two.read_bytes() == data


def test_quiet_module_is_copied(nogrow: Nogrow, folder: Path) -> None:
    result = nogrow("stress", "quiet.wasm", "-o", "copy.wasm")
    assert result.exit_code == 0
    assert "the copy is the same as FILE" in result.stdout
    assert (folder / "copy.wasm").read_bytes() == (folder / "quiet.wasm").read_bytes()


def test_entry_chooses_entry_points(nogrow: Nogrow, two: Path) -> None:
    result = nogrow("stress", "two.wasm", "-o", "copy.wasm", "--entry", "*_name")
    assert "1 of 3 entry points detaches: grow_name" in result.stdout
    assert "2 stay quiet: get_name, grow_text" in result.stdout
    result = nogrow("stress", "two.wasm", "-o", "other.wasm", "--entry", "missing*")
    assert (result.exit_code, result.stderr) == (
        2,
        "nogrow: missing*: no entry point has such a name\n",
    )
    assert not (two.parent / "other.wasm").exists()
    result = nogrow("stress", "two.wasm", "-o", "other.wasm", "--entry", "get_name")
    assert "none of the entry points that --entry chooses can grow a memory" in result.stdout


def test_host_code_that_cannot_be_analysed_is_refused(nogrow: Nogrow, two: Path) -> None:
    (two.parent / "bad.js").write_text("var = 1")
    result = nogrow("stress", "two.wasm", "-o", "copy.wasm", "--js", "bad.js")
    assert result.exit_code == 4
    assert result.stderr == "nogrow: two.wasm: bad.js:1: the glue is not JavaScript that can be read\n"


def test_all_ignores_the_proof(nogrow: Nogrow, two: Path) -> None:
    result = nogrow("stress", "two.wasm", "-o", "copy.wasm", "--all")
    assert "3 of 3 entry points detach: get_name, grow_name, grow_text" in result.stdout
    assert "none stays quiet" in result.stdout


def test_emscripten_glue_is_found_beside_the_module(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "app.wasm", EMSCRIPTEN.format(module="a", field="a", memory="b", entry="c"))
    result = nogrow("stress", "app.wasm", "-o", "copy.wasm")
    assert result.exit_code == 4
    assert "its imports have minified names" in result.stderr
    (folder / "app.js").write_text(GLUE)
    for words in ((), ("--js", "app.js")):
        result = nogrow("stress", "app.wasm", "-o", "copy.wasm", "--force", *words)
        assert (result.exit_code, result.stderr) == (0, "")
        assert "note: a.a is called to detach" in result.stdout
        assert ("note: its host code is app.js" in result.stdout) == (not words)


def test_glue_of_another_build_is_left_out(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "app.wasm", EMSCRIPTEN.format(module="a", field="a", memory="b", entry="c"))
    (folder / "js").mkdir()
    (folder / "js/other.js").write_text(GLUE.replace("a: _emscripten", "d: _emscripten"))
    result = nogrow("stress", "app.wasm", "-o", "copy.wasm", "--js", "js")
    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr.startswith("nogrow: app.wasm: js/other.js serves none of its imports")
    assert "contract" not in result.stderr
    assert not (folder / "copy.wasm").exists()
    (folder / "js/app.js").write_text(GLUE)
    result = nogrow("stress", "app.wasm", "-o", "copy.wasm", "--js", "js")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "note: a.a is called to detach" in result.stdout


def test_glue_of_two_builds_is_refused(nogrow: Nogrow, folder: Path) -> None:
    app = EMSCRIPTEN.format(module="a", field="a", memory="b", entry="c")
    write_module(
        folder / "app.wasm",
        app.replace("(memory", '(import "a" "b" (func (param i32) (result i32))) (memory'),
    )
    (folder / "js").mkdir()
    for name, keys in (("one", "ab"), ("two", "ba")):
        table = f"{keys[0]}: _emscripten_resize_heap, {keys[1]}: (code) => code"
        (folder / f"js/{name}.js").write_text(GLUE.replace("a: _emscripten_resize_heap", table))
    result = nogrow("stress", "app.wasm", "-o", "copy.wasm", "--js", "js")
    assert (result.exit_code, result.stdout) == (4, "")
    assert "js/one.js and js/two.js are of different builds; name the JavaScript" in result.stderr


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["two.wasm"], 2, "no output file: use -o OUT\n"),
        (["two.wasm", "-o", "two.wasm", "--force"], 2, "this is FILE itself; write to another file"),
        (["two.wasm", "-o", "quiet.wasm"], 2, "quiet.wasm: the file exists; use --force to overwrite it"),
        (["two.wasm", "-o", "o.wasm", "--pages", "0"], 2, "0 is not in the range 1<=x<=65535"),
        (["cut.wasm", "-o", "o.wasm"], 4, "cut.wasm: "),
        (["missing.wasm", "-o", "o.wasm"], 4, "missing.wasm: "),
        (["component.wasm", "-o", "o.wasm"], 4, "component.wasm: not stressed: a component; "),
        (["grower.wasm", "-o", "o.wasm"], 4, "the import env.emscripten_resize_heap grows memory 0, but not"),
    ],
)
def test_failure_writes_nothing(nogrow: Nogrow, two: Path, words: list[str], code: int, message: str) -> None:
    folder = two.parent
    (folder / "component.wasm").write_bytes(b"\0asm\x0d\0\x01\0")
    write_module(
        folder / "grower.wasm",
        '(module (import "env" "emscripten_resize_heap" (func $g)) (memory (export "m") 1)'
        ' (func (export "f") (call $g)))',
    )
    before = {path: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    result = nogrow("stress", *words)
    assert result.exit_code == code
    assert message in result.stderr
    assert result.stderr.count("\n") == 1 or code == 2
    assert {path: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


def test_stressed_copy_is_not_stressed_again(nogrow: Nogrow, two: Path) -> None:
    nogrow("stress", "two.wasm", "-o", "copy.wasm")
    result = nogrow("stress", "copy.wasm", "-o", "again.wasm")
    assert result.exit_code == 4
    assert result.stderr == "nogrow: copy.wasm: not stressed: the module is a stressed copy already\n"


def test_pages_of_a_full_memory_are_not_promised(nogrow: Nogrow, folder: Path) -> None:
    write_module(folder / "full.wasm", '(module (memory (export "m") 1 1) (func (export "f")))')
    result = nogrow("stress", "full.wasm", "-o", "copy.wasm", "--all", "--pages", "3")
    assert "none of 1 entry point" in result.stdout
    assert "memory 0 cannot grow by a page: it is left alone" in result.stdout


def test_invalid_copy_is_not_written(nogrow: Nogrow, two: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter((Validation(valid=True), Validation(valid=False, reason="type mismatch", offset=7)))
    monkeypatch.setattr(rewriting, "validate", lambda data: next(answers))
    result = nogrow("stress", "two.wasm", "-o", "copy.wasm")
    assert result.exit_code == 4
    assert "internal error: the stressed copy is not valid: type mismatch" in result.stderr
    assert not (two.parent / "copy.wasm").exists()
