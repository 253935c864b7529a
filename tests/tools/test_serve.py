"""Test which files the browser host's server provides, with which types, and which it refuses."""

import http.client
from collections.abc import Iterator
from pathlib import Path

import pytest
from invoke.context import MockContext
from invoke.exceptions import Exit
from tools.browser import serve
from tools.browser.browse import served
from tools.browser.guest_copies import GROWING, PAGES, SEALED
from tools.browser.serve import BUILD_FIRST, Handler, PageServer

from nogrow.errors import ToolError
from nogrow.rewrite.stress import stressed
from nogrow.wasm.decode import decode
from tests.machine.fakes import collect
from tests.support.modules import GROWING_WASM, QUIET_WASM, assemble
from tools import tasks

FILES = {
    "hosts/browser/index.html": b"page",
    "hosts/browser/page.css": b"style",
    "hosts/browser/client.mjs": b"script",
    "js/nogrow-views/index.mjs": b"views",
    "build/debug/a.wasm": b"\0asm",
    "hosts/browser/.hidden.mjs": b"secret",
    "hosts/.git/a.mjs": b"secret",
    "js/nogrow-views/node_modules/a/a.mjs": b"secret",
    "js/nogrow-views/notes.txt": b"secret",
    "build/manifest.json": b"secret",
    "build/cargo/a/wasm32/a.wasm": b"secret",
    "verify/a.mjs": b"secret",
    "nogrow.toml": b"secret",
}


@pytest.fixture
def server(tmp_path: Path) -> Iterator[PageServer]:
    root = tmp_path / "project"
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    (tmp_path / "outside.mjs").write_bytes(b"secret")
    (root / "hosts/link.mjs").symlink_to(tmp_path / "outside.mjs")
    with served(root) as server:
        yield server


def ask(server: PageServer, target: str, method: str = "GET") -> tuple[int, http.client.HTTPMessage, bytes]:
    """Request `target` unchanged; a browser would normalise it first."""
    connection = http.client.HTTPConnection(serve.ADDRESS, server.server_port, timeout=30)
    connection.putrequest(method, target, skip_host=False)
    connection.endheaders()
    response = connection.getresponse()
    answer = response.status, response.headers, response.read()
    connection.close()
    return answer


@pytest.mark.parametrize(
    ("target", "kind", "content"),
    [
        ("/hosts/browser/", "text/html; charset=utf-8", b"page"),
        ("/hosts/browser/index.html", "text/html; charset=utf-8", b"page"),
        ("/hosts/browser/?guest=greeting&view=kept", "text/html; charset=utf-8", b"page"),
        ("/hosts/browser/page.css", "text/css; charset=utf-8", b"style"),
        ("/hosts/browser/client.mjs", "text/javascript; charset=utf-8", b"script"),
        ("/hosts/browser/%63lient.mjs", "text/javascript; charset=utf-8", b"script"),
        ("/js/nogrow-views/index.mjs", "text/javascript; charset=utf-8", b"views"),
        ("/build/debug/a.wasm", "application/wasm", b"\0asm"),
    ],
)
def test_files_have_the_types_that_browsers_need(
    server: PageServer, target: str, kind: str, content: bytes
) -> None:
    status, headers, body = ask(server, target)
    assert (status, headers["Content-Type"], body) == (200, kind, content)
    assert ask(server, target, "HEAD")[2] == b""
    assert ask(server, target, "HEAD")[1]["Content-Length"] == str(len(content))


@pytest.mark.parametrize(
    "target",
    [
        "/nogrow.toml",
        "/verify/a.mjs",
        "/hosts/../verify/a.mjs",
        "/hosts/%2e%2e/verify/a.mjs",
        "/hosts/..%2fverify/a.mjs",
        "/hosts/browser/../../../outside.mjs",
        "/hosts//../../outside.mjs",
        "/hosts/link.mjs",
        "/hosts/browser/.hidden.mjs",
        "/hosts/.git/a.mjs",
        "/js/nogrow-views/node_modules/a/a.mjs",
        "/js/nogrow-views/notes.txt",
        "/hosts/browser",
        "/js/nogrow-views/",
        "/build/manifest.json",
        "/build/cargo/a/wasm32/a.wasm",
        "/hosts/a%00.mjs",
        f"/hosts/{'a' * 5000}.mjs",
        "//hosts/browser/client.css",
    ],
)
def test_nothing_else_is_served(server: PageServer, target: str) -> None:
    status, headers, body = ask(server, target)
    assert (status, headers["Content-Type"]) == (404, "text/plain; charset=utf-8")
    assert b"secret" not in body


def test_root_redirects_to_the_page(server: PageServer) -> None:
    status, headers, _ = ask(server, "/")
    assert (status, headers["Location"]) == (302, "/hosts/browser/")


def test_missing_module_says_how_to_build_it(server: PageServer) -> None:
    status, _, body = ask(server, "/build/release/a.wasm")
    assert (status, body) == (404, b"not built yet: run `invoke build`\n")


def test_page_is_isolated_and_not_cached(server: PageServer) -> None:
    for target in ("/", "/hosts/browser/", "/nothing"):
        headers = ask(server, target)[1]
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
        assert headers["Cache-Control"] == "no-store"


def test_server_listens_on_this_machine_only(server: PageServer) -> None:
    assert server.server_address[0] == "127.0.0.1"


def test_other_methods_are_refused(server: PageServer) -> None:
    assert ask(server, "/hosts/browser/", "DELETE")[0] == 501


def test_busy_port_is_one_line(server: PageServer) -> None:
    with pytest.raises(ToolError) as caught:
        PageServer(server.root, server.server_port)
    said = str(caught.value)
    assert said.startswith(f"port {server.server_port} of 127.0.0.1 is in use; ")
    assert "invoke serve --port 0" in said


@pytest.mark.parametrize("port", [65536, -1])
def test_invalid_port_is_one_line(tmp_path: Path, port: int) -> None:
    with pytest.raises(ToolError, match=f"invalid port {port}; expected 0 to 65535"):
        PageServer(tmp_path, port)


def test_missing_build_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=BUILD_FIRST):
        serve.serve(tmp_path, 0, print)


def test_ctrl_c_ends_the_server_without_a_traceback(
    server: PageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(self: PageServer) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(PageServer, "serve_forever", interrupt)
    lines: list[str] = []
    serve.serve(server.root, 0, collect(lines))
    assert lines[0].startswith("http://127.0.0.1:")
    assert lines[1:] == ["ended"]


def test_page_closed_while_loading_is_no_error(
    server: PageServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def break_off(self: Handler) -> None:
        raise ConnectionResetError

    monkeypatch.setattr(Handler, "do_GET", break_off)
    with pytest.raises(http.client.RemoteDisconnected):
        ask(server, "/hosts/browser/")
    assert capsys.readouterr().err == ""


def test_task_accepts_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    ports: list[int] = []

    def refuse(root: Path, port: int, progress: object) -> None:
        ports.append(port)
        raise ToolError("the port is in use")

    monkeypatch.setattr(tasks, "serve_page", refuse)
    for arguments in ({}, {"port": 9000}):
        with pytest.raises(Exit, match="the port is in use"):
            tasks.serve(MockContext(), **arguments)
    assert ports == [8080, 9000]


def test_stressed_copy_of_each_guest_is_served(server: PageServer) -> None:
    assert ask(server, "/build/release/b.stressed.wasm")[0] == 404
    (server.root / "build/release").mkdir()
    (server.root / "build/release/b.wasm").write_bytes(GROWING_WASM)
    (server.root / "build/release" / GROWING).write_bytes(QUIET_WASM)
    status, headers, body = ask(server, "/build/release/b.stressed.wasm")
    assert (status, headers["Content-Type"]) == (200, "application/wasm")
    assert body == stressed(GROWING_WASM).data
    sealed = ask(server, f"/build/release/{SEALED}")[2]
    copy = SEALED.removesuffix(".wasm") + ".stressed.wasm"
    assert ask(server, f"/build/release/{copy}")[2] == sealed
    assert ask(server, "/hosts/browser/client.stressed.wasm")[0] == 404


def test_sealed_copy_of_the_growing_guest_is_served(server: PageServer) -> None:
    assert ask(server, f"/build/release/{SEALED}")[0] == 404
    (server.root / "build/release").mkdir()
    wat = '(module (memory (export "memory") 1) (func (drop (memory.grow (i32.const 1)))))'
    (server.root / "build/release" / GROWING).write_bytes(assemble(wat))
    status, headers, body = ask(server, f"/build/release/{SEALED}")
    assert (status, headers["Content-Type"]) == (200, "application/wasm")
    assert decode(body).memories[0].minimum == PAGES
    assert [path.name for path in (server.root / "build/release").iterdir()] == [GROWING]
