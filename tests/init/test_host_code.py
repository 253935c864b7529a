"""`nogrow init` finds the host code of modules and writes it into the contract."""

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from nogrow.cli.commands import cli
from nogrow.contract.load import load
from nogrow.init import host_code
from tests.support.modules import write_module

MODULE = """(module (memory (export "memory") 1) (func (export "push") (drop (memory.grow (i32.const 1)))))"""
HOSTED = MODULE.replace("(module", '(module (import "env" "now" (func))')
LOADS = "export const load = () => WebAssembly.instantiateStreaming(fetch('{}'), {{}});\n"
USES = """import {{ load }} from './{}';
const wasm = await load();
const view = new Uint8Array(wasm.exports.memory.buffer);
{}
view[0];
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(**files: str) -> None:
    for name, text in files.items():
        path = Path(name.replace("__", "/"))
        path = path.with_name(".".join(path.name.rsplit("_", 1)))
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".wasm":
            write_module(path, text)
        else:
            path.write_text(text)


def init(*words: str) -> tuple[dict[str, list[str]], str]:
    """Return the host code of each module in the contract that is written, and the output."""
    done = CliRunner().invoke(cli, ["init", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    artifacts = load(Path("nogrow.toml")).artifacts
    return {clause.path: [str(Path(file)) for file in clause.js] for clause in artifacts}, done.output


def check() -> int:
    return CliRunner().invoke(cli, ["check", "--no-validate"], catch_exceptions=False).exit_code


def test_scripts_that_load_the_module_and_their_importers_are_found() -> None:
    put(
        build__app_wasm=MODULE,
        web__load_mjs=LOADS.format("../build/app.wasm"),
        web__main_ts=USES.format("load.mjs", ""),
        web__other_mjs="export const other = 1;\n",
        node_modules__x__load_js=LOADS.format("app.wasm"),
    )
    assert init()[0] == {"build/app.wasm": ["web/load.mjs", "web/main.ts"]}
    assert check() == 0


def test_script_that_wasm_bindgen_writes_is_found() -> None:
    put(app_bg_wasm=MODULE, app_js="export const url = import.meta.url.replace('.js', '_bg.wasm');\n")
    assert init()[0] == {"app_bg.wasm": ["app.js"]}


def test_declarations_are_no_host_code() -> None:
    put(app_wasm=MODULE)
    Path("app.d.ts").write_text("export declare const url: 'app.wasm';\n", encoding="utf-8")
    assert init()[0] == {"app.wasm": []}


def test_stale_views_are_named_and_fail_the_check() -> None:
    put(
        app_wasm=MODULE,
        load_js=LOADS.format("app.wasm"),
        use_js=USES.format("load.js", "wasm.exports.push();"),
    )
    js, output = init()
    assert js == {"app.wasm": ["load.js", "use.js"]}
    assert "  use.js uses 1 stale view: `nogrow check` fails until that is fixed\n" in output
    assert "# use.js uses 1 stale view; `nogrow check` says where.\n" in Path("nogrow.toml").read_text(
        encoding="utf-8"
    )
    assert check() == 1


def test_named_module_has_the_scripts_in_its_folder() -> None:
    put(app_wasm=MODULE, load_js=LOADS.format("app.wasm"), other_wasm=MODULE)
    assert init("app.wasm")[0] == {"app.wasm": ["load.js"]}


def test_nearest_module_of_a_name_is_meant() -> None:
    put(
        a__app_wasm=MODULE,
        b__app_wasm=MODULE,
        a__load_js=LOADS.format("app.wasm"),
        both_js=LOADS.format("app.wasm"),
    )
    assert init()[0] == {"a/app.wasm": ["a/load.js", "both.js"], "b/app.wasm": ["both.js"]}


def test_script_that_cannot_be_analysed_is_left_out() -> None:
    put(app_wasm=MODULE, load_js=LOADS.format("app.wasm"), bad_js="'app.wasm'; var = 1")
    js, output = init()
    assert js == {"app.wasm": ["load.js"]}
    assert "left out of `js`: bad.js: line 1, column 13: not JavaScript that can be read" in output
    assert check() == 0


def test_script_that_cannot_be_analysed_serves_no_imports() -> None:
    serving = LOADS.format("app.wasm").replace("{}", "{ env: { now() {} } }")
    put(app_wasm=HOSTED, load_js=serving, bad_js="'app.wasm'; var = 1")
    js, output = init()
    assert js == {"app.wasm": ["load.js"]}
    assert "left out of `js`: bad.js:1: the glue is not JavaScript that can be read" in output
    assert check() == 0


def test_script_that_does_not_serve_the_imports_is_left_out() -> None:
    put(app_wasm=HOSTED, load_js=LOADS.format("app.wasm"))
    js, output = init()
    assert js == {"app.wasm": []}
    assert "no `js` for app.wasm: load.js serves none of its imports; not served: env.now" in output
    assert check() == 0


def test_module_that_cannot_grow_needs_no_host_code() -> None:
    put(app_wasm='(module (memory (export "m") 1 1))', load_js=LOADS.format("app.wasm"))
    assert init()[0] == {"app.wasm": []}


def test_large_scripts_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_code, "MOST_BYTES", 100)
    put(app_wasm=MODULE, bundle_js=LOADS.format("app.wasm") + " " * 100)
    js, output = init()
    assert js == {"app.wasm": []}
    assert "left out of `js`: bundle.js has more than 0 MiB; name it if need be" in output


def test_long_lists_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_code, "MOST_FILES", 2)
    put(app_wasm=MODULE, **{f"load{number}_js": LOADS.format("app.wasm") for number in range(3)})
    js, output = init()
    assert js == {"app.wasm": ["load0.js", "load1.js"]}
    assert "app.wasm: 3 scripts load it; add them to `js` as a glob" in output


def test_no_host_code_is_written_without_a_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    put(app_wasm=MODULE, load_js=LOADS.format("app.wasm"))
    monkeypatch.setitem(sys.modules, "tree_sitter", None)
    js, output = init()
    assert js == {"app.wasm": []}
    assert "no `js`: no parser for .js files: install it with pip install 'nogrow[glue]'" in output
    assert check() == 0
