"""What is built: the guests, in two profiles each, and the project's own kernels, as data."""

import enum
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from nogrow.errors import ToolError

_KERNELS = "verify/nogrow"


class Profile(enum.Enum):
    """How an artifact is built; the value names its folder below `build/`."""

    DEBUG = "debug"
    RELEASE = "release"
    KERNEL = "kernel"


@dataclass(frozen=True)
class WatSource:
    """A module written as text; `path` is relative to the project."""

    name: str
    path: PurePosixPath


@dataclass(frozen=True)
class CrateSource:
    """A module compiled from a crate with these features; `path` is the crate's folder."""

    name: str
    path: PurePosixPath
    features: tuple[str, ...] = ()

    @property
    def crate(self) -> str:
        """The crate's own name, after which cargo names its output."""
        return self.path.name


Source = WatSource | CrateSource

GUESTS: tuple[Source, ...] = (
    WatSource("greeting", PurePosixPath("wat/greeting.wat")),
    CrateSource("greeting_growth", PurePosixPath("crates/greeting_growth")),
    CrateSource("greeting_nogrowth", PurePosixPath("crates/greeting_nogrowth")),
    CrateSource("greeting_nogrowth_std", PurePosixPath("crates/greeting_nogrowth"), ("std",)),
)


@dataclass(frozen=True)
class Artifact:
    """One module to build: a source in a profile."""

    source: Source
    profile: Profile

    @property
    def path(self) -> PurePosixPath:
        """Where it is built to, relative to the project."""
        return PurePosixPath("build", self.profile.value, f"{self.source.name}.wasm")


def artifacts(root: Path) -> tuple[Artifact, ...]:
    """Everything that the project at `root` builds, guests first.

    Raises `ToolError` when two kernels would be built to the same file.
    """
    guests = tuple(
        Artifact(source, profile) for profile in (Profile.DEBUG, Profile.RELEASE) for source in GUESTS
    )
    kernels: dict[str, Artifact] = {}
    for file in sorted((root / _KERNELS).rglob("*.wat")):
        source = WatSource(file.stem, PurePosixPath(file.relative_to(root).as_posix()))
        if file.stem in kernels:
            other = kernels[file.stem].source.path
            raise ToolError(f"{other} and {source.path} would both be built to {file.stem}.wasm")
        kernels[file.stem] = Artifact(source, Profile.KERNEL)
    return guests + tuple(kernels.values())


def input_files(root: Path, source: Source) -> tuple[Path, ...]:
    """The files from which `source` is built, sorted; raises `ToolError` when there are none."""
    path = root / source.path
    if isinstance(source, WatSource):
        files = [path]
    else:
        files = sorted(
            file for file in path.rglob("*") if file.is_file() and file.relative_to(path).parts[0] != "target"
        )
    if not files or not all(file.is_file() for file in files):
        raise ToolError(f"the source {path} is missing")
    return tuple(files)
