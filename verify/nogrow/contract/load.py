"""From a contract file to a `Contract`: every key is known and of its type, or it is an error."""

import enum
import glob
import os
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from nogrow.analysis.judgement import Conditions, Verdict
from nogrow.contract.document import Table, described, read, suggestion
from nogrow.contract.entry_keys import ESCAPED, START, export_key, is_known, is_reserved
from nogrow.contract.model import (
    DEFAULT_ALLOW,
    Allowance,
    ArtifactContract,
    Contract,
    Expectation,
    Host,
    Imports,
    MemoryLimits,
    Policy,
    Private,
    Scenario,
    Tables,
)
from nogrow.contract.paths import has_open_bracket, is_glob, members

if TYPE_CHECKING:
    from nogrow.contract.build_plan import Plan

SCHEMA = 1


def load(path: Path) -> Contract:
    """The contract in the file `path`; raises `ContractError` with file, line and key."""
    document = _document(path)
    # `check` is short, and builds nothing; but a file with a mistake in it is not kept.
    if "build" in document.values:
        _plan(document)
    tables = document.tables("artifact")
    if not tables:
        raise document.error(None, "no [[artifact]]: a contract has to name at least one module")
    artifacts: list[ArtifactContract] = []
    places: set[str] = set()
    for table in tables:
        artifact = _artifact(table)
        place = os.path.abspath(path.parent / artifact.path)  # noqa: PTH100
        if place in places:
            raise table.error("path", f"the artifact `{artifact.path}` has a contract already")
        artifacts.append(artifact)
        places.add(place)
    return Contract(path, tuple(artifacts))


def load_plan(path: Path) -> "Plan":
    """What the contract file `path` says is built; its artifacts are not looked at.

    Raises `ContractError` with file, line and key.
    """
    return _plan(_document(path))


def _document(path: Path) -> Table:
    document = read(path)
    document.require("schema", f"the version of the contract's format, {SCHEMA}")
    if document.integer("schema") != SCHEMA:
        raise document.error("schema", f"expected {SCHEMA}, the only version that this nogrow reads")
    document.only(("schema", "artifact", "build"))
    return document


def _plan(document: Table) -> "Plan":
    from nogrow.contract.build_plan import plan_of

    return plan_of(document.table("build"))


def _artifact(table: Table) -> ArtifactContract:
    table.only(
        (
            "path",
            "js",
            "allow",
            "exports",
            "memory",
            "imports",
            "scenario",
            "stub",
            "wasi",
            "expect",
            "tables",
        )
    )
    host = _host(table)
    return ArtifactContract(
        path=_path(table),
        allow=_verdicts(table, "allow") if "allow" in table.values else DEFAULT_ALLOW,
        exports=_exports(table.table("exports")),
        memory=_memory(table.table("memory")),
        imports=_imports(table.table("imports")),
        scenarios=_scenarios(table, host),
        host=host,
        js=_js(table),
        expect=_expect(table.table("expect")),
        conditions=_conditions(table),
    )


def _js(table: Table) -> tuple[str, ...]:
    files = table.strings("js")
    for index, file in enumerate(files):
        if "\0" in file:
            raise table.error("js", "a path can't hold a NUL character", index)
    folder = glob.escape(str(table.path.parent))
    return tuple(f"{folder}/{file if is_glob(file) else glob.escape(file)}" for file in files)


def _path(table: Table) -> str:
    path = table.name("path", "the path of a module or a glob, relative to the contract file")
    if "\0" in path:
        raise table.error("path", "a path can't hold a NUL character")
    parts = [part for member in members(path) for part in member.split("/")]
    if any("**" in part and part != "**" for part in parts):
        raise table.error("path", "bad glob: `**` has to stand alone between slashes")
    if has_open_bracket(path):
        raise table.error("path", "bad glob: `[` without `]`; write `[[]` for a plain bracket")
    if re.search(r"#[0-9]{10,}$", path):
        raise table.error("path", "no component has a core module of this number")
    return posixpath.normpath(path)


def _verdict(table: Table, key: str, value: object, *inner: int) -> Verdict:
    if not isinstance(value, str):
        raise table.error(key, f"expected a verdict, not {described(value)}", *inner)
    try:
        return Verdict.from_label(value)
    except ValueError:
        help_ = suggestion(value, (verdict.label for verdict in Verdict))
        raise table.error(key, f"unknown verdict {value!r}; {help_}", *inner) from None


def _verdicts(table: Table, key: str) -> tuple[Verdict, ...]:
    values = table.array(key, "verdicts")
    if not values:
        raise table.error(key, "expected at least one verdict")
    verdicts = {_verdict(table, key, value, index) for index, value in enumerate(values)}
    return tuple(sorted(verdicts, key=lambda verdict: verdict.rank))


def _key(table: Table, pattern: str) -> str:
    if is_reserved(pattern) and not is_known(pattern):
        message = (
            f"expected {START}, {ESCAPED} or (func[INDEX]) in parentheses; "
            f"the key for an export of this name is {export_key(pattern)!r}"
        )
        raise table.error(pattern, message)
    return pattern


def _exports(table: Table | None) -> tuple[Allowance, ...]:
    if table is None:
        return ()
    return tuple(Allowance(_key(table, pattern), _verdicts(table, pattern)) for pattern in table.values)


def _expect(table: Table | None) -> tuple[Expectation, ...]:
    if table is None:
        return ()
    if not table.values:
        raise table.error(None, "empty: name an entry point and its verdict, or drop the key")
    return tuple(
        Expectation(_key(table, pattern), _verdict(table, pattern, value))
        for pattern, value in table.values.items()
    )


def _memory(table: Table | None) -> MemoryLimits | None:
    if table is None:
        return None
    table.only(("min_pages", "max_pages", "private"))
    least, most = table.integer("min_pages", 0), table.integer("max_pages", 0)
    if least is None and most is None:
        if "private" in table.values:
            return None
        raise table.error(None, "empty: give min_pages, max_pages or both")
    if least is not None and most is not None and least > most:
        raise table.error("min_pages", f"min_pages {least} is above max_pages {most}: none has that")
    return MemoryLimits(least, most)


def _conditions(table: Table) -> Conditions:
    memory = table.table("memory")
    private = None if memory is None else _choice(memory, "private", "value", Private, Private.IGNORE)
    return Conditions(
        open_tables=_choice(table, "tables", "value", Tables, Tables.ASSUME) is Tables.OPEN,
        private_memories=private is Private.JUDGE,
    )


_Choice = TypeVar("_Choice", bound=enum.Enum)


def _choice(table: Table, key: str, noun: str, choices: type[_Choice], default: _Choice) -> _Choice:
    """Return the choice that `key` names; raises `ContractError` for any other text."""
    word = table.string(key)
    if word is None:
        return default
    known = {choice.value: choice for choice in choices}
    if word not in known:
        raise table.error(key, f"unknown {noun} {word!r}; {suggestion(word, known)}")
    return known[word]


def _imports(table: Table | None) -> Imports:
    if table is None:
        return Imports()
    table.only(("policy", "trusted"))
    policy = _choice(table, "policy", "policy", Policy, Policy.ASSUME)
    trusted = table.strings("trusted")
    for index, pattern in enumerate(trusted):
        if "." not in pattern and "*" not in pattern:
            raise table.error("trusted", f"expected module.field, not {pattern!r}", index)
    return Imports(policy, trusted)


def _host(table: Table) -> Host:
    # `check` is short, and most contracts have neither stubs nor scenarios.
    if not {"stub", "wasi"} & table.values.keys():
        return Host()
    from nogrow.contract.scenario_stubs import host_of

    return host_of(table)


def _scenarios(table: Table, host: Host) -> tuple[Scenario, ...]:
    if "scenario" not in table.values:
        return ()
    from nogrow.contract.scenario_steps import scenario_of

    scenarios: list[Scenario] = []
    for inner in table.tables("scenario"):
        scenario = scenario_of(inner, host)
        if scenario.name in (other.name for other in scenarios):
            raise inner.error("name", f"a second scenario of the name {scenario.name!r}")
        scenarios.append(scenario)
    return tuple(scenarios)
