"""Run nogrow's commands on a built guest, and compare what they say and write with what Node sees."""

import base64
import json
import os
import re
import shutil
import sys
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from nogrow.analysis.judgement import Verdict
from nogrow.errors import ToolError
from nogrow.machine.process import Completed, run
from tools.toolchains.compilers import Built
from tools.toolchains.rows import PAGES

SIZES = (1, 1 << 20, 1 << 27)
"""The bytes that are allocated one after the other; the last are more than a copy reserves."""
MARK = "THE LINE"
FAILED = "does not start"
MISSED = "misses a view that is too short"
_SECONDS = 300.0
# What scenarios do not support, as the documentation says.
_LIMITS = ("shared memory", "legacy_exceptions")
_EMBEDDED = re.compile(rb"data:application/(?:octet-stream|wasm);base64,([A-Za-z0-9+/=]{64,})")


class Call(NamedTuple):
    """How `take(size)` ended, whether the host's view survived, and the bytes of the memory after it."""

    size: int
    result: str
    same: bool
    bytes: int


class Seen(NamedTuple):
    """What Node saw: the calls, and the name of `take` among the module's exports. `problem` if it failed."""

    calls: tuple[Call, ...] = ()
    entry: str = "take"
    problem: str | None = None

    @property
    def detached(self) -> bool:
        """Whether a call replaced the memory's buffer."""
        return not all(call.same for call in self.calls)

    @property
    def grew(self) -> bool:
        """Whether the memory has another size at the end than after the first call, or a view was lost."""
        return self.detached or len({call.bytes for call in self.calls}) > 1

    def __str__(self) -> str:
        return self.problem or ", ".join(call.result for call in self.calls)


class Cell(NamedTuple):
    """A cell of the table; `fails` says that nogrow did not do what it promises."""

    text: str
    fails: bool = False


class Guest:
    """A built guest, and nogrow's commands on it."""

    def __init__(self, root: Path, built: Built) -> None:
        """Take the module out of the glue if a single-file build left it there."""
        self.root, self.built = root, built
        if not built.module.is_file() and built.glue is not None:
            match = _EMBEDDED.search(built.glue.read_bytes())
            if match is None:
                raise ToolError(f"{built.glue.name} embeds no module")
            built.module.write_bytes(base64.b64decode(match[1]))
        self.seen = self.run()

    def run(self, module: Path | None = None, pages: int | None = None) -> Seen:
        """Load the guest in Node, perhaps with a sealed copy in its place, and call `take`."""
        built = self.built
        glue = None if built.glue is None else str(built.glue)
        request: dict[str, object] = {
            "module": str(module or built.module),
            "kind": built.kind,
            "glue": glue,
            "sizes": SIZES,
        }
        request |= {} if pages is None else {"pages": pages}
        host = self.root / "tests/toolchains/host.mjs"
        done = run(
            ["node", "--no-warnings", host, json.dumps(request)], seconds=_SECONDS, folder=built.folder
        )
        lines = done.stdout.splitlines()
        if done.exit_code or not lines or not lines[-1].startswith("{"):
            complaint = (done.stderr.strip() or done.stdout.strip()).splitlines()
            error = next((line for line in complaint if "rror" in line), "")
            return Seen(problem=f"{FAILED}: {error.strip()[:80]}")
        answer: dict[str, Any] = json.loads(lines[-1])
        if "problem" in answer:
            return Seen(problem=str(answer["problem"]))
        calls = tuple(Call(**call) for call in answer["calls"])
        return Seen(calls, str(answer.get("entry") or "take"))

    @property
    def is_shared(self) -> bool:
        """Whether the memory is shared by threads."""
        return self.built.glue is not None and b"PThread" in self.built.glue.read_bytes()

    @property
    def glue(self) -> list[str]:
        """The options that pass the glue to nogrow."""
        built = self.built
        return ["--js", str(built.glue)] if built.glue is not None and built.kind != "go" else []

    def nogrow(self, *words: str, folder: Path | None = None) -> Completed:
        """Run a command of nogrow in the folder of the guest, or in another one."""
        command = [sys.executable, "-m", "nogrow", *words]
        return run(command, seconds=_SECONDS, folder=folder or self.built.folder, environ=_environ(self.root))

    def verdict(self, module: Path | None = None) -> Verdict | None:
        """Return the verdict on `take`, None if the module is not judged."""
        done = self.nogrow("check", str(module or self.built.module), *self.glue, "--format", "json")
        report = json.loads(done.stdout)
        for artifact in report["artifacts"]:
            for entry in artifact.get("entries", ()):
                if entry["name"] == self.seen.entry:
                    return next(verdict for verdict in Verdict if verdict.label == entry["verdict"])
        return None

    @cached_property
    def explained(self) -> str:
        """The text of `explain` on `take`, as one line without wrapping."""
        done = self.nogrow("explain", str(self.built.module), self.seen.entry, *self.glue)
        return " ".join(done.stdout.split())


def _environ(root: Path) -> dict[str, str]:
    return {**os.environ, "COLUMNS": "400", "PYTHONPATH": str(root / "verify")}


def verdict(guest: Guest, found: Verdict | None, growing: bool) -> Cell:
    """Compare the verdict on `take` with what Node saw."""
    if guest.seen.problem:
        return Cell(guest.seen.problem, fails=True)
    if found is None:
        return Cell("not judged", fails=True)
    if guest.seen.grew != growing:
        return Cell(f"{found.label}; Node: {guest.seen}", fails=True)
    return Cell(found.label, fails=growing and not found.grows)


def named_lines(programs: Path, program: str) -> list[str]:
    """Return how `explain` may name the lines that grow the memory, or the first line of their function.

    Optimisers drop the lines of calls, and then the line of the function is the nearest one.
    """
    lines = (programs / program).read_text("utf-8").splitlines()
    marked = [number for number, text in enumerate(lines, 1) if MARK in text]
    names = sorted({program, f"guest{Path(program).suffix}"})
    return [f"{name}:{number}" for number in (*marked, marked[0] - 1) for name in names]


def line(guest: Guest, positions: Sequence[str]) -> Cell:
    """Check that `explain` names one of the positions."""
    text = guest.explained
    found = next((position for position in positions if f"{position}:" in text or f"{position} " in text), "")
    return Cell(found or f"not {positions[0]}", fails=not found)


def named(guest: Guest) -> Cell:
    """Check that `explain` names the user's function, or says how to keep names."""
    text = guest.explained
    if "to see more:" in text:
        return Cell("says how to keep names")
    names = re.search(r"because [^=]*`[^`]*(filled|take)[^`]*`|in `[^`]*(filled|take)[^`]*`", text)
    return Cell("the function", fails=names is None)


def sealed(guest: Guest, mode: str, growing: bool) -> Cell:
    """Seal the module, load the copy, and check what the mode promises."""
    copy = guest.built.folder / f"{mode}.wasm"
    copy.unlink(missing_ok=True)
    pages = ["--pages", str(PAGES)] if mode == "reserve" else []
    done = guest.nogrow("seal", str(guest.built.module), "-o", str(copy), "--mode", mode, *pages)
    if done.exit_code:
        reason = done.stderr.partition("not sealed: ")[2].partition(",")[0].strip()
        refused = done.exit_code == 4 and reason != "" and not copy.exists()
        return Cell(f"refused: {reason or _last(done)}", fails=not refused)
    supplied = re.search(r"new WebAssembly\.Memory\(\{ initial: (\d+)", done.stdout)
    seen = guest.run(copy, int(supplied[1]) if supplied else None)
    if seen.problem:
        return Cell(seen.problem, fails=mode == "reserve")
    results = [call.result for call in seen.calls]
    if mode == "reserve":
        fits = growing or results[0] == "works"
        works = not seen.grew and (not growing or results[:2] == ["works", "works"])
        return Cell(f"{seen}", fails=not (fits and works))
    by_host = mode in ("deny", "trap") and "the host can still grow" in done.stdout
    return Cell(f"{seen}{'; grows' if seen.grew else ''}", fails=seen.grew and not by_host)


def drafted(guest: Guest) -> Cell:
    """Check that the contract which `init` writes is kept."""
    folder = guest.built.folder / "drafted"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    files = [guest.built.module, *([guest.built.glue] if guest.built.glue else [])]
    for file in files:
        shutil.copy(file, folder)
    done = guest.nogrow("init", folder=folder)
    if done.exit_code:
        return Cell(f"init: {_last(done)}", fails=True)
    done = guest.nogrow("check", folder=folder)
    if done.exit_code:
        return Cell(f"check: {_last(done)}", fails=True)
    marks = (folder / "nogrow.toml").read_text("utf-8").count("# tighten")
    return Cell(f"kept, {marks} to tighten" if marks else "kept")


def searched(guest: Guest) -> Cell:
    """Check that `run --search` works with the drafted contract; `drafted` has written it."""
    folder = guest.built.folder / "drafted"
    done = guest.nogrow("run", "--search", "--budget", "0.5", guest.built.module.name, folder=folder)
    text = done.stdout
    if done.exit_code or "Traceback" in done.stderr:
        return Cell(f"exit code {done.exit_code}: {_last(done)}", fails=True)
    for phrase, cell in (
        ("nothing to search", "nothing to search"),
        ("`: grows the memory, found", "found"),
        ("no growth found", "none found"),
    ):
        if phrase in text:
            return Cell(cell)
    reason = text.strip().splitlines()[0].rpartition("not searched: ")[2] if text.strip() else "no output"
    limit = next((limit for limit in _LIMITS if limit in reason), "")
    return Cell(f"not searched: {limit or reason[:100]}", fails=not limit)


def hosted(guest: Guest, found: Verdict | None) -> Cell:
    """Check that `host` is quiet on the glue, reports a kept view where it has to, and accepts a new one."""
    built = guest.built
    hosts = guest.root / "tests/toolchains/hosts"
    # A growth of shared memory detaches nothing; the option reports that the view is too short.
    shared = guest.is_shared
    options = ["--stale-length"] if shared else []
    rule = "NG013" if shared else "NG012"
    grows = found is not None and not found.at_most(Verdict.TRAP_ONLY)
    words = []
    if built.glue is not None:
        done = guest.nogrow("host", str(built.glue), "--module", str(built.module))
        if done.exit_code:
            return Cell(f"glue: {_last(done)}", fails=True)
        words.append("glue quiet")
    for name, expected in (("kept", grows), ("live", False)):
        host = _host_of(built, name)
        shutil.copy(hosts / host, built.folder)
        glue = [str(built.glue)] if built.glue is not None and built.kind != "go" else []
        command = ["host", host, *glue, "--module", str(built.module), *options]
        reported, how = _reports(guest, command, rule, host), ""
        if expected and not reported:
            reported, how = _reports(guest, [*command, "--strict"], rule, host), " with --strict"
        if shared and expected and not reported:
            # A known limit, which docs/toolchains.md states: such views are detached by no growth.
            words.append(MISSED)
            continue
        words.append(f"{name} view {'reported' if reported else 'accepted'}{how}")
        if reported != expected:
            return Cell(words[-1], fails=True)
    return Cell(", ".join(words))


def _reports(guest: Guest, command: Sequence[str], rule: str, file: str) -> bool:
    text = guest.nogrow(*command).stdout
    return f"[{rule}]" in text and f"--> {file}:" in text


def _host_of(built: Built, name: str) -> str:
    kinds = {"esm": f"factory_{name}.mjs", "factory": f"factory_{name}.cjs"}
    return kinds.get(built.kind, f"emscripten_{name}.cjs" if built.kind == "emscripten" else f"{name}.mjs")


def _last(done: Completed) -> str:
    lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
    return lines[-1][:120] if lines else f"exit code {done.exit_code}"
