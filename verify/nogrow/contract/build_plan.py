"""This module reads the `[build]` table of a contract file: the sources, the commands and the outputs."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from nogrow.contract.tomlfile import without_nul
from nogrow.util.document import Node, suggestion

DEFAULT_OUTPUT = "build"
DEFAULT_SECONDS = 600
DEFAULT_PROFILES = ("release",)
MANIFEST = "manifest.json"
REPORT = "report.json"
_KEYS = ("output", "profiles", "seconds", "crate", "wat", "command")
_RUN = "the program and its arguments, an array of strings"
_OUTPUTS = "the files that the command makes, an array of paths"
# The names of cargo's built-in profiles, and the folders that cargo builds them to.
_CARGO_PROFILES = {"dev": "debug", "test": "debug", "bench": "release"}


class TextSource(NamedTuple):
    """A module in the text format; `path` is relative to the contract file."""

    name: str
    path: PurePosixPath
    profiles: tuple[str, ...] = DEFAULT_PROFILES


class CrateSource(NamedTuple):
    """The library of a crate, built with these features; `path` is the folder of its Cargo.toml.

    `rustflags` is None if the contract does not set it.
    """

    name: str
    path: PurePosixPath
    profiles: tuple[str, ...] = DEFAULT_PROFILES
    features: tuple[str, ...] = ()
    default_features: bool = True
    rustflags: tuple[str, ...] | None = None


class CommandSource(NamedTuple):
    """A command that makes the files `outputs`; all paths are relative to the contract file.

    `run` is the program with its arguments, which is run in `folder` without a shell. `inputs` are the files,
    folders and globs that the command depends on; without them, its dependencies are unknown. `tools` are
    commands that print the versions of the tools used, and `help` tells how to install a missing program.
    """

    name: str
    run: tuple[str, ...]
    outputs: tuple[PurePosixPath, ...]
    inputs: tuple[str, ...] = ()
    folder: PurePosixPath = PurePosixPath()
    tools: tuple[tuple[str, ...], ...] = ()
    help: str | None = None


class Plan(NamedTuple):
    """The sources that a project builds into the folder `output`; each program may run for `seconds`."""

    output: PurePosixPath = PurePosixPath(DEFAULT_OUTPUT)
    seconds: int = DEFAULT_SECONDS
    texts: tuple[TextSource, ...] = ()
    crates: tuple[CrateSource, ...] = ()
    commands: tuple[CommandSource, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to build."""
        return not (self.texts or self.crates or self.commands)

    def artifact(self, source: TextSource | CrateSource, profile: str) -> PurePosixPath:
        """Return the path that `source` is built to in `profile`, relative to the contract file."""
        return self.output / profile / f"{source.name}.wasm"


def plan_of(table: Node | None) -> Plan:
    """Return the plan that `table` describes, an empty one for None."""
    if table is None:
        return Plan()
    table.object(_KEYS)
    profiles = table.optional("profiles", _profiles, DEFAULT_PROFILES)
    plan = Plan(
        output=table.optional("output", _below, PurePosixPath(DEFAULT_OUTPUT)),
        seconds=table.optional("seconds", lambda node: node.integer(1), DEFAULT_SECONDS),
        texts=tuple(_text(inner, profiles) for inner in table.objects("wat")),
        crates=tuple(_crate(inner, profiles) for inner in table.objects("crate")),
        commands=tuple(map(_command, table.objects("command"))),
    )
    table.require_distinct("command", "name", "command with the name")
    _require_distinct_outputs(table, plan)
    return plan


def _text(table: Node, profiles: tuple[str, ...]) -> TextSource:
    table.object(("path", "name", "profiles"))
    path = _source_path(table, "the path of a .wat file")
    return TextSource(_name(table, path.stem), path, table.optional("profiles", _profiles, profiles))


def _crate(table: Node, profiles: tuple[str, ...]) -> CrateSource:
    table.object(("path", "name", "profiles", "features", "default_features", "rustflags"))
    path = _source_path(table, "the folder of a Cargo.toml")
    return CrateSource(
        name=_name(table, path.name),
        path=path,
        profiles=table.optional("profiles", _profiles, profiles),
        features=table.optional("features", Node.strings, ()),
        default_features=table.optional("default_features", Node.flag, True),
        rustflags=table.optional("rustflags", Node.strings, None),
    )


def _command(table: Node) -> CommandSource:
    table.object(("name", "run", "outputs", "inputs", "folder", "tools", "help"))
    return CommandSource(
        name=_name(table, ""),
        run=_run(table.at("run", _RUN)),
        outputs=_outputs(table.at("outputs", _OUTPUTS)),
        inputs=table.optional("inputs", _paths, ()),
        folder=table.optional("folder", _path, PurePosixPath()),
        tools=table.optional("tools", lambda node: tuple(map(_tool, node.items("tools"))), ()),
        help=table.optional("help", Node.text, None),
    )


def _run(node: Node) -> tuple[str, ...]:
    words = node.strings()
    if not words:
        raise node.error(f"expected {_RUN}, not an empty array")
    for item in node.items():
        if "\0" in item.value:
            raise item.error("a NUL character can't be passed to a program")
    return words


def _paths(node: Node) -> tuple[str, ...]:
    node.strings()
    return tuple(map(without_nul, node.items()))


def _outputs(node: Node) -> tuple[PurePosixPath, ...]:
    if not _paths(node):
        raise node.error(f"expected {_OUTPUTS}, not an empty array")
    return tuple(map(_below, node.items()))


def _tool(node: Node) -> tuple[str, ...]:
    words = [node.value, "--version"] if isinstance(node.value, str) else node.value
    is_list = isinstance(words, list) and bool(words)
    if not is_list or not all(isinstance(word, str) and word and "\0" not in word for word in words):
        raise node.unexpected('a program such as "clang" or a command such as ["go", "version"]')
    return tuple(words)


def _name(table: Node, default: str) -> str:
    if not default:
        table.at("name", "the name of the result")
    name = table.optional("name", Node.text, default)
    if not name or name in (".", "..") or "/" in name or "\\" in name or not name.isprintable():
        raise (table.get("name") or table.at("path")).error(f"{name!r} can't name a file")
    return name


def _profiles(node: Node) -> tuple[str, ...]:
    profiles = node.strings()
    if not profiles:
        raise node.error("expected at least one profile")
    for profile, item in zip(profiles, node.items(), strict=True):
        if profile in _CARGO_PROFILES:
            hint = suggestion(_CARGO_PROFILES[profile], ("debug", "release"))
            raise item.error(f"cargo's {profile!r} has another name here; {hint}")
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*", profile):
            raise item.error(f"expected a name of letters, digits, - and _, not {profile!r}")
    return tuple(dict.fromkeys(profiles))


def _source_path(table: Node, meaning: str) -> PurePosixPath:
    table.required("path", meaning)
    return _path(table.at("path"))


def _path(node: Node) -> PurePosixPath:
    return PurePosixPath(posixpath.normpath(without_nul(node)))


def _below(node: Node) -> PurePosixPath:
    """Return the path of an output, which must not be outside the project, nor all of it."""
    text = node.filled()
    path = _path(node)
    if path.is_absolute() or path.parts[:1] in ((), ("..",)) or not text.isprintable():
        raise node.error(f"expected a path below the folder of this file, not {text!r}")
    return path


def _require_distinct_outputs(table: Node, plan: Plan) -> None:
    taken = {plan.output / name: "a file that nogrow writes itself" for name in (MANIFEST, REPORT)}
    for node, source, path in _built_files(table, plan):
        if path in taken:
            raise node.error(f"`{path}` is {taken[path]}")
        taken[path] = f"already built by {source}"


def _built_files(table: Node, plan: Plan) -> Iterator[tuple[Node, str, PurePosixPath]]:
    """Yield each file that is built: the value that names it, what messages call its source, and the path."""
    kinds: tuple[tuple[str, Sequence[TextSource | CrateSource]], ...] = (
        ("wat", plan.texts),
        ("crate", plan.crates),
    )
    for kind, sources in kinds:
        for number, (inner, source) in enumerate(zip(table.objects(kind), sources, strict=True), 1):
            node = inner.get("name") or inner.at("path")
            yield from ((node, f"{kind}#{number}", plan.artifact(source, name)) for name in source.profiles)
    for inner, command in zip(table.objects("command"), plan.commands, strict=True):
        node = inner.at("outputs")
        yield from ((node, f"the command {command.name!r}", path) for path in command.outputs)
