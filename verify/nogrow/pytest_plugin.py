"""The pytest plugin: the fixture `wasm_guest`, and `--nogrow`, which makes tests of a contract.

Every run of pytest loads it where nogrow is installed, so it imports nothing else until it is used.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from nogrow.testing.guest import WasmGuest
    from nogrow.testing.items import ContractFile

NAME = "nogrow.pytest_plugin"
DEFAULT_CONTRACT = "nogrow.toml"


class _Once:
    """What the entry point names: it registers the plugin, unless `-p` has done so."""

    def pytest_addoption(self, parser: pytest.Parser, pluginmanager: pytest.PytestPluginManager) -> None:
        if not pluginmanager.has_plugin(NAME):
            pluginmanager.import_plugin(NAME)


once = _Once()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--nogrow` and `--nogrow-contract`."""
    group = parser.getgroup("nogrow", "nogrow: growth of WebAssembly memory")
    group.addoption(
        "--nogrow",
        action="store_true",
        default=False,
        help=f"Test each artifact and each scenario of the contract ./{DEFAULT_CONTRACT}.",
    )
    group.addoption(
        "--nogrow-contract",
        metavar="FILE",
        default=None,
        help="Test those of the contract FILE instead; implies --nogrow.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Have pytest collect the contract, wherever the tests are."""
    contract = _contract(config)
    if contract is None:
        return
    if not contract.is_file():
        raise pytest.UsageError(f"--nogrow: no such contract: {contract}")
    here = config.invocation_params.dir
    if not any((here / arg.split("::")[0]).resolve() == contract for arg in config.args):
        config.args.append(str(contract))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "ContractFile | None":
    """The contract's items, if `file_path` is the contract."""
    if file_path.resolve() != _contract(parent.config):
        return None
    from nogrow.testing.items import ContractFile

    return ContractFile.from_parent(parent, path=file_path)


@pytest.fixture
def wasm_guest() -> "Callable[..., WasmGuest]":
    """A function that makes a guest: `wasm_guest("app.wasm", imports={"env.now": lambda: 0})`."""
    from nogrow.testing.guest import WasmGuest

    return WasmGuest


def _contract(config: pytest.Config) -> Path | None:
    """The contract to test, None if there is none to."""
    named = config.getoption("nogrow_contract", None)
    if named is None and not config.getoption("nogrow", False):
        return None
    return (config.invocation_params.dir / (named or DEFAULT_CONTRACT)).resolve()
