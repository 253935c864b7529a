"""Register the fixture `wasm_guest`, and the option `--nogrow` that makes tests of a contract.

pytest loads this plugin in every run where nogrow is installed, so it imports nothing until it is used.
"""

from collections.abc import Callable, Generator
from pathlib import Path
from typing import TYPE_CHECKING, ParamSpec

import pytest

if TYPE_CHECKING:
    from nogrow.testing.guest import WasmGuest
    from nogrow.testing.items import ContractFile

NAME = "nogrow.pytest_plugin"
DEFAULT_CONTRACT = "nogrow.toml"


_P = ParamSpec("_P")
_GUESTS: "pytest.StashKey[list[WasmGuest]]" = pytest.StashKey()


class _Once:
    """The plugin of the entry point, which registers this module unless `-p` has done so."""

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
        help="Test the contract FILE instead; implies --nogrow.",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Add the contract to the files that pytest collects."""
    contract = _contract(config)
    if contract is None:
        return
    if not contract.is_file():
        raise pytest.UsageError(f"--nogrow: no such contract: {contract}")
    here = config.invocation_params.dir
    if not any((here / arg.split("::")[0]).resolve() == contract for arg in config.args):
        config.args.append(str(contract))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "ContractFile | None":
    """Return the collector of the contract, None if `file_path` is another file."""
    if file_path.resolve() != _contract(parent.config):
        return None
    from nogrow.testing.items import ContractFile

    return ContractFile.from_parent(parent, path=file_path)


@pytest.fixture
def wasm_guest(request: pytest.FixtureRequest) -> "Callable[..., WasmGuest]":
    """Return the function that makes a guest: `wasm_guest("app.wasm", imports={"env.now": lambda: 0})`."""
    from nogrow.testing.guest import WasmGuest

    guests = request.node.stash.setdefault(_GUESTS, [])

    return _remembered(WasmGuest, guests)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say which call ended a view of a guest's memory that the test used afterwards."""
    if call.excinfo is not None:
        for guest in item.stash.get(_GUESTS, ()):
            guest.explain(call.excinfo.value)
    return (yield)


def _remembered(make: "Callable[_P, WasmGuest]", guests: "list[WasmGuest]") -> "Callable[_P, WasmGuest]":
    """Return `make`, which appends what it makes to `guests`."""

    def wasm_guest(*args: "_P.args", **options: "_P.kwargs") -> "WasmGuest":
        __tracebackhide__ = True
        guests.append(make(*args, **options))
        return guests[-1]

    return wasm_guest


def _contract(config: pytest.Config) -> Path | None:
    """Return the path of the contract to test, None if no option asks for one."""
    named = config.getoption("nogrow_contract", None)
    if named is None and not config.getoption("nogrow", False):
        return None
    return (config.invocation_params.dir / (named or DEFAULT_CONTRACT)).resolve()
