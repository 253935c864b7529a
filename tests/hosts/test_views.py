"""Tests of the npm package: its size, its types, what it contains, and its tests in a newer Node."""

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools.browser.demo import find_node

from nogrow.machine.machine import Machine
from tests.support.modules import assemble
from tests.support.npm import ESBUILD, TYPESCRIPT, new_node, program
from tests.support.sample import sampled

VIEWS = Path(__file__).parents[2] / "js" / "nogrow-views"
TWO_KILOBYTES = 2048


def output(*command: str | Path) -> str:
    """Run the program in the package's folder and return its output; it must succeed."""
    completed = subprocess.run(command, cwd=VIEWS, capture_output=True, text=True, timeout=300, check=False)
    assert completed.returncode == 0, completed.stdout + completed.stderr
    return completed.stdout


def test_minified_views_and_guard_are_smaller_than_2_kilobytes(tmp_path: Path) -> None:
    used = tmp_path / "used.mjs"
    used.write_text(f'export {{ guard, liveViews }} from "{VIEWS / "index.mjs"}";', "utf-8")
    minified = output(program("esbuild", ESBUILD), used, "--bundle", "--minify", "--format=esm")
    assert "liveViews" in minified
    assert "guard" in minified
    assert len(minified.encode()) < TWO_KILOBYTES


@pytest.mark.exhaustive
def test_newer_node_passes_the_tests_of_the_package() -> None:
    report = output(new_node(), "--test", "--test-reporter=tap")
    skipped = re.findall(r"^ok \d+ - (.*) # SKIP", report, re.M)
    assert skipped == ["without engine support, the option has no effect"]
    assert re.search(r"^ok \d+ - each view grows with the memory$", report, re.M)


@pytest.mark.parametrize("library", sampled(["es2020", "esnext"]))
def test_types_accept_and_reject_the_examples(library: str) -> None:
    options = ["--noEmit", "--strict", "--module", "nodenext", "--types", ""]
    options += ["--target", library, "--lib", f"{library},dom"]
    output(program("tsc", TYPESCRIPT), *options, "support/types.ts")


def test_types_declare_exactly_the_getters() -> None:
    source, types = (VIEWS / "live.mjs").read_text("utf-8"), (VIEWS / "index.d.ts").read_text("utf-8")
    getters = set(re.findall(r"^  get (\w+)\(", source, re.M))
    bodies = dict(re.findall(r"^export interface (\w+)[^{]*\{\n(.*?)^\}", types, re.M | re.S))
    named = {name: set(re.findall(r"^  readonly (\w+):", body, re.M)) for name, body in bodies.items()}
    assert named["Views"] == named["FixedViews"] == getters - {"fixed"}
    assert named["LiveViews"] == {"fixed"}


def test_binary_test_modules_match_their_text() -> None:
    source = (VIEWS / "support" / "guests.mjs").read_text("utf-8")
    modules = re.findall(r"/\*\n(.*?)\*/\nexport const \w+ = assembled\((.*?)\);", source, re.S)
    assert len(modules) == source.count("export const")
    for text, code in modules:
        assert base64.b64decode("".join(re.findall('"(.*?)"', code))) == assemble(text)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pack the package and unpack it in a project, as npm installs it; return the project."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not on the PATH")
    folder = tmp_path_factory.mktemp("packed")
    source = shutil.copytree(VIEWS, folder / "source", ignore=shutil.ignore_patterns("*.cjs", "*.d.cts"))
    packed = subprocess.run(
        [npm, "pack", "--pack-destination", folder], cwd=source, capture_output=True, timeout=120, check=False
    )
    assert packed.returncode == 0, packed.stderr
    modules = folder / "project" / "node_modules"
    shutil.unpack_archive(next(folder.glob("*.tgz")), modules)
    (modules / "package").rename(modules / "nogrow-views")
    return folder / "project"


def test_packed_files_are_those_that_users_need(installed: Path) -> None:
    packed = {path.name for path in (installed / "node_modules/nogrow-views").iterdir()}
    modules = {path.name for path in VIEWS.glob("*.mjs")}
    types = {f"{name}.d.{kind}" for name in ("index", "register") for kind in ("ts", "cts")}
    texts = {"LICENSE-APACHE", "LICENSE-MIT", "README.md", "package.json"}
    assert packed == modules | types | texts | {"checked", "index.cjs", "register.cjs"}
    assert "dependencies" not in json.loads((VIEWS / "package.json").read_text("utf-8"))


@pytest.mark.parametrize("name", ["LICENSE-APACHE", "LICENSE-MIT"])
def test_licences_of_the_package_are_those_of_the_project(name: str) -> None:
    assert (VIEWS / name).read_bytes() == (VIEWS.parents[1] / name).read_bytes()


@pytest.mark.parametrize(
    "script",
    [
        'console.log(Object.keys(require("nogrow-views")).sort().join())',
        'import("nogrow-views").then((all) => console.log(Object.keys(all).join()))',
    ],
)
def test_package_is_an_es_module_and_a_commonjs_module(installed: Path, script: str) -> None:
    assert run_node(installed, "-e", script).stdout == "guard,liveViews,stress\n"


@pytest.mark.parametrize("option", ["--import", "--require"])
@pytest.mark.parametrize(("stress", "detached"), [("1", True), ("quiet", True), ("0", False)])
def test_register_works_in_both_forms(installed: Path, option: str, stress: str, detached: bool) -> None:
    code = base64.b64encode(assemble('(module (memory (export "memory") 1) (func (export "f")))')).decode()
    script = f"""
        const bytes = Buffer.from("{code}", "base64");
        const {{ exports }} = new WebAssembly.Instance(new WebAssembly.Module(bytes));
        const kept = new Uint8Array(exports.memory.buffer);
        exports.f();
        kept.slice();"""
    done = run_node(installed, option, "nogrow-views/register", "-e", script, NOGROW_STRESS=stress)
    assert (done.returncode != 0) == detached
    assert ('the export "f" detached this view of the memory "memory"' in done.stderr) == detached
    assert done.stderr.count("NOGROW_STRESS=0 turns this off") == (stress == "1")


def test_reports_of_nogrow_exempt_exports(installed: Path) -> None:
    module = installed / "module.wasm"
    module.write_bytes(
        assemble("""(module (memory (export "memory") 1)
            (func (export "still")) (func (export "grow") (drop (memory.grow (i32.const 0)))))""")
    )
    command = [
        sys.executable,
        "-m",
        "nogrow",
        "check",
        f"--format=json={installed / 'report.json'}",
        str(module),
    ]
    subprocess.run(command, cwd=installed, capture_output=True, timeout=60, check=False)
    script = """
        const module = new WebAssembly.Module(require("node:fs").readFileSync("module.wasm"));
        const { exports } = new WebAssembly.Instance(module);
        for (const name of ["still", "grow"]) {
            const kept = new Uint8Array(exports.memory.buffer);
            exports[name]();
            console.log(name, kept.length);
        }"""
    done = run_node(installed, "--import", "nogrow-views/register", "-e", script, NOGROW_REPORT="report.json")
    assert done.stdout == "still 65536\ngrow 0\n", done.stderr
    assert "exports that may grow a memory detach" in done.stderr


def run_node(folder: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run Node in the folder."""
    node = find_node(Machine.current())
    variables = {**os.environ, **environ}
    return subprocess.run(
        [node, *arguments],
        cwd=folder,
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
