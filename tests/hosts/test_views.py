"""Tests of the package of live views: its size, its types, and its tests in a newer Node."""

import base64
import json
import re
import subprocess
from pathlib import Path

import pytest

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


def test_minified_package_is_smaller_than_2_kilobytes() -> None:
    minified = output(program("esbuild", ESBUILD), "index.mjs", "--bundle", "--minify", "--format=esm")
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


def test_published_files_are_those_that_are_imported() -> None:
    package = json.loads((VIEWS / "package.json").read_text("utf-8"))
    assert package["files"] == ["*.mjs", "index.d.ts"]
    for name in (package["types"], *package["exports"]["."].values()):
        assert (VIEWS / name).is_file()
    assert "dependencies" not in package
