"""From the `[build]` table of a contract file to a `Plan`: what is built, from what, and where to."""

import posixpath
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from nogrow.contract.document import Table, described, suggestion

DEFAULT_OUTPUT = "build"
DEFAULT_SECONDS = 600
DEFAULT_PROFILES = ("release",)
MANIFEST = "manifest.json"
REPORT = "report.json"
_KEYS = ("output", "profiles", "seconds", "crate", "wat", "command")
# What cargo calls its own profiles, and where it puts what they build.
_CARGO_PROFILES = {"dev": "debug", "test": "debug", "bench": "release"}


class TextSource(NamedTuple):
    """A module in the text format; `path` is relative to the contract file."""

    name: str
    path: PurePosixPath
    profiles: tuple[str, ...] = DEFAULT_PROFILES


class CrateSource(NamedTuple):
    """The library of a crate, built with these features; `path` is the folder of its Cargo.toml.

    `rustflags` are None where the contract says nothing of them.
    """

    name: str
    path: PurePosixPath
    profiles: tuple[str, ...] = DEFAULT_PROFILES
    features: tuple[str, ...] = ()
    default_features: bool = True
    rustflags: tuple[str, ...] | None = None


class CommandSource(NamedTuple):
    """A command that makes the files `outputs`; all paths are relative to the contract file.

    `run` are its words, which no shell reads, and `folder` is where it runs. `inputs` are the files, folders
    and globs that it depends on; without any, nothing is known of that. `tools` are the commands that say
    which versions take part, and `help` is what to do where a program is missing.
    """

    name: str
    run: tuple[str, ...]
    outputs: tuple[PurePosixPath, ...]
    inputs: tuple[str, ...] = ()
    folder: PurePosixPath = PurePosixPath()
    tools: tuple[tuple[str, ...], ...] = ()
    help: str | None = None


class Plan(NamedTuple):
    """What a project builds; `output` is the folder for it, `seconds` the limit for each program's time."""

    output: PurePosixPath = PurePosixPath(DEFAULT_OUTPUT)
    seconds: int = DEFAULT_SECONDS
    texts: tuple[TextSource, ...] = ()
    crates: tuple[CrateSource, ...] = ()
    commands: tuple[CommandSource, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to build."""
        return not (self.texts or self.crates or self.commands)

    def artifact(self, source: TextSource | CrateSource, profile: str) -> PurePosixPath:
        """Where `source` is built to in `profile`, relative to the contract file."""
        return self.output / profile / f"{source.name}.wasm"


def plan_of(table: Table | None) -> Plan:
    """The plan that `table` describes, an empty one for None.

    Raises `ContractError` where it is wrong, and where two sources would be built to the same file.
    """
    if table is None:
        return Plan()
    table.only(_KEYS)
    profiles = _profiles(table, DEFAULT_PROFILES)
    plan = Plan(
        output=_below(table, "output", table.values.get("output", DEFAULT_OUTPUT)),
        seconds=table.integer("seconds", 1) or DEFAULT_SECONDS,
        texts=tuple(_text(one, profiles) for one in table.tables("wat")),
        crates=tuple(_crate(one, profiles) for one in table.tables("crate")),
        commands=tuple(_command(one) for one in table.tables("command")),
    )
    _require_own_places(table, plan)
    return plan


def _text(table: Table, profiles: tuple[str, ...]) -> TextSource:
    table.only(("path", "name", "profiles"))
    path = _path(table, "path", table.name("path", "the path of a .wat file"))
    return TextSource(_name(table, path.stem), path, _profiles(table, profiles))


def _crate(table: Table, profiles: tuple[str, ...]) -> CrateSource:
    table.only(("path", "name", "profiles", "features", "default_features", "rustflags"))
    path = _path(table, "path", table.name("path", "the folder of a Cargo.toml"))
    return CrateSource(
        name=_name(table, path.name),
        path=path,
        profiles=_profiles(table, profiles),
        features=table.strings("features"),
        default_features=table.flag("default_features", True),
        rustflags=table.strings("rustflags") if "rustflags" in table.values else None,
    )


def _command(table: Table) -> CommandSource:
    table.only(("name", "run", "outputs", "inputs", "folder", "tools", "help"))
    name = _name(table, "")
    words = _filled(table, "run", "the program and its arguments, an array of strings")
    outputs = _filled(table, "outputs", "the files that the command makes, an array of paths")
    inputs = table.strings("inputs")
    for index, pattern in enumerate(inputs):
        _path(table, "inputs", pattern, index)
    return CommandSource(
        name=name,
        run=words,
        outputs=tuple(_below(table, "outputs", path, index) for index, path in enumerate(outputs)),
        inputs=inputs,
        folder=_path(table, "folder", table.string("folder") or "."),
        tools=tuple(_tool(table, value, index) for index, value in enumerate(table.array("tools", "tools"))),
        help=table.string("help"),
    )


def _filled(table: Table, key: str, meaning: str) -> tuple[str, ...]:
    table.require(key, meaning)
    values = table.strings(key)
    if not values:
        raise table.error(key, f"expected {meaning}, not an empty array")
    for index, value in enumerate(values):
        if "\0" in value:
            raise table.error(key, "a NUL character can't be passed to a program", index)
    return values


def _tool(table: Table, value: object, index: int) -> tuple[str, ...]:
    words = [value, "--version"] if isinstance(value, str) else value
    if isinstance(words, list) and words:
        texts = tuple(word for word in words if isinstance(word, str) and word and "\0" not in word)
        if len(texts) == len(words):
            return texts
    expected = 'a program such as "clang" or a command such as ["go", "version"]'
    raise table.error("tools", f"expected {expected}, not {described(value)}", index)


def _name(table: Table, default: str) -> str:
    if not default or "name" in table.values:
        table.require("name", "what to call what is built")
    name = table.string("name") if "name" in table.values else default
    if not name or name in (".", "..") or "/" in name or "\\" in name or not name.isprintable():
        raise table.error("name" if "name" in table.values else "path", f"{name!r} can't name a file")
    return name


def _profiles(table: Table, default: tuple[str, ...]) -> tuple[str, ...]:
    if "profiles" not in table.values:
        return default
    profiles = table.strings("profiles")
    if not profiles:
        raise table.error("profiles", "expected at least one profile")
    for index, profile in enumerate(profiles):
        if profile in _CARGO_PROFILES:
            help_ = suggestion(_CARGO_PROFILES[profile], ("debug", "release"))
            raise table.error("profiles", f"cargo's {profile!r} has another name here; {help_}", index)
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*", profile):
            raise table.error(
                "profiles", f"expected a name of letters, digits, - and _, not {profile!r}", index
            )
    return tuple(dict.fromkeys(profiles))


def _path(table: Table, key: str, value: str, *inner: int) -> PurePosixPath:
    if "\0" in value:
        raise table.error(key, "a path can't hold a NUL character", *inner)
    return PurePosixPath(posixpath.normpath(value))


def _below(table: Table, key: str, value: object, *inner: int) -> PurePosixPath:
    """The path of something that is written: never outside the project, and never all of it."""
    if not isinstance(value, str) or not value:
        shown = "an empty string" if value == "" else described(value)
        raise table.error(key, f"expected a string, not {shown}", *inner)
    path = _path(table, key, value, *inner)
    if path.is_absolute() or path.parts[:1] in ((), ("..",)) or not value.isprintable():
        raise table.error(key, f"expected a path below the folder of this file, not {value!r}", *inner)
    return path


def _require_own_places(table: Table, plan: Plan) -> None:
    taken = {plan.output / name: "a file of nogrow's own" for name in (MANIFEST, REPORT)}
    names: set[str] = set()
    for one in table.tables("command"):
        name = one.values["name"]
        if name in names:
            raise one.error("name", f"a second command of the name {name!r}")
        names.add(name)
    for place, who, key, path in _places(table, plan):
        if path in taken:
            raise place.error(key, f"`{path}` is {taken[path]}")
        taken[path] = f"built by {who} already"


def _places(table: Table, plan: Plan) -> Iterator[tuple[Table, str, str, PurePosixPath]]:
    """Each file that is built: the table that says so, which that is, the key, and the path."""
    yield from _modules(table, "wat", plan, plan.texts)
    yield from _modules(table, "crate", plan, plan.crates)
    for inner, command in zip(table.tables("command"), plan.commands, strict=True):
        for path in command.outputs:
            yield inner, f"the command {command.name!r}", "outputs", path


def _modules(
    table: Table, kind: str, plan: Plan, sources: Sequence[TextSource | CrateSource]
) -> Iterator[tuple[Table, str, str, PurePosixPath]]:
    for index, inner in enumerate(table.tables(kind)):
        key = "name" if "name" in inner.values else "path"
        for profile in sources[index].profiles:
            yield inner, f"{kind}#{index + 1}", key, plan.artifact(sources[index], profile)
