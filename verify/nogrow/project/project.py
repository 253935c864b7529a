"""This module opens a project, and says where its artifacts and reports are written."""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nogrow.contract.build_plan import Plan
from nogrow.contract.load import load_plan
from nogrow.errors import ToolError

CONTRACT = "nogrow.toml"


@dataclass(frozen=True)
class Project:
    """The folder of a contract and its build plan; the paths below are relative to `root`."""

    root: Path
    plan: Plan

    @property
    def output(self) -> PurePosixPath:
        """Return the folder that everything is built to."""
        return self.plan.output

    @property
    def attestation(self) -> PurePosixPath:
        """Return the path of the statement that `release` writes."""
        return self.output / "attestation.json"

    @property
    def cargo(self) -> PurePosixPath:
        """Return the folder in which cargo builds, with a folder for each crate."""
        return self.output / "cargo"


def open_project(root: Path) -> Project:
    """Return the project at `root`; raises `ContractError` if its contract is wrong."""
    return Project(root.absolute(), load_plan(root / CONTRACT))


def find_root(folder: Path) -> Path:
    """Return the nearest folder with a contract, from `folder` upwards; raises `ToolError` if none has it."""
    for candidate in (folder, *folder.parents):
        if (candidate / CONTRACT).is_file():
            return candidate
    raise ToolError(f"no {CONTRACT} in {folder} or above it: run `nogrow init` to write one")
