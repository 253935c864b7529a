"""Check that names containing commands, markup or escapes have no effect in any format."""

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from markdown_it import MarkdownIt

from nogrow.report.escaping import fenced, in_command, in_markdown, in_property, in_sarif, in_xml, printable
from nogrow.report.formats import Format
from tests.cli.conftest import Nogrow, folder, nogrow
from tests.report.workflow import commands
from tests.support.locales import unicode_names
from tests.support.modules import write_module

__all__ = ["folder", "nogrow"]

NAME = (
    "<script>\x1b[31m]]>\r\n::error::a\n%0A``` `b` | \u202e\ufffd\0\x9b##[add-mask]c"
    "](http://d) {0} @e ![f](g)\u2028&lt;"
)
FILE = "<script>\x1b[2J\n::error file=a::\u202e`|`##[debug]%0A,b=@c\udcff.wasm"
TEXT = """(module (memory (export "memory") 1)
  (func $grow (@name "{0}") (result i32) i32.const 1 memory.grow)
  (func (export "{0}") (result i32) call $grow))"""


@pytest.fixture
def report(nogrow: Nogrow, folder: Path) -> Callable[[Format], str]:
    if sys.getfilesystemencoding() != "utf-8":
        pytest.skip("names of files are not UTF-8 in this locale")
    name = "".join(f"\\{byte:02x}" for byte in NAME.encode())
    write_module(folder / FILE, TEXT.format(name))

    def run(form: Format) -> str:
        result = nogrow("check", FILE, "--color", "never", "--format", form.value)
        assert result.exit_code == 1
        assert result.stderr == ""
        return result.stdout

    return run


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("command", ["check", "sites"])
def test_names_are_not_obeyed_in_logs(nogrow: Nogrow, report: object, form: Format, command: str) -> None:
    text = nogrow(command, FILE, "--color", "never", "--format", form.value).stdout
    assert all(line.isprintable() for line in text.split("\n"))
    assert "add-mask" in text
    shown = commands(text)
    assert [command.name for command in shown] == (["error"] if form is Format.GITHUB else [])


def test_text_shows_the_name_on_one_line(report: Callable[[Format], str]) -> None:
    first, second, *_ = report(Format.TEXT).split("\n")
    assert f"`{printable(NAME)}` can grow" in first
    assert second == f"  --> {printable(FILE)}"


def test_json_keeps_the_name(report: Callable[[Format], str]) -> None:
    (artifact,) = json.loads(report(Format.JSON))["artifacts"]
    assert artifact["path"] == FILE
    (entry,) = artifact["entries"]
    assert entry["name"] == entry["witness"][1]["function"]["name"] == NAME


def test_sarif_has_no_links_or_placeholders(report: Callable[[Format], str]) -> None:
    (run,) = json.loads(report(Format.SARIF))["runs"]
    (result,) = run["results"]
    text = result["message"]["text"]
    assert in_sarif(NAME) in text
    assert not re.search(r"\{\d+\}|\]\(", text)
    (location,) = result["locations"]
    assert location["logicalLocations"][0]["name"] == in_sarif(NAME)
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"(?:[A-Za-z0-9_.~/-]|%[0-9A-F]{2})+", uri)


def test_xml_has_no_additional_elements(report: Callable[[Format], str]) -> None:
    root = ElementTree.fromstring(report(Format.JUNIT))
    assert [element.tag for element in root.iter()] == ["testsuites", "testsuite", "testcase", "failure"]
    (case,) = root.iter("testcase")
    assert case.get("name") == printable(NAME)
    assert case.get("classname") == printable(FILE)
    assert printable(NAME) in str(case[0].text)


def test_workflow_command_has_only_its_own_properties(report: Callable[[Format], str]) -> None:
    (command,) = commands(report(Format.GITHUB))
    assert list(command.properties) == ["file", "line", "col", "title"]
    assert command.properties["file"] == printable(FILE)
    assert f"`{printable(NAME)}` can grow" in command.message


def test_markdown_has_only_its_own_markup(report: Callable[[Format], str]) -> None:
    tokens = MarkdownIt("commonmark").enable("table").parse(report(Format.MARKDOWN))
    assert "html_block" not in {token.type for token in tokens}
    inner = [child.type for token in tokens for child in token.children or ()]
    assert set(inner) == {"text", "code_inline"}
    assert sum(token.type == "td_open" for token in tokens) == 6
    codes = [child for token in tokens for child in token.children or () if child.type == "code_inline"]
    assert [code.content for code in codes] == [printable(FILE).replace("|", r"\x7c")] * 2
    (block,) = (token for token in tokens if token.type == "fence")
    assert f"`{printable(NAME)}` can grow" in block.content


@pytest.mark.parametrize("name", ["", " ", "`", "``", " `a` ", "a|b", "a\\", "\\|", "a\\`", "*a*", "a" * 200])
def test_name_is_one_code_span_in_a_table(name: str) -> None:
    text = f"| a | b |\n|---|---|\n| {in_markdown(name)} | z |\n"
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    cells = [token.children or [] for token in tokens if token.type == "inline"][2:]
    assert [[token.type for token in cell] for cell in cells] == [["code_inline"], ["text"]]
    assert cells[0][0].content.strip() == name.replace("|", r"\x7c").strip()


@pytest.mark.parametrize("line", ["```", "````", "~~~", "</pre>", "", "\n```\n"])
def test_no_line_ends_a_fenced_block(line: str) -> None:
    text = "\n".join(fenced(["before", line, "after"]))
    (token,) = MarkdownIt("commonmark").parse(text)
    assert token.content == f"before\n{printable(line)}\nafter\n"


@pytest.mark.parametrize(
    ("harmless", "text", "shown"),
    [
        (in_command, "a:b,100%\r\n", r"a:b,100%25\x0d\x0a"),
        (in_property, "a:b,100%0A", "a%3Ab%2C100%250A"),
        (in_xml, '<a b="c">&\'\0', r"&lt;a b=&quot;c&quot;&gt;&amp;&#x27;\x00"),
        (in_sarif, "{0} {a} {{b}} [c](1) \u2028", r"\x7b0} {a} {{b}} [c]\x281) \u\x7b2028}"),
        (printable, "# ## ###[a]", r"# #\x23 #\x23#[a]"),
    ],
)
def test_escapes_fit_their_syntax(harmless: Callable[[str], str], text: str, shown: str) -> None:
    assert harmless(text) == shown


SCRIPT = "<script><b>\x1b[2J\n::error file=a::\u202e`|`##[debug]%0A,b=@c.mjs"
# The callee is the only text of the source that reports show outside of an excerpt.
CODE = """const view = new Uint8Array(wasm.exports.memory.buffer); // </script><b>\x1b[31m##[add-mask]c \u202e
wasm.exports[/* ::error::a </script>\x9b ##[add-mask]c {0} `|` */ "NAME"]();
view[0];
"""


@unicode_names
@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("command", ["check", "host"])
def test_host_code_is_not_obeyed_in_logs(nogrow: Nogrow, folder: Path, command: str, form: Format) -> None:
    write_module(folder / "a.wasm", TEXT.format("push"))
    (folder / SCRIPT).write_text(CODE.replace("NAME", "push"), "utf-8")
    words = (
        ("host", SCRIPT, "--module", "a.wasm") if command == "host" else ("check", "a.wasm", "--js", SCRIPT)
    )
    result = nogrow(*words, "--color", "never", "--format", form.value)
    assert result.exit_code == 1
    text = result.stdout
    assert all(line.isprintable() for line in text.split("\n"))
    assert form is not Format.HTML or "</script><b>" not in text
    assert "##[" not in text
    errors = [command.name for command in commands(text)]
    assert errors == (["error"] * (2 if command == "check" else 1) if form is Format.GITHUB else [])
    if form is Format.JUNIT:
        ElementTree.fromstring(text)
