"""Run commands whose standard streams, input files or arguments are in other encodings than UTF-8."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from tests.cli.conftest import Nogrow
from tests.support.modules import GROWING, write_module
from tests.support.sample import sampled

NAME = "größe-\u4e2d.wasm"
ENCODINGS = sampled(["cp1252", "ascii", "utf-16", "cp437", "utf-8"], 2)
CONTRACT = """schema = 1

[[artifact]]
path = "growing.wasm"
allow = ["absent"]
"""


def printed(folder: Path, encoding: str, *words: str) -> bytes:
    """Return what the command prints to a pipe, without a traceback, if the console has the encoding."""
    environ = {**os.environ, "PYTHONIOENCODING": encoding}
    done = subprocess.run(
        [sys.executable, "-m", "nogrow", *words], cwd=folder, env=environ, capture_output=True, check=False
    )
    assert b"Traceback" not in done.stderr
    assert done.returncode == 1, done.stderr
    return done.stdout


@pytest.fixture
def named(folder: Path) -> Path:
    if sys.getfilesystemencoding() != "utf-8":
        pytest.skip("names of files are not UTF-8 in this locale")
    write_module(folder / NAME, GROWING)
    return folder


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_text_is_in_the_encoding_of_the_console(encoding: str, named: Path) -> None:
    text = printed(named, encoding, "check", NAME).decode(encoding)
    assert "gr" in text
    assert NAME.encode(encoding, "backslashreplace").decode(encoding) in text


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("form", sampled(["junit", "html", "markdown", "json", "sarif", "github"], 3))
def test_formats_for_programs_are_utf8(encoding: str, form: str, named: Path) -> None:
    output = printed(named, encoding, "check", "--format", form, NAME)
    printed(named, encoding, "check", "--format", f"{form}=report", "--quiet", NAME)
    assert output == (named / "report").read_bytes()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_xml_of_any_console_can_be_parsed(encoding: str, named: Path) -> None:
    suites = ET.fromstring(printed(named, encoding, "check", "--format", "junit", NAME))
    assert NAME in ET.tostring(suites, "unicode")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_report_that_powershell_redirected_is_compared(encoding: str, nogrow: Nogrow, folder: Path) -> None:
    text = nogrow("check", "--format", "json", "quiet.wasm").stdout
    data = text.replace("\n", "\r\n").encode(encoding)
    (folder / "old.json").write_bytes(b"\xfe\xff" + data if encoding == "utf-16-be" else data)
    assert nogrow("diff", "old.json", "quiet.wasm").exit_code == 0
    assert nogrow("diff", "old.json", "growing.wasm").exit_code == 1


@pytest.mark.parametrize("start", ["", "\ufeff"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_lines_of_a_contract_are_those_of_an_editor(
    start: str, ends: str, nogrow: Nogrow, folder: Path
) -> None:
    (folder / "nogrow.toml").write_bytes((start + CONTRACT).replace("\n", ends).encode())
    results = json.loads(nogrow("check", "--format", "sarif").stdout)["runs"][0]["results"]
    regions = [result["locations"][0]["physicalLocation"]["region"] for result in results]
    assert {region["startLine"] for region in regions} == {4}
    (folder / "nogrow.toml").write_bytes((start + CONTRACT + "alow = []\n").replace("\n", ends).encode())
    assert "nogrow.toml:6:" in nogrow("check").output


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_lines_of_host_code_are_those_of_an_editor(ends: str, nogrow: Nogrow, folder: Path) -> None:
    code = """const { instance } = await WebAssembly.instantiateStreaming(fetch("growing.wasm"));
const view = new Uint8Array(instance.exports.memory.buffer);
instance.exports.bad();
view[0] = 1;
"""
    (folder / "host.mjs").write_bytes(code.replace("\n", ends).encode())
    text = nogrow("host", "host.mjs", "--module", "growing.wasm").stdout
    assert "host.mjs:4:1" in text
    assert "view[0] = 1;" in text
    assert "\r" not in text


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are Unicode elsewhere")
def test_lock_is_the_same_in_every_locale(nogrow: Nogrow, named: Path) -> None:
    contract = f'schema = 1\n[[artifact]]\npath = "{NAME}"\nallow = ["reachable"]\n'
    (named / "nogrow.toml").write_text(contract, encoding="utf-8")
    assert nogrow("pin").exit_code == 0
    before = (named / "nogrow.lock").read_bytes()
    bare = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for words in (("check", "--locked", "--exact"), ("pin", "--lock", "other.lock")):
        done = subprocess.run(
            [sys.executable, "-m", "nogrow", *words], cwd=named, env=bare, capture_output=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, b"")
    assert (named / "other.lock").read_bytes() == before


def test_lock_has_no_carriage_returns(nogrow: Nogrow, folder: Path) -> None:
    assert nogrow("pin", "quiet.wasm").exit_code == 0
    assert b"\r" not in (folder / "nogrow.lock").read_bytes()
