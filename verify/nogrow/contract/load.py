"""This module reads contract files.

It rejects every key and value that it does not know, with a `ContractError` that names file, line and key.
"""

import glob
import posixpath
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from nogrow.analysis.assumptions import REFERENCES, TABLE_PREFIX
from nogrow.analysis.judgement import Conditions, Verdict
from nogrow.contract.model import (
    DEFAULT_ALLOW,
    VERDICTS,
    Allowance,
    ArtifactContract,
    Contract,
    Expectation,
    Host,
    Imports,
    MemoryLimits,
    Scenario,
    Seal,
    ViewRules,
)
from nogrow.contract.patterns import (
    ESCAPED,
    START,
    export_key,
    has_open_bracket,
    is_glob,
    is_unknown_key,
    members,
)
from nogrow.contract.tomlfile import of_mapping, read, without_nul
from nogrow.util.document import Node
from nogrow.util.paths import absolute, joined, native, slashed

if TYPE_CHECKING:
    from nogrow.contract.build_plan import Plan

SCHEMA = 1
_KEYS = (
    *("path", "js", "allow", "exports", "memory", "imports"),
    *("scenario", "stub", "wasi", "expect", "tables", "seal", "views"),
)
_POLICIES = {"assume": False, "deny": True}
# `open`: the host may put every function that it can obtain into the tables that it sees.
_TABLES = {"assume": False, "open": True}
# `judge`: growth of a memory counts even if the memory is neither imported nor exported.
_PRIVATE = {"ignore": False, "judge": True}


def load(path: Path, *, may_be_empty: bool = False) -> Contract:
    """Return the contract in the file `path`, which must name an artifact unless it `may_be_empty`."""
    return _contract(_document(read(path)), may_be_empty=may_be_empty)


def load_mapping(document: Mapping[str, object]) -> Contract:
    """Return the contract that a program has as data: what a contract file says, as tables and arrays.

    Its paths are relative to the working folder. It may have no artifact.
    """
    return _contract(_document(of_mapping(document)), may_be_empty=True)


def _contract(document: Node, *, may_be_empty: bool) -> Contract:
    path = document.source.path
    # `check` builds nothing, so it imports the plan only to reject a contract with a mistake in it.
    if "build" in document.object():
        _plan(document)
    tables = document.objects("artifact")
    if not tables and not may_be_empty:
        raise document.error("no [[artifact]]: a contract must name at least one module")
    artifacts: dict[str, ArtifactContract] = {}
    for table in tables:
        artifact = _artifact(table)
        absolute_path = absolute(joined(path.parent, artifact.path))
        if absolute_path in artifacts:
            raise table.at("path").error(f"the artifact `{artifact.path}` already has a contract")
        artifacts[absolute_path] = artifact
    return Contract(path, tuple(artifacts.values()))


def load_plan(path: Path) -> "Plan":
    """Return the build plan in the contract file `path`, without reading its artifacts."""
    return _plan(_document(read(path)))


def _document(document: Node) -> Node:
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
    memory = table.get("memory")
    path = _path(table)
    return ArtifactContract(
        path=path,
        allow=table.optional("allow", _verdicts, DEFAULT_ALLOW),
        exports=table.optional("exports", _exports, ()),
        memory=table.optional("memory", _memory, None),
        imports=table.optional("imports", _imports, Imports()),
        scenarios=_scenarios(table, host),
        host=host,
        js=table.optional("js", _js, ()),
        views=table.optional("views", _views, ViewRules()),
        expect=table.optional("expect", _expect, ()),
        conditions=Conditions(
            open_tables=table.optional("tables", lambda node: node.choice("word", _TABLES), False),
            private_memories=memory is not None
            and memory.optional("private", lambda node: node.choice("word", _PRIVATE), False),
        ),
        seal=table.optional("seal", lambda node: _seal(node, path), None),
    )


def _js(node: Node) -> tuple[str, ...]:
    node.strings()
    folder = glob.escape(slashed(node.source.path.parent))
    files = (slashed(native(without_nul(item))) for item in node.items())
    return tuple(joined(folder, file if is_glob(file) else glob.escape(file)) for file in files)


def _views(table: Node) -> ViewRules:
    if not table.object(ViewRules._fields):
        raise table.error(f"empty: give {' or '.join(ViewRules._fields)}, or remove the table")
    return ViewRules(**{name: node.flag() for name, node in table.members()})


def _path(table: Node) -> str:
    path = slashed(table.required("path", "the path of a module or a glob, relative to the contract file"))
    node = table.at("path")
    without_nul(node)
    parts = [part for member in members(path) for part in member.split("/")]
    if any("**" in part and part != "**" for part in parts):
        raise node.error("bad glob: `**` must stand alone between slashes")
    if has_open_bracket(path):
        raise node.error("bad glob: `[` without `]`; write `[[]` for a literal bracket")
    if re.search(r"#[0-9]{10,}$", path):
        raise node.error("no component has a core module with this number")
    return native(posixpath.normpath(path))


def _verdict(node: Node) -> Verdict:
    return node.choice("verdict", VERDICTS)


def _verdicts(node: Node) -> tuple[Verdict, ...]:
    verdicts = set(map(_verdict, node.items("verdicts")))
    if not verdicts:
        raise node.error("expected at least one verdict")
    return tuple(sorted(verdicts, key=lambda verdict: verdict.rank))


def _by_pattern(table: Node) -> Iterator[tuple[str, Node]]:
    """Yield the keys, which name entry points, with their values."""
    for pattern, node in table.members():
        if is_unknown_key(pattern):
            message = (
                f"expected {START}, {ESCAPED} or (func[INDEX]) in parentheses; "
                f"the key for an export with this name is {export_key(pattern)!r}"
            )
            raise node.error(message)
        yield pattern, node


def _exports(table: Node) -> tuple[Allowance, ...]:
    return tuple(Allowance(pattern, _verdicts(node)) for pattern, node in _by_pattern(table))


def _expect(table: Node) -> tuple[Expectation, ...]:
    if not table.object():
        raise table.error("empty: name an entry point and its verdict, or remove the key")
    return tuple(Expectation(pattern, _verdict(node)) for pattern, node in _by_pattern(table))


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


def _imports(table: Node) -> Imports:
    table.object(("policy", "trusted"))
    denied = table.optional("policy", lambda node: node.choice("policy", _POLICIES), False)
    return Imports(denied, table.optional("trusted", _trusted, ()))


def _trusted(node: Node) -> tuple[str, ...]:
    patterns = node.strings()
    for item in node.items():
        of_table = item.value.startswith(TABLE_PREFIX) and item.value.endswith(")")
        if not (of_table or item.value == REFERENCES or "." in item.value or "*" in item.value):
            raise item.error(f"expected module.field, not {item.value!r}")
    return patterns


def _host(table: Node) -> Host:
    # Most contracts have neither stubs nor scenarios, and `check` must start quickly.
    if not {"stub", "wasi"} & table.object().keys():
        return Host()
    from nogrow.contract.scenario_reader import host_of

    return host_of(table)


def _scenarios(table: Node, host: Host) -> tuple[Scenario, ...]:
    if "scenario" not in table.object():
        return ()
    from nogrow.contract.scenario_reader import scenario_of

    scenarios = tuple(scenario_of(inner, host) for inner in table.objects("scenario"))
    table.require_distinct("scenario", "name", "scenario with the name")
    return scenarios


def _seal(node: Node, path: str) -> Seal:
    # Only a contract that seals something needs the modes, and `check` must start quickly.
    from nogrow.contract.seal_clauses import seal_of

    return seal_of(node, path)
