"""What a report quotes of the files that a module names: the same rules in every command and format."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest
from tools.bench.encode import leb

from tests.cli.conftest import Nogrow
from tests.source.test_sourcemap import vlq
from tests.support.modules import GROWING, write_module
from tests.support.posix import make_fifo, posix_only

SECRET = "thesecretline"
FORMATS = ("text", "json", "sarif", "junit", "github", "markdown", "html")
QUOTING = ("text", "markdown", "html")
CONTRACT = """schema = 1
[[artifact]]
path = "named.wasm"
allow = ["absent"]
scenario = [{ name = "grow", steps = [{ call = "bad" }] }]
"""


class Named(NamedTuple):
    """A file that a module names, and how it is made in the working folder."""

    name: str
    make: Callable[[Path], object] = lambda _: None


def naming(folder: Path, source: str, wat: str = GROWING) -> Path:
    """Write a module whose source map says that all of its code comes from `source`, and return its path."""
    path = write_module(folder / "named.wasm", wat)
    data = path.read_bytes()
    mappings = ",".join((vlq(0, 0, 0, 4), *[vlq(1, 0, 0, 0)] * len(data)))
    document = {"version": 3, "sources": [source], "names": [], "mappings": mappings}
    address = f"data:application/json,{quote(json.dumps(document))}".encode()
    contents = b"\x10sourceMappingURL" + leb(len(address)) + address
    path.write_bytes(data + b"\0" + leb(len(contents)) + contents)
    return path


def outputs(nogrow: Nogrow, folder: Path, *words: str, forms: tuple[str, ...] = FORMATS) -> dict[str, str]:
    """Run the command once for all formats, and return what each one holds."""
    options = [
        word for form in forms if form != "text" for word in ("--format", f"{form}={folder / form}.out")
    ]
    result = nogrow(*words, *options)
    assert result.exit_code in (0, 1)
    assert "Traceback" not in result.output
    return {
        form: result.output if form == "text" else (folder / f"{form}.out").read_text("utf-8")
        for form in forms
    }


def secret(path: Path) -> None:
    path.write_text(f"{SECRET}\n" * 20, encoding="utf-8")


def linked(folder: Path) -> None:
    secret(folder.parent / "secret.rs")
    (folder / "link.rs").symlink_to(folder.parent / "secret.rs")


@posix_only
@pytest.mark.parametrize(
    "named",
    [
        Named("/etc/hostname"),
        Named("/dev/zero"),
        Named("../secret.rs", lambda folder: secret(folder.parent / "secret.rs")),
        Named("{above}/secret.rs", lambda folder: secret(folder.parent / "secret.rs")),
        Named("file://{above}/secret.rs", lambda folder: secret(folder.parent / "secret.rs")),
        Named("link.rs", linked),
        Named("zero.rs", lambda folder: (folder / "zero.rs").symlink_to("/dev/zero")),
        Named("pipe.rs", lambda folder: make_fifo(folder / "pipe.rs")),
        Named(".env", lambda folder: secret(folder / ".env")),
        Named("secrets.toml", lambda folder: secret(folder / "secrets.toml")),
    ],
    ids=lambda named: named.name,
)
def test_formats_quote_only_source_files(folder: Path, nogrow: Nogrow, named: Named) -> None:
    working = folder / "working"
    working.mkdir()
    os.chdir(working)
    named.make(working)
    naming(working, named.name.format(above=folder))
    (working / "nogrow.toml").write_text(CONTRACT)
    hostname = Path("/etc/hostname")
    hidden = {SECRET, *(hostname.read_text(encoding="utf-8").split() if hostname.exists() else ())}
    everything = {
        "check": outputs(nogrow, folder, "check", "--source"),
        "explain": outputs(nogrow, folder, "explain", "named.wasm", "bad"),
        "run": outputs(nogrow, folder, "run"),
        "search": outputs(nogrow, folder, "run", "--search", "--budget", "0.2", forms=("text",)),
    }
    for command, texts in everything.items():
        for form, text in texts.items():
            assert not [word for word in hidden if word in text], (command, form)
            # The excerpt of /dev/zero would be zeros.
            assert '"excerpts": {"' not in text
            assert "\\x00" not in text


@pytest.mark.parametrize("absolute", [False, True])
def test_source_below_the_working_directory_is_quoted(folder: Path, nogrow: Nogrow, absolute: bool) -> None:
    secret(folder / "own.rs")
    naming(folder, f"{folder}/own.rs" if absolute else "own.rs")
    (folder / "nogrow.toml").write_text(CONTRACT)
    texts = outputs(nogrow, folder, "check", "--source")
    assert {form for form, text in texts.items() if SECRET in text} == set(QUOTING)
    assert SECRET in nogrow("explain", "named.wasm", "bad").output


def test_path_prefix_allows_its_folder(folder: Path, nogrow: Nogrow) -> None:
    working = folder / "working"
    working.mkdir()
    os.chdir(working)
    secret(folder / "own.rs")
    naming(working, "/build/own.rs")
    (working / "nogrow.toml").write_text(CONTRACT)
    prefix = ("--path-prefix", f"/build={folder}")
    # Text and Markdown show the contract's line where the cause is outside of the repository.
    assert SECRET in outputs(nogrow, folder, "check", "--source", *prefix)["html"]
    assert SECRET in nogrow("explain", "named.wasm", "bad", *prefix).output
    elsewhere = ("--path-prefix", f"/build={folder}/working")
    assert SECRET not in nogrow("explain", "named.wasm", "bad", *elsewhere).output
