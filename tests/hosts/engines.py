"""This module calls functions of `tests/hosts/js` in real browsers."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page
    from websockets.sync.client import ClientConnection

ROOT = Path(__file__).parents[2]
_SECONDS = 60


class Engine(Protocol):
    """A page in a browser."""

    def evaluate(self, expression: str) -> object:
        """Return the value of the expression's promise, through JSON."""


def call(engine: Engine, url: str, function: str, *arguments: object) -> Any:  # noqa: ANN401
    """Call `MODULE.FUNCTION` of `tests/hosts/js`, which the page's server has at `url`."""
    module, _, name = function.partition(".")
    json_arguments = ", ".join(map(json.dumps, arguments))
    return engine.evaluate(
        f"import('{url}/hosts/tests/{module}.mjs').then(all => all.{name}({json_arguments}))"
    )


def copied(folder: Path) -> Path:
    """Copy the hosts and the modules of the tests to `folder`, which can then be served."""
    for name in ("hosts", "js"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("node_modules"))
    shutil.copytree(Path(__file__).parent / "js", folder / "hosts" / "tests")
    return folder


class Chromium:
    """A page in Chromium, driven by Playwright."""

    def __init__(self, page: "Page") -> None:
        self.page = page

    def evaluate(self, expression: str) -> object:
        return self.page.evaluate(f"async () => {expression}")


class Firefox:
    """A page in Firefox, driven by WebDriver BiDi."""

    def __init__(self, socket: "ClientConnection") -> None:
        self._socket = socket
        self._ids = count(1)
        self.version = self.command("session.new", capabilities={})["capabilities"]["browserVersion"]
        self._context = self.command("browsingContext.getTree")["contexts"][0]["context"]

    def command(self, method: str, **parameters: object) -> Any:  # noqa: ANN401
        """Send a command and return its result, ignoring events."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            answer = json.loads(self._socket.recv(timeout=_SECONDS))
            if answer.get("id") == number:
                assert answer["type"] == "success", answer
                return answer["result"]

    def goto(self, url: str) -> None:
        """Open `url`."""
        self.command("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def evaluate(self, expression: str) -> object:
        script = f"(async () => JSON.stringify(await {expression}))()"
        target = {"context": self._context}
        answer = self.command("script.evaluate", expression=script, target=target, awaitPromise=True)
        assert answer["type"] == "success", answer["exceptionDetails"]["text"]
        return json.loads(answer["result"].get("value", "null"))


@contextmanager
def firefox(folder: Path) -> Iterator[Firefox]:
    """Start Firefox with a profile in `folder`; skip the test if it is missing."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    if program is None:
        pytest.skip("no Firefox: run apt-get install -y firefox-esr")
    if find_spec("websockets") is None:
        pytest.skip("no websockets: run pip install 'nogrow[dev]'")
    from websockets.sync.client import connect

    words = [program, "--headless", "--no-remote", "--profile", str(folder), "--remote-debugging-port", "0"]
    environ = {**os.environ, "HOME": str(folder)}
    log = folder / "log"
    with log.open("wb") as stream:
        process = subprocess.Popen(words, stderr=stream, stdout=subprocess.DEVNULL, env=environ)
    try:
        with connect(f"{_listening(process, log)}/session", max_size=None) as socket:
            yield Firefox(socket)
    finally:
        process.terminate()
        process.wait(_SECONDS)


def _listening(process: "subprocess.Popen[bytes]", log: Path) -> str:
    """Return the address from the log of Firefox, once it is there."""
    for _ in range(_SECONDS * 10):
        match = re.search(
            r"WebDriver BiDi listening on (ws://\S+)", log.read_text(encoding="utf-8", errors="replace")
        )
        if match is not None:
            return match[1]
        try:
            process.wait(0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    pytest.fail(f"Firefox does not listen: {log.read_text(encoding='utf-8', errors='replace')[-2000:]}")
