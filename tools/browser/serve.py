"""Serve the browser host's page over HTTP, on this machine only.

The server provides what the page needs and nothing else: files of known types below `hosts/` and `js/`, built
modules, and the copies of guests.
"""

import contextlib
import errno
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from socket import socket
from urllib.parse import unquote, urlsplit

from nogrow.errors import ToolError
from nogrow.machine.process import Progress
from tools.browser.guest_copies import content_of, original_of

ADDRESS = "127.0.0.1"
PAGE = "/hosts/browser/"
BUILD_FIRST = "nothing is built yet: run `invoke build`"
# `instantiateStreaming` and `import` refuse files of any other type.
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".wasm": "application/wasm",
}
_HEADERS = {
    # Only a page that these two headers isolate gets a SharedArrayBuffer.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Content-Security-Policy": "default-src 'self' data:; script-src 'self' 'wasm-unsafe-eval'",
    "X-Content-Type-Options": "nosniff",
    # The next load shows a guest that was built again.
    "Cache-Control": "no-store",
}
# The page imports the live views from the package.
_SOURCES = (("hosts",), ("js",))
_SECONDS = 30.0


def file_of(root: Path, target: str) -> Path | None:
    """Return the file or copy for a request of `target`, None if there is none that may be served."""
    name = unquote(urlsplit(target).path)
    if name.endswith("/"):
        name += "index.html"
    parts = PurePosixPath(name).parts[1:]
    if any(part.startswith(".") or part == "node_modules" or "\0" in part for part in parts):
        return None
    path = Path(root, *parts)
    kind = path.suffix
    of_hosts = parts[:1] in _SOURCES and kind in _TYPES
    built = len(parts) == 3 and parts[0] == "build" and kind == ".wasm"
    original = original_of(path) if built else path
    inside = original.resolve().is_relative_to(root.resolve())
    return path if (of_hosts or built) and inside and original.is_file() else None


class Handler(BaseHTTPRequestHandler):
    """Answer GET and HEAD requests for the server's files."""

    server: "PageServer"
    protocol_version = "HTTP/1.1"
    server_version = "nogrow"
    sys_version = ""
    timeout = _SECONDS

    def do_GET(self) -> None:
        """Send a file, or a message that it is missing."""
        self._answer(with_content=True)

    def do_HEAD(self) -> None:
        """Send the headers that GET would send."""
        self._answer(with_content=False)

    def log_message(self, format: str, *arguments: object) -> None:
        """Print nothing, because the page itself shows what failed."""

    def _answer(self, *, with_content: bool) -> None:
        status, headers, content = self._response()
        self.send_response(status)
        for name, value in {**_HEADERS, **headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if with_content:
            self.wfile.write(content)

    def _response(self) -> tuple[HTTPStatus, dict[str, str], bytes]:
        if urlsplit(self.path).path == "/":
            return HTTPStatus.FOUND, {"Location": PAGE}, b""
        # For a name that is too long, the system reports an error; there is no such file.
        with contextlib.suppress(OSError):
            path = file_of(self.server.root, self.path)
            if path is not None:
                return HTTPStatus.OK, {"Content-Type": _TYPES[path.suffix]}, content_of(path)
        built = self.path.startswith("/build/")
        message = "not built yet: run `invoke build`\n" if built else "there is no such file\n"
        return HTTPStatus.NOT_FOUND, {"Content-Type": "text/plain; charset=utf-8"}, message.encode()


class PageServer(ThreadingHTTPServer):
    """A server of the project at `root`; port 0 takes any free one."""

    daemon_threads = True

    def __init__(self, root: Path, port: int) -> None:
        """Listen on the loopback address; raises `ToolError` when that is not possible."""
        self.root = root
        try:
            super().__init__((ADDRESS, port), Handler)
        except OverflowError as error:
            raise ToolError(f"invalid port {port}; expected 0 to 65535") from error
        except OSError as error:
            advice = f"; use any free port with `invoke serve --port 0` ({error.strerror})"
            why = "is in use" if error.errno == errno.EADDRINUSE else "cannot be used"
            raise ToolError(f"port {port} of {ADDRESS} {why}{advice}") from error

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: object) -> None:
        """Ignore a page that was closed while it was loading; any other error is an internal one."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        """Return the address of the page."""
        return f"http://{ADDRESS}:{self.server_port}{PAGE}"


def serve(root: Path, port: int, progress: Progress) -> None:
    """Serve the page until Ctrl+C; raises `ToolError` when nothing is built or the port is taken."""
    if not any(root.glob("build/*/*.wasm")):
        raise ToolError(BUILD_FIRST)
    with PageServer(root, port) as server:
        progress(f"{server.url} (Ctrl+C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            progress("ended")
