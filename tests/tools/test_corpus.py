"""Test what the corpus downloads, keeps and refuses, and that nogrow counts correctly in it."""

import dataclasses
import io
import tarfile
from pathlib import Path

import pytest
from tools.bench.corpus import CORPUS, fetch, integrity_of, modules_in
from tools.bench.decoders import compare
from tools.bench.packages import PACKAGES, Package

from nogrow.errors import ToolError
from tests.machine.fakes import FakeMachine, collect, ignore
from tests.project.conftest import ROOT
from tests.support.sample import sampled

QUICK_BYTES, SMALL_BYTES = 500_000, 10_000_000
MODULE = b"\0asm\1\0\0\0"
CONTENTS = {
    "package/lib/a.wasm": MODULE,
    "package/lib/a.js": b"glue",
    "package/lib/b.js": b"other",
    "package/package.json": b"{}",
}


def archive(path: Path, contents: dict[str, bytes], links: dict[str, str] | None = None) -> Path:
    """Write a package's archive as npm makes it, with files and symbolic links."""
    with tarfile.open(path, "w:gz") as tar:
        for name, target in (links or {}).items():
            link = tarfile.TarInfo(name)
            link.type, link.linkname = tarfile.SYMTYPE, target
            tar.addfile(link)
        for name, content in contents.items():
            item = tarfile.TarInfo(name)
            item.size = len(content)
            tar.addfile(item, io.BytesIO(content))
    return path


@dataclasses.dataclass(frozen=True)
class Registry:
    """A machine whose npm "downloads" the archive at `served`."""

    fake: FakeMachine
    corpus: Path
    served: Path
    package: Package

    def fetch(self, package: Package | None = None) -> tuple[Path, ...]:
        """Return the modules of the package."""
        return fetch(package or self.package, self.corpus, ignore, self.fake.machine())


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    fake = FakeMachine(tmp_path)
    served = archive(tmp_path / "served.tgz", CONTENTS)
    fake.program(fake.bin / "npm", f'/bin/cp "{served}" a-1.0.0.tgz', logged=True)
    package = Package("@scope/a", "1.0.0", integrity_of(served), (".wasm", "a.js"))
    return Registry(fake, tmp_path / "corpus", served, package)


def test_only_wanted_files_of_a_package_are_unpacked(registry: Registry) -> None:
    (module,) = registry.fetch()
    assert module.read_bytes() == MODULE
    assert module == registry.corpus / "scope-a-1.0.0/package/lib/a.wasm"
    files = {path.name for path in registry.corpus.rglob("*") if path.is_file()}
    assert files == {"a.wasm", "a.js", "scope-a-1.0.0.tgz"}
    assert registry.fake.calls == ["npm pack @scope/a@1.0.0 --ignore-scripts --loglevel=error"]


def test_valid_archive_is_not_downloaded_again(registry: Registry) -> None:
    first = registry.fetch()
    lines: list[str] = []
    assert fetch(registry.package, registry.corpus, collect(lines), registry.fake.machine()) == first
    assert (len(registry.fake.calls), lines) == (1, [])


def test_altered_archive_is_downloaded_again(registry: Registry) -> None:
    (module,) = registry.fetch()
    module.write_bytes(b"altered")
    registry.corpus.joinpath("scope-a-1.0.0.tgz").write_bytes(b"altered")
    assert registry.fetch() == (module,)
    assert module.read_bytes() == MODULE
    assert len(registry.fake.calls) == 2


def test_removed_modules_are_unpacked_without_a_download(registry: Registry) -> None:
    (module,) = registry.fetch()
    module.parent.parent.parent.rename(registry.corpus / "elsewhere")
    assert registry.fetch() == (module,)
    assert len(registry.fake.calls) == 1


def test_archive_that_is_not_the_pinned_one_is_refused(registry: Registry) -> None:
    archive(registry.served, {**CONTENTS, "package/lib/a.wasm": b"something else"})
    with pytest.raises(ToolError, match=r"@scope/a@1\.0\.0 is not the pinned one: sha512-"):
        registry.fetch()
    assert list(registry.corpus.iterdir()) == []


@pytest.mark.parametrize(
    ("contents", "links"),
    [
        pytest.param({"package/../../../../out.wasm": MODULE}, {}, id="parents"),
        pytest.param({"../out.wasm": MODULE}, {}, id="parent first"),
    ],
)
def test_file_outside_the_folder_is_refused(
    registry: Registry, contents: dict[str, bytes], links: dict[str, str]
) -> None:
    archive(registry.served, {**CONTENTS, **contents}, links)
    package = dataclasses.replace(registry.package, integrity=integrity_of(registry.served))
    with pytest.raises(ToolError, match="cannot be unpacked"):
        registry.fetch(package)
    assert not list(registry.fake.root.rglob("out.wasm"))
    assert not (registry.corpus / package.folder).exists()


def test_links_are_not_unpacked(registry: Registry, tmp_path: Path) -> None:
    links = {"package/sub": str(tmp_path / "outside"), "package/link.wasm": "/etc/hostname"}
    archive(registry.served, {**CONTENTS, "package/sub/in.wasm": MODULE}, links)
    package = dataclasses.replace(registry.package, integrity=integrity_of(registry.served))
    assert [path.name for path in registry.fetch(package)] == ["a.wasm", "in.wasm"]
    assert not (tmp_path / "outside").exists()
    assert not any(path.is_symlink() for path in registry.corpus.rglob("*"))


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08\0cut"])
def test_damaged_archive_is_refused(registry: Registry, content: bytes) -> None:
    registry.served.write_bytes(content)
    package = dataclasses.replace(registry.package, integrity=integrity_of(registry.served))
    with pytest.raises(ToolError, match="cannot be unpacked"):
        registry.fetch(package)


def test_package_without_modules_is_refused(registry: Registry) -> None:
    archive(registry.served, {"package/package.json": b"{}"})
    package = dataclasses.replace(registry.package, integrity=integrity_of(registry.served))
    with pytest.raises(ToolError, match="contains no module"):
        registry.fetch(package)


def test_missing_npm_is_an_error(registry: Registry) -> None:
    (registry.fake.bin / "npm").unlink()
    with pytest.raises(ToolError, match="npm is not on the PATH; the bench needs it"):
        registry.fetch()


def test_failed_download_shows_npms_message(registry: Registry) -> None:
    registry.fake.program(registry.fake.bin / "npm", "echo 'npm error code ENOTFOUND' >&2; exit 1")
    with pytest.raises(ToolError, match="needs the network once: npm error code ENOTFOUND"):
        registry.fetch()


def test_npm_without_an_archive_is_an_error(registry: Registry) -> None:
    registry.fake.program(registry.fake.bin / "npm", "exit 0")
    with pytest.raises(ToolError, match="left 0 archives"):
        registry.fetch()


def test_every_package_is_pinned_and_has_its_own_folder() -> None:
    assert all(package.integrity.startswith("sha512-") for package in PACKAGES)
    assert len({package.folder for package in PACKAGES}) == len(PACKAGES)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("package/lib/a.wasm", True),
        ("package/a.js", True),
        ("package/b/c.js", True),
        ("package/bb/c.js", False),
        ("package/c.js", False),
        ("package/ba.js", False),
    ],
)
def test_files_are_wanted_by_suffix_name_or_path(path: str, expected: bool) -> None:
    assert Package("a", "1", "", (".wasm", "a.js", "b/c.js")).wants(path) is expected


SMALL = [path for path in modules_in(ROOT / CORPUS) if path.stat().st_size < SMALL_BYTES]


@pytest.mark.skipif(not SMALL, reason=f"{CORPUS} is not there: `invoke bench` fetches it")
@pytest.mark.parametrize(
    "path",
    sampled(SMALL, lambda path: path.stat().st_size < QUICK_BYTES),
    ids=lambda path: str(path.relative_to(ROOT / CORPUS)),
)
def test_another_decoder_counts_the_same_in_real_modules(path: Path) -> None:
    comparison = compare(path)
    assert comparison.ours == comparison.theirs
    assert comparison.theirs.direct_calls > 0
