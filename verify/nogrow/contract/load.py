"""This module reads contract files and rejects every key and value that it does not know."""

import enum
import glob
import os
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from nogrow.analysis.judgement import Conditions, Verdict
from nogrow.contract.document import read, without_nul
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
from nogrow.util.document import Node, suggestion

if TYPE_CHECKING:
    from nogrow.contract.build_plan import Plan

SCHEMA = 1
_KEYS = (
    *("path", "js", "allow", "exports", "memory", "imports"),
    *("scenario", "stub", "wasi", "expect", "tables"),
)


def load(path: Path) -> Contract:
    """Return the contract in the file `path`; raises `ContractError` with file, line and key."""
    document = _document(path)
    # `check` builds nothing, so it imports the plan only to reject a contract with a mistake in it.
    if "build" in document.object():
        _plan(document)
    tables = document.objects("artifact")
    if not tables:
        raise document.error("no [[artifact]]: a contract must name at least one module")
    artifacts: list[ArtifactContract] = []
    paths: set[str] = set()
    for table in tables:
        artifact = _artifact(table)
        absolute = os.path.abspath(path.parent / artifact.path)  # noqa: PTH100
        if absolute in paths:
            raise table.at("path").error(f"the artifact `{artifact.path}` already has a contract")
        artifacts.append(artifact)
        paths.add(absolute)
    return Contract(path, tuple(artifacts))


def load_plan(path: Path) -> "Plan":
    """Return the build plan in the contract file `path`, without reading its artifacts.

    Raises `ContractError` with file, line and key.
    """
    return _plan(_document(path))


def _document(path: Path) -> Node:
    document = read(path)
    schema = document.at("schema", f"the version of the contract's format, {SCHEMA}")
    if schema.integer(1) != SCHEMA:
        raise schema.error(f"expected {SCHEMA}, the only version that this nogrow can read")
    document.object(("schema", "artifact", "build"))
    return document


def _plan(document: Node) -> "Plan":
    from nogrow.contract.build_plan import plan_of

    return plan_of(document.get("build"))


def _artifact(table: Node) -> ArtifactContract:
    table.object(_KEYS)
    host = _host(table)
    return ArtifactContract(
        path=_path(table),
        allow=table.optional("allow", _verdicts, DEFAULT_ALLOW),
        exports=table.optional("exports", _exports, ()),
        memory=table.optional("memory", _memory, None),
        imports=table.optional("imports", _imports, Imports()),
        scenarios=_scenarios(table, host),
        host=host,
        js=table.optional("js", _js, ()),
        expect=table.optional("expect", _expect, ()),
        conditions=_conditions(table),
    )


def _js(node: Node) -> tuple[str, ...]:
    node.strings()
    files = tuple(without_nul(item, item.text()) for item in node.items())
    folder = glob.escape(str(node.source.path.parent))
    return tuple(f"{folder}/{file if is_glob(file) else glob.escape(file)}" for file in files)


def _path(table: Node) -> str:
    path = table.required("path", "the path of a module or a glob, relative to the contract file")
    node = table.at("path")
    without_nul(node, path)
    parts = [part for member in members(path) for part in member.split("/")]
    if any("**" in part and part != "**" for part in parts):
        raise node.error("bad glob: `**` must stand alone between slashes")
    if has_open_bracket(path):
        raise node.error("bad glob: `[` without `]`; write `[[]` for a literal bracket")
    if re.search(r"#[0-9]{10,}$", path):
        raise node.error("no component has a core module with this number")
    return posixpath.normpath(path)


def _verdict(node: Node) -> Verdict:
    if not isinstance(node.value, str):
        raise node.unexpected("a verdict")
    try:
        return Verdict.from_label(node.value)
    except ValueError:
        known = suggestion(node.value, (verdict.label for verdict in Verdict))
        raise node.error(f"unknown verdict {node.value!r}; {known}") from None


def _verdicts(node: Node) -> tuple[Verdict, ...]:
    verdicts = {_verdict(item) for item in node.items("verdicts")}
    if not verdicts:
        raise node.error("expected at least one verdict")
    return tuple(sorted(verdicts, key=lambda verdict: verdict.rank))


def _key(node: Node, pattern: str) -> str:
    if is_reserved(pattern) and not is_known(pattern):
        message = (
            f"expected {START}, {ESCAPED} or (func[INDEX]) in parentheses; "
            f"the key for an export with this name is {export_key(pattern)!r}"
        )
        raise node.error(message)
    return pattern


def _exports(table: Node) -> tuple[Allowance, ...]:
    return tuple(Allowance(_key(node, pattern), _verdicts(node)) for pattern, node in table.members())


def _expect(table: Node) -> tuple[Expectation, ...]:
    if not table.object():
        raise table.error("empty: name an entry point and its verdict, or remove the key")
    return tuple(Expectation(_key(node, pattern), _verdict(node)) for pattern, node in table.members())


def _memory(table: Node) -> MemoryLimits | None:
    table.object(("min_pages", "max_pages", "private"))
    minimum = table.optional("min_pages", Node.integer, None)
    maximum = table.optional("max_pages", Node.integer, None)
    if minimum is None and maximum is None:
        if table.get("private") is not None:
            return None
        raise table.error("empty: give min_pages, max_pages or both")
    if minimum is not None and maximum is not None and minimum > maximum:
        raise table.at("min_pages").error(f"min_pages {minimum} is above max_pages {maximum}")
    return MemoryLimits(minimum, maximum)


def _conditions(table: Node) -> Conditions:
    tables = table.optional("tables", lambda node: _choice(node, "value", Tables), Tables.ASSUME)
    memory = table.get("memory")
    private = memory and memory.optional("private", lambda node: _choice(node, "value", Private), None)
    return Conditions(open_tables=tables is Tables.OPEN, private_memories=private is Private.JUDGE)


_Choice = TypeVar("_Choice", bound=enum.Enum)


def _choice(node: Node, noun: str, choices: type[_Choice]) -> _Choice:
    """Return the choice that the value names; raises `ContractError` for any other text."""
    word = node.text()
    known = {choice.value: choice for choice in choices}
    if word not in known:
        raise node.error(f"unknown {noun} {word!r}; {suggestion(word, known)}")
    return known[word]


def _imports(table: Node) -> Imports:
    table.object(("policy", "trusted"))
    policy = table.optional("policy", lambda node: _choice(node, "policy", Policy), Policy.ASSUME)
    return Imports(policy, table.optional("trusted", _trusted, ()))


def _trusted(node: Node) -> tuple[str, ...]:
    patterns = node.strings()
    for item in node.items():
        if "." not in item.value and "*" not in item.value:
            raise item.error(f"expected module.field, not {item.value!r}")
    return patterns


def _host(table: Node) -> Host:
    # Most contracts have neither stubs nor scenarios, and `check` must start quickly.
    if not {"stub", "wasi"} & table.object().keys():
        return Host()
    from nogrow.contract.scenario_stubs import host_of

    return host_of(table)


def _scenarios(table: Node, host: Host) -> tuple[Scenario, ...]:
    if "scenario" not in table.object():
        return ()
    from nogrow.contract.scenario_steps import scenario_of

    scenarios: dict[str, Scenario] = {}
    for inner in table.objects("scenario"):
        scenario = scenario_of(inner, host)
        if scenario.name in scenarios:
            raise inner.at("name").error(f"a second scenario with the name {scenario.name!r}")
        scenarios[scenario.name] = scenario
    return tuple(scenarios.values())
