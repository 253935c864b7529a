"""A folder with a contract in, and out comes what is built there and where all of it goes."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nogrow.contract.build_plan import REPORT, Plan
from nogrow.contract.load import load_plan
from nogrow.errors import ToolError

CONTRACT = "nogrow.toml"


@dataclass(frozen=True)
class Project:
    """The folder of a contract, and what the contract says is built; its paths are relative to `root`."""

    root: Path
    plan: Plan

    @property
    def report(self) -> PurePosixPath:
        """Where `verify` writes its report."""
        return self.plan.output / REPORT

    @property
    def listings(self) -> PurePosixPath:
        """The folder for what `inspect` sees."""
        return self.plan.output / "inspect"

    @property
    def sealed(self) -> PurePosixPath:
        """The folder for sealed copies."""
        return self.plan.output / "sealed"

    @property
    def attestation(self) -> PurePosixPath:
        """Where `release` writes its statement."""
        return self.plan.output / "attestation.json"

    @property
    def cargo(self) -> PurePosixPath:
        """The folder in which cargo has a folder for each crate."""
        return self.plan.output / "cargo"


def open_project(root: Path) -> Project:
    """The project at `root`; raises `ContractError` where its contract is wrong."""
    return Project(root.absolute(), load_plan(root / CONTRACT))


def find_root(folder: Path) -> Path:
    """`folder`, or the nearest one above it, with a contract; raises `ToolError` if there is none."""
    for candidate in (folder, *folder.parents):
        if (candidate / CONTRACT).is_file():
            return candidate
    raise ToolError(f"there is no {CONTRACT} in {folder} or above it; it says what is built and judged")
