"""Tests of the grow sites in a disassembly, and of listings that are rejected."""

import json
from pathlib import Path

import pytest

from nogrow.contract.build_plan import MANIFEST, Plan
from nogrow.errors import ToolError
from nogrow.project.inspect import (
    ObjdumpSite,
    disassemble,
    grow_sites,
    inspect_all,
    parse_listing,
)
from nogrow.project.manifest import Entry, Manifest, sha256_of, write_manifest
from nogrow.project.project import Project
from tests.machine.fakes import collect
from tests.support.modules import assemble, write_module


def test_site_has_function_name_memory_and_offset(tmp_path: Path) -> None:
    path = write_module(
        tmp_path / "module.wasm",
        """(module (import "env" "f" (func)) (memory 1) (memory 1)
             (func $quiet)
             (func $grows (drop (memory.grow 1 (i32.const 2))) (drop (memory.grow (i32.const 1)))))
        """,
    )
    second, first = grow_sites(path)
    assert second == ObjdumpSite(2, "grows", 1, second.offset)
    assert first == ObjdumpSite(2, "grows", 0, first.offset)
    content = path.read_bytes()
    assert content[second.offset : second.offset + 2] == b"\x40\x01"
    assert content[first.offset : first.offset + 2] == b"\x40\x00"


def test_function_without_a_name_has_none(tmp_path: Path) -> None:
    path = write_module(
        tmp_path / "module.wasm", "(module (memory 1) (func (drop (memory.grow (i32.const 1)))))"
    )
    assert [site.function_name for site in grow_sites(path)] == [None]


@pytest.mark.parametrize(
    "wat",
    [
        "(module)",
        "(module (memory 1))",
        "(module (func) (func))",
        "(module (memory 1) (func (block) (drop (i32.const 0x40)) (drop (i64.const 0x4040))))",
        '(module (func (export "memory.grow 0")))',
        '(module (import "memory.grow 0" "| memory.grow 0" (func $f)) (func (call $f)))',
        '(module (memory 1) (data (i32.const 0) "\\40\\00 memory.grow 0"))',
    ],
    ids=["empty", "memory", "two bodies", "bytes", "export name", "import name", "data"],
)
def test_text_that_looks_like_a_site_is_not_counted(tmp_path: Path, wat: str) -> None:
    assert grow_sites(write_module(tmp_path / "module.wasm", wat)) == ()


def test_instruction_over_several_lines_is_read(tmp_path: Path) -> None:
    path = write_module(
        tmp_path / "module.wasm",
        """(module (memory 1) (func (param i32) (local i64 i64 f32 v128)
             (local.set 4 (v128.const i64x2 -1 -1))
             (drop (memory.grow (i32.const 1)))
             (br_table 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 (local.get 0))))
        """,
    )
    assert len(grow_sites(path)) == 1


def test_more_than_127_groups_of_locals_are_read(tmp_path: Path) -> None:
    groups = " ".join("i32 i64" for _ in range(100))
    wat = f"(module (memory 1) (func (local {groups}) (drop (memory.grow (i32.const 1)))))"
    assert len(grow_sites(write_module(tmp_path / "module.wasm", wat))) == 1


FORGED = "\\0a 000022: 40 00                      | memory.grow 0\\0a"


@pytest.mark.parametrize(
    "wat",
    [
        f'(module (import "env" "{FORGED}" (func)) (func (call 0)))',
        f'(module (func (export "{FORGED}")))',
        '(module (func (export "\\0a000030 func[7]:\\0a")))',
    ],
    ids=["import", "export", "function"],
)
def test_name_that_forges_a_line_is_an_error(tmp_path: Path, wat: str) -> None:
    with pytest.raises(ToolError, match="does not match the file"):
        grow_sites(write_module(tmp_path / "module.wasm", wat))


GROWS = "(module (memory 1) (func (drop (memory.grow (i32.const 1)))) (func))"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("file format wasm", "file format elf"),
        ("Code Disassembly:", ""),
        ("func[0]", "func[ten]"),
        ("func[1]", "func[2]"),
        ("func[0]", f"func[{'9' * 5000}]"),
        ("| memory.grow 0", f"| memory.grow {'9' * 5000}"),
        ("| memory.grow 0", "| memory.grow zero"),
        ("40 00   ", "40 01   "),
        (": 41 01", ": 41"),
        ("| i32.const 1\n", "| i32.const 1\nwhat is this?\n"),
    ],
    ids=lambda text: repr(text[:20]),
)
def test_listing_that_does_not_match_the_file_is_an_error(tmp_path: Path, old: str, new: str) -> None:
    path = write_module(tmp_path / "module.wasm", GROWS)
    listing = disassemble(path)
    assert len(parse_listing(path, listing)) == 1
    assert old in listing
    with pytest.raises(ToolError, match="does not match the file"):
        parse_listing(path, listing.replace(old, new))


@pytest.mark.parametrize("mnemonic", ["memory.grow", "end"])
def test_missing_line_is_an_error(tmp_path: Path, mnemonic: str) -> None:
    path = write_module(tmp_path / "module.wasm", GROWS)
    lines = disassemble(path).split("\n")
    removed = next(line for line in lines if line.rstrip("0 ").endswith(mnemonic))
    kept = [line for line in lines if line != removed]
    with pytest.raises(ToolError, match="does not match the file"):
        parse_listing(path, "\n".join(kept))


def test_truncated_module_shows_the_error_of_objdump(tmp_path: Path) -> None:
    path = write_module(tmp_path / "module.wasm", GROWS)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(ToolError, match="error: invalid section size"):
        grow_sites(path)


def test_missing_artifact_names_the_build_command(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"gone\.wasm is missing: run `invoke build`"):
        grow_sites(tmp_path / "gone.wasm")


def test_nothing_built_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="nothing is built yet"):
        inspect_all(Project(tmp_path, Plan()), print)


def test_every_artifact_is_inspected_and_its_listing_written(built_project: Project) -> None:
    lines: list[str] = []
    built_root = built_project.root
    inspections = inspect_all(built_project, collect(lines))
    document = json.loads((built_root / "build" / MANIFEST).read_text())
    paths = [entry["path"] for entry in document["artifacts"]]
    assert [inspection.artifact for inspection in inspections] == paths
    assert lines == [f"disassembling {path}" for path in paths]
    for inspection in inspections:
        profile, name = Path(inspection.artifact).parts[1:]
        assert inspection.listing == f"build/inspect/{profile}-{Path(name).stem}.txt"
        assert "Code Disassembly:" in (built_root / inspection.listing).read_text()


def test_only_allocators_of_guests_with_std_have_sites(built_project: Project) -> None:
    with_sites = set()
    built_root = built_project.root
    for inspection in inspect_all(built_project, print):
        if inspection.sites:
            with_sites.add(Path(inspection.artifact).stem)
            assert all("dlmalloc" in (site.function_name or "") for site in inspection.sites)
    assert with_sites == {"greeting_growth", "greeting_nogrowth_std"}
    grown = [grow_sites(built_root / f"build/{p}/greeting_nogrowth_std.wasm") for p in PROFILES]
    assert all(grown)


PROFILES = ("debug", "release")


def test_components_and_other_files_are_skipped(tmp_path: Path) -> None:
    contents = {"build/c.wasm": assemble("(component)"), "out put/a b.wasm": assemble(GROWS), "a.js": b"js"}
    entries = []
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
        entries.append(Entry(name, "make", "command", sha256_of(content), len(content), (), (), ""))
    project = Project(tmp_path, Plan())
    write_manifest(project, Manifest(tuple(entries)))
    lines: list[str] = []
    (inspection,) = inspect_all(project, collect(lines))
    assert (inspection.artifact, inspection.listing) == ("out put/a b.wasm", "build/inspect/out put/a b.txt")
    assert len(inspection.sites) == 1
    assert lines[1] == "build/c.wasm is a component, which wasm-objdump cannot read"
