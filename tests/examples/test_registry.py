"""Tests that the example judges the packages of a registry, whatever they contain, and can be continued."""

import base64
import gzip
import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.project.conftest import ROOT
from tests.support.archives import tar_of
from tests.support.modules import GROWING_WASM, QUIET_WASM

for package in ("distributed", "fsspec", "aiohttp", "pyarrow", "duckdb"):
    pytest.importorskip(package, reason=f"the example needs {package}")
EXAMPLE = ROOT / "examples" / "registry"
BOMB = 300 << 20
PACKAGES = {
    "growing": {"package/a.wasm": GROWING_WASM, "package/index.js": b"export {}"},
    "@scope/quiet": {"package/a.wasm": QUIET_WASM, "package/b.wasm": QUIET_WASM},
    "broken": {"package/a.wasm": QUIET_WASM[:-3]},
    "plain": {"package/index.js": b"export {}"},
    "escaping": {"../../outside.wasm": GROWING_WASM},
}


class Registry(BaseHTTPRequestHandler):
    """A registry that serves archives by the names of their packages."""

    def __init__(self, archives: dict[str, bytes], fetched: list[str], *rest: Any) -> None:  # noqa: ANN401
        self.archives, self.fetched = archives, fetched
        super().__init__(*rest)

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        name, _, last = unquote(self.path)[1:].rpartition("/")
        archive = self.archives.get(name)
        if archive is None:
            self.send_error(404)
            return
        body = archive
        if last == "latest":
            digest = hashlib.sha512(b"other" if name == "tampered" else archive).digest()
            at = f"http://{self.headers['host']}/{name}/archive"
            dist = {"tarball": at, "integrity": f"sha512-{base64.b64encode(digest).decode()}"}
            body = json.dumps({"version": "1.0.0", "dist": dist}).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.fetched.append(name)
            self.wfile.write(body)


@pytest.fixture
def registry() -> Iterator[tuple[str, list[str]]]:
    archives = {name: gzip.compress(tar_of(files)) for name, files in PACKAGES.items()}
    archives["tampered"] = archives["growing"]
    archives["bomb"] = gzip.compress(tar_of({"package/a.wasm": bytes(BOMB)}))
    fetched: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Registry, archives, fetched)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", fetched
        server.shutdown()


def judged(folder: Path, registry: str, names: Sequence[str]) -> "subprocess.CompletedProcess[str]":
    (folder / "names").write_text("\n".join(names))
    program = [sys.executable, str(EXAMPLE / "judge.py"), "names", "out", "--workers", "1"]
    command = [*program, "--registry", registry]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)


def table(folder: Path, name: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = import_module("pyarrow.parquet").read_table(folder / name).to_pylist()
    return rows


@pytest.mark.exhaustive
def test_packages_are_judged_once_whatever_they_contain(
    registry: tuple[str, list[str]], tmp_path: Path
) -> None:
    address, fetched = registry
    names = [*PACKAGES, "bomb", "tampered", "missing"]
    done = judged(tmp_path, address, names)
    assert done.returncode == 1
    assert "tampered: FetchError: the archive is not the one that the registry describes" in done.stderr
    assert "missing: FileNotFoundError: " in done.stderr
    assert "Traceback" not in done.stderr
    packages = {row["name"]: row for row in table(tmp_path / "out", "packages")}
    assert packages.keys() == {*PACKAGES, "bomb"}
    assert {name for name, row in packages.items() if row["problem"]} == {"bomb", "escaping"}
    modules = table(tmp_path / "out", "modules")
    assert sorted((row["package"], row["path"], row["verdict"]) for row in modules if row["verdict"]) == [
        ("@scope/quiet", "package/a.wasm", "absent"),
        ("@scope/quiet", "package/b.wasm", "absent"),
        ("growing", "package/a.wasm", "reachable"),
    ]
    assert [row["package"] for row in modules if row["reason"]] == ["broken"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["names", "out"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["modules", "packages"]

    fetched.clear()
    assert judged(tmp_path, address, names).returncode == 1
    assert set(fetched) == {"tampered"}
    assert len(table(tmp_path / "out", "packages")) == len(packages)

    command = [sys.executable, str(EXAMPLE / "summary.py"), str(tmp_path / "out")]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout
    assert "| absent | 2 | 1 | 1 |" in shown
    assert "| reachable | 1 | 1 | 1 |" in shown
