"""This module reads what the modules of an artifact's scenarios may import."""

from nogrow.contract.model import Host, Number, Stub
from nogrow.contract.scenario_values import number
from nogrow.util.document import Node


def host_of(table: Node) -> Host:
    """Return the stubs of an `[[artifact]]` and whether it has WASI; raises `ContractError`."""
    stubs: dict[str, Stub] = {}
    for inner in table.objects("stub"):
        stub = _stub(inner)
        if stub.name in stubs:
            raise inner.at("import").error(f"a second stub for the import `{stub.name}`")
        stubs[stub.name] = stub
    return Host(tuple(stubs.values()), table.optional("wasi", Node.flag, False))


def _stub(table: Node) -> Stub:
    table.object(("import", "returns", "fails", "grows"))
    name = table.required("import", "the import's name, module.field")
    if "." not in name:
        raise table.at("import").error(f"expected module.field, not {name!r}")
    fails, returns = table.optional("fails", Node.flag, False), table.get("returns")
    if fails and returns is not None:
        raise returns.error("a stub that fails returns nothing; remove one of the two")
    grows = table.optional("grows", lambda node: node.integer(1), 0)
    return Stub(name, () if returns is None else _returns(returns), fails, grows)


def _returns(node: Node) -> tuple[Number, ...]:
    return tuple(map(number, node.items() if isinstance(node.value, list) else (node,)))
