"""Tests that install the package from its archive into empty projects, as its users do."""

import base64
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools.browser.chromium import find_chromium

from nogrow.errors import ToolError
from nogrow.machine.machine import Machine
from tests.project.conftest import ROOT
from tests.support.modules import assemble
from tests.support.npm import ACORN, TYPESCRIPT, new_node, program, run_npm

VIEWS = ROOT / "js" / "nogrow-views"
EXAMPLES = ROOT / "examples" / "tests"
PAGE = (ROOT / "docs" / "catch-in-tests.md").read_text("utf-8")
RUNNERS = ["vitest", "jest", "node-test"]
OPTIONS = ["--no-audit", "--no-fund", "--fetch-retries=1"]

KEPT = r'on a detached .*; the export "alloc" detached this view of the memory "memory"; the view was made at'
BY_INDEX = r"index access to a detached Uint8Array; the export .alloc. detached this view"

# Each of these is an error unless the types of the package are found and right.
TYPES = """
import { guard, liveViews, stress } from "nogrow-views";
import checkedIndexes from "nogrow-views/checked/vite";
import { configure, report } from "nogrow-views/register";

const memory = new WebAssembly.Memory({ initial: 1 });
const bytes: Uint8Array = liveViews(memory, { resizable: true }).u8;
const blob = new Blob([liveViews(memory).fixed.u8]);
const exports = { memory, alloc: (size: number) => size };
const { alloc } = stress({ exports }, { exports: ["alloc", /^set_/] });
const start: number = guard({ exports: { memory, alloc } }).alloc(bytes.length);
const name: string = checkedIndexes({ include: (file) => file.endsWith(".ts") }).name;
configure({ report: undefined });
// @ts-expect-error
liveViews("no memory");
// @ts-expect-error
stress({ exports: { memory } }, { exports: [1] });
// @ts-expect-error
checkedIndexes({ includes: [] });
export const used = [blob.size, start, name, report().length];
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the archive that `npm pack` makes; the files that it generates stay out of the repository."""
    folder = tmp_path_factory.mktemp("package")
    ignored = shutil.ignore_patterns("node_modules", "*.cjs", "*.d.cts", "*.tgz")
    copy = shutil.copytree(VIEWS, folder / "nogrow-views", ignore=ignored)
    return copy / run_npm(copy, "pack", "--silent").strip()


def installed(folder: Path, archive: Path, *packages: str) -> Path:
    """Install the package, and others, into the project in `folder`."""
    run_npm(folder, "install", *OPTIONS, "--save-dev", archive, *packages)
    assert not (folder / "node_modules" / "nogrow-views").is_symlink()
    return folder


def example(runner: str, folder: Path, archive: Path) -> Path:
    ignored = shutil.ignore_patterns("node_modules")
    return installed(Path(shutil.copytree(EXAMPLES / runner, folder / runner, ignore=ignored)), archive)


def environment(runner: str) -> dict[str, str]:
    """Return the variables for the runner; Node's own needs a Node with hooks for loading."""
    if runner != "node-test":
        return {**os.environ, "CI": "1"}
    return {**os.environ, "PATH": f"{new_node().parent}{os.pathsep}{os.environ['PATH']}"}


def results(project: Path, environ: dict[str, str], *command: str) -> tuple[int, str]:
    """Run the tests of the project, and return the exit code and the output without colours."""
    completed = subprocess.run(
        command or ("npm", "test"),
        cwd=project,
        env=environ,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return completed.returncode, re.sub(r"\x1b\[[\d;]*m", "", completed.stdout + completed.stderr)


@pytest.mark.exhaustive
@pytest.mark.parametrize("runner", RUNNERS)
def test_example_fails_only_with_a_kept_view(runner: str, tmp_path: Path, archive: Path) -> None:
    environ = environment(runner)
    project = example(runner, tmp_path, archive)
    code, text = results(project, {**environ, "NOGROW_STRESS": "0"})
    assert code == 0, text
    assert re.search(r"(✓|✔) with a kept view|3 passed", text)

    code, text = results(project, environ)
    assert code == 1
    assert len(re.findall(KEPT, text)) == 1, text
    assert len(re.findall(BY_INDEX, text)) == 1, text
    assert re.search(r"(✓|✔) with live views", text)
    assert re.search(r'Detachment: the export "alloc" returned here, and nogrow-views detached', text)


@pytest.mark.exhaustive
def test_playwright_example_finds_the_same(tmp_path: Path, archive: Path) -> None:
    try:
        browser = find_chromium(Machine.current())
    except ToolError as error:
        pytest.skip(str(error))
    project = example("playwright", tmp_path, archive)
    code, text = results(project, {**os.environ, "CI": "1", "CHROMIUM": str(browser)})
    assert code == 1
    assert len(re.findall(KEPT, text)) == 1, text
    assert len(re.findall(BY_INDEX, text)) == 1, text
    assert "1 passed" in text

    (project / "vite.config.mjs").unlink()
    fixture = project / "tests" / "stressed.mjs"
    fixture.write_text(fixture.read_text("utf-8").replace("await page.addInitScript({ path });", ""), "utf-8")
    code, text = results(project, {**os.environ, "CI": "1", "CHROMIUM": str(browser)})
    assert code == 0, text
    assert "3 passed" in text


@pytest.mark.exhaustive
def test_stressed_wasm_bindgen_fails_only_with_a_kept_view(tmp_path: Path) -> None:
    project = Path(shutil.copytree(EXAMPLES / "wasm-bindgen", tmp_path / "wasm-bindgen"))
    run_npm(project, "install", *OPTIONS)
    code, text = results(project, dict(os.environ))
    assert code == 0, text
    script = shlex.split(json.loads((project / "package.json").read_text())["scripts"]["stress"])
    code, text = results(project, dict(os.environ), sys.executable, "-m", *script)
    assert code == 0, text
    assert "4 of 10 entry points detach" in text
    code, text = results(project, {**os.environ, "GUEST": "stressed.wasm"})
    assert code == 1
    assert re.search(r"^(ok \d+ -|✔) a picture stays the same", text, re.M), text
    assert re.search(r"^(not ok \d+ -|✖) with a kept view", text, re.M), text


@pytest.mark.exhaustive
def test_jest_without_modules_finds_the_same(tmp_path: Path, archive: Path) -> None:
    project = example("jest", tmp_path, archive)
    for file in [project / "sum.mjs", project / "sum.test.js"]:
        text = file.read_text("utf-8")
        text = re.sub(r'import (\{.*\}) from "(.*?)(\.mjs)?";', r'const \1 = require("\2");', text)
        text = re.sub(r"export function (\w+)", r"exports.\1 = function", text)
        file.unlink()
        file.with_suffix(".js").write_text(text)
    package = project / "package.json"
    package.write_text(package.read_text().replace('"type": "module",', ""))
    code, text = results(project, environment("jest"), "node_modules/.bin/jest")
    assert code == 1
    assert len(re.findall(KEPT, text)) == 1, text
    assert len(re.findall(BY_INDEX, text)) == 1, text
    assert "✓ with live views" in text


@pytest.mark.exhaustive
@pytest.mark.parametrize("resolution", ["bundler", "nodenext"])
@pytest.mark.parametrize("suffix", ["mts", "cts"])
def test_types_of_the_installed_package(resolution: str, suffix: str, tmp_path: Path, archive: Path) -> None:
    compiler = program("tsc", TYPESCRIPT)
    (tmp_path / "package.json").write_text('{ "private": true }')
    project = installed(tmp_path, archive)
    # A script can't import an ES module without its types being those of one, so the plugin is for modules.
    text = TYPES if suffix == "mts" else re.sub(r".*checkedIndexes.*\n", "", TYPES.replace("name, ", ""))
    text = text if suffix == "mts" else text.replace("// @ts-expect-error\nexport", "export")
    (project / f"used.{suffix}").write_text(text)
    module = "esnext" if resolution == "bundler" else "nodenext"
    options = ["--noEmit", "--strict", "--module", module, "--moduleResolution", resolution]
    options += ["--target", "es2022", "--lib", "es2022,dom", "--types", "", f"used.{suffix}"]
    code, output = results(project, dict(os.environ), str(compiler), *options)
    assert code == 0, output


@pytest.mark.exhaustive
def test_accesses_are_checked_and_nothing_else_changes() -> None:
    parser = program("acorn", ACORN).parents[1] / "acorn"
    environ = {**os.environ, "ACORN": str(parser)}
    tests = ["--expose-gc", "--test", "--test-reporter=tap", "checked_accesses.test.mjs"]
    code, text = results(Path(__file__).parent, environ, "node", *tests)
    assert code == 0, text
    assert re.search(r"^# skipped 0$", text, re.M)


@pytest.mark.parametrize("runner", [*RUNNERS, "playwright"])
def test_examples_share_their_source(runner: str) -> None:
    source = (EXAMPLES / runner / "sum.mjs").read_text("utf-8")
    assert source == (EXAMPLES / RUNNERS[0] / "sum.mjs").read_text("utf-8")


def test_binary_guest_matches_its_text() -> None:
    source = (EXAMPLES / "vitest" / "sum.mjs").read_text("utf-8")
    code = "".join(re.findall('"([A-Za-z0-9+/=]{8,})"', source))
    # The names of the text follow at the end.
    assert assemble((EXAMPLES / "sum.wat").read_text("utf-8")).startswith(base64.b64decode(code))


def test_page_shows_the_examples() -> None:
    """A project that is copied from the page is one that the other tests run."""
    blocks = re.findall(r"^```(js|json|sh|python)\n(.*?)^```$", PAGE, re.M | re.S)
    shown = [text for language, text in blocks if language in {"js", "json"}]
    files = [*EXAMPLES.glob("*/*.*s*"), *EXAMPLES.glob("*/tests/*.*s")]
    sources = [path.read_text("utf-8") for path in files]
    found = [text for text in shown if any(text in source for source in sources)]
    assert len(found) == 3
    assert [text for text in shown if text not in found] == [text for text in shown if "env.GUEST" in text]
    script = json.loads((EXAMPLES / "node-test" / "package.json").read_text())["scripts"]["test"]
    assert f"`{script}`" in PAGE


def test_page_names_every_export_and_variable() -> None:
    package = json.loads((VIEWS / "package.json").read_text("utf-8"))
    for name in package["exports"]:
        if name not in {".", "./package.json"}:
            assert f"nogrow-views/{name[2:]}" in PAGE
    register = (VIEWS / "register.mjs").read_text("utf-8")
    assert set(re.findall(r"env\??\.(NOGROW_\w+)", register)) - {"NOGROW_STRESS_ANNOUNCED"} == set(
        re.findall(r"^\| `(NOGROW_\w+)", PAGE, re.M)
    )
