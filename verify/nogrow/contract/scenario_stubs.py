"""From an `[[artifact]]` table to what its scenarios' modules may import."""

from nogrow.contract.document import Table
from nogrow.contract.model import Host, Number, Stub
from nogrow.contract.scenario_values import number


def host_of(table: Table) -> Host:
    """The stubs of an artifact, and whether it has WASI; raises `ContractError` where they are wrong."""
    stubs: list[Stub] = []
    for inner in table.tables("stub"):
        stub = _stub(inner)
        if stub.name in (other.name for other in stubs):
            raise inner.error("import", f"a second stub for the import `{stub.name}`")
        stubs.append(stub)
    return Host(tuple(stubs), table.flag("wasi", False))


def _stub(table: Table) -> Stub:
    table.only(("import", "returns", "fails", "grows"))
    name = table.name("import", "the import's name, module.field")
    if "." not in name:
        raise table.error("import", f"expected module.field, not {name!r}")
    fails = table.flag("fails", False)
    if fails and "returns" in table.values:
        raise table.error("returns", "a stub that fails returns nothing; drop one of the two")
    return Stub(name, _returns(table), fails, table.integer("grows", 1) or 0)


def _returns(table: Table) -> tuple[Number, ...]:
    value = table.values.get("returns", [])
    if isinstance(value, list):
        return tuple(number(table, "returns", one, index) for index, one in enumerate(value))
    return (number(table, "returns", value),)
