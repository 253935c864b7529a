"""`nogrow check --dist`, from the archives to the exit code."""

import io
import json
import os
import zipfile
from pathlib import Path
from unittest.mock import Mock

import pytest

from nogrow.pipeline import threads
from tests.cli.conftest import Nogrow
from tests.report.validated import validated
from tests.support.archives import link, record_digest, tar_of, wheel_of, zip_of
from tests.support.modules import GROWING_WASM, QUIET_WASM, assemble

WHEEL = "dist/pkg-1-py3-none-any.whl"
MODULE = f"{WHEEL}!pkg/x.wasm"
# The same module, valid and quiet, with another constant in it.
SWAPPED = QUIET_WASM.replace(b"\x41\x07", b"\x41\x08")


@pytest.fixture
def dist(folder: Path) -> Path:
    (folder / "dist").mkdir()
    (folder / WHEEL).write_bytes(wheel_of({"pkg/x.wasm": QUIET_WASM}))
    (folder / "dist" / "pkg.tgz").write_bytes(tar_of({"package/x.wasm": QUIET_WASM}, mode="w:gz"))
    return folder / "dist"


def swapped(wheel: Path, *, record: bool) -> None:
    """Change one byte of the module in the wheel, and its line in RECORD if `record`."""
    with zipfile.ZipFile(io.BytesIO(wheel.read_bytes())) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files["pkg/x.wasm"] = SWAPPED
    if record:
        digests = record_digest(QUIET_WASM).encode(), record_digest(SWAPPED).encode()
        files["pkg-1.dist-info/RECORD"] = files["pkg-1.dist-info/RECORD"].replace(*digests)
    wheel.write_bytes(zip_of(files))


def test_each_module_of_each_archive_is_judged(nogrow: Nogrow, dist: Path) -> None:
    result = nogrow("check", "--dist", "dist", "--format", "json")
    report = validated(result.stdout)
    assert result.exit_code == 0
    assert [artifact["path"] for artifact in report["artifacts"]] == [MODULE, "dist/pkg.tgz!package/x.wasm"]
    assert {artifact["outcome"] for artifact in report["artifacts"]} == {"kept"}


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "github", "markdown", "html"])
def test_every_format_names_the_member(nogrow: Nogrow, dist: Path, form: str) -> None:
    (dist / "bad.zip").write_bytes(zip_of({"in/bad.wasm": GROWING_WASM}))
    result = nogrow("check", "--dist", "dist", "--format", form)
    assert result.exit_code == 1
    assert "dist/bad.zip!in/bad.wasm" in result.stdout


def test_several_threads_give_the_same_report(
    nogrow: Nogrow, dist: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (dist / "bad.zip").write_bytes(zip_of({"in/bad.wasm": GROWING_WASM}))
    alone = nogrow("check", "--dist", "dist", "--format", "json", "--jobs", "1").stdout
    calls = Mock(wraps=threads.in_threads)
    monkeypatch.setattr(threads, "in_threads", calls)
    assert nogrow("check", "--dist", "dist", "--format", "json", "--jobs", "2").stdout == alone
    assert calls.call_count == 1


REFUSED = {
    "traversal.zip": (zip_of({"a/../../x.wasm": QUIET_WASM}), "!a/../../x.wasm: a path that leads out"),
    "link.tgz": (tar_of({}, link("x.wasm", "/etc/passwd"), mode="w:gz"), "!x.wasm: a symbolic link"),
    "x.wasm.br": (b"\x8b\x18", ": its contents are unknown: nogrow does not read brotli"),
    "x.wasm": (b"text", ": offset 0x0: "),
}


@pytest.mark.parametrize(("name", "data", "line"), [(k, *v) for k, v in REFUSED.items()], ids=REFUSED)
def test_refused_archive_is_one_line_and_exit_code_4(
    nogrow: Nogrow, dist: Path, name: str, data: bytes, line: str
) -> None:
    (dist / name).write_bytes(data)
    result = nogrow("check", "--dist", f"dist/{name}", "--quiet")
    assert result.exit_code == 4
    first = result.stdout.splitlines()[0]
    assert first.startswith(f"not judged[NG010]: not-judged: dist/{name}{line}")
    assert nogrow("check", "--dist", "dist").exit_code == 4


def test_examined_files_are_counted(nogrow: Nogrow, dist: Path) -> None:
    (dist / "README").write_text("text")
    (dist / "logo.png").write_bytes(b"\x89PNG\0")
    (dist / "x.wasm.br").write_bytes(b"\x8b\x18")
    counts = {"files": 8, "archives": 2, "modules": 2, "binaries": 1, "unreadable": 1}
    assert validated(nogrow("check", "--dist", "dist", "--format", "json").stdout)["shipped"] == counts
    searched = "1 binary, searched for modules written as text only"
    line = f"searched 8 files, 2 archives, 2 modules, {searched}, 1 not readable"
    assert line in nogrow("check", "--dist", "dist").stdout.splitlines()
    assert "shipped" not in validated(nogrow("check", "quiet.wasm", "--format", "json").stdout)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (
            "app.js",
            b'u = "data:application/wasm,' + b"".join(b"%%%02X" % byte for byte in GROWING_WASM) + b'"',
        ),
        ("app.js", b"u = new Uint8Array([" + b",".join(b"%d" % byte for byte in GROWING_WASM) + b"])"),
    ],
)
def test_growing_module_in_a_script_is_broken(nogrow: Nogrow, dist: Path, name: str, data: bytes) -> None:
    (dist / name).write_bytes(data)
    result = nogrow("check", "--dist", "dist")
    assert result.exit_code == 1
    assert f"dist/{name}!" in result.stdout


def test_file_named_like_a_core_module_is_not_judged(nogrow: Nogrow, dist: Path) -> None:
    (dist / "c.wasm#0").write_bytes(GROWING_WASM)
    Path("nogrow.toml").write_text(
        'schema = 1\n[[artifact]]\npath = "dist/c.wasm#0"\nallow = ["reachable"]\n', encoding="utf-8"
    )
    assert nogrow("check", "--dist", "dist").exit_code == 4


def test_nothing_in_an_archive_is_nothing_to_check(nogrow: Nogrow, dist: Path) -> None:
    (dist / "docs.zip").write_bytes(zip_of({"README": b"text"}))
    alone = nogrow("check", "--dist", "dist/docs.zip")
    assert (alone.exit_code, alone.stderr) == (3, "")
    assert alone.stdout.startswith("nothing: dist/docs.zip: no module found\n")
    result_of_both = nogrow("check", "--dist", "dist")
    assert (result_of_both.exit_code, result_of_both.stderr) == (
        0,
        "nogrow: dist/docs.zip: contains no module\n",
    )
    named = nogrow("check", "--dist", WHEEL, "--dist", "dist/docs.zip")
    assert named.exit_code == 3
    assert nogrow("check", "--dist", "empty").exit_code == 3


def test_wheel_with_a_wrong_record_is_broken(nogrow: Nogrow, dist: Path) -> None:
    swapped(Path(WHEEL), record=False)
    result = nogrow("check", "--dist", "dist")
    assert result.exit_code == 1
    assert result.stdout.startswith(f"error[NG011]: pin-broken: {MODULE}: its digest is sha256=")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--dist", "gone"], "--dist: gone does not exist"),
        (["--dist", "dist", "quiet.wasm"], "PATH and --dist cannot be combined"),
        (["quiet.wasm", "--attest", "s.json"], "--attest: this option needs --dist DIR"),
        (["quiet.wasm", "--attestation", "s.json"], "--attestation: this option needs --dist DIR"),
        (["--dist", "dist", "--attestation", "gone.json"], "gone.json: can't read a statement"),
        (["--dist", "dist", "--attest", WHEEL], "--attest: refusing to overwrite"),
        (["--dist", "dist", "--dist", "dist/../other"], "have the same name"),
    ],
)
@pytest.mark.usefixtures("dist")
def test_wrong_usage_is_one_line_and_exit_code_2(nogrow: Nogrow, words: list[str], message: str) -> None:
    Path("other").mkdir()
    Path("other/pkg.tgz").write_bytes(Path("dist/pkg.tgz").read_bytes())
    before = Path(WHEEL).read_bytes()
    result = nogrow("check", *words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
    assert Path(WHEEL).read_bytes() == before


class TestContract:
    def test_clause_on_a_member_applies_to_the_member(self, nogrow: Nogrow, dist: Path) -> None:
        (dist / "bad.zip").write_bytes(zip_of({"in/bad.wasm": GROWING_WASM}))
        clause = '[[artifact]]\npath = "dist/*.zip!**/bad.wasm"\nallow = ["reachable"]\n'
        Path("nogrow.toml").write_text(f"schema = 1\n{clause}", encoding="utf-8")
        assert nogrow("check", "--dist", "dist").exit_code == 0
        Path("nogrow.toml").write_text(
            f"schema = 1\n{clause.replace('reachable', 'trap-only')}", encoding="utf-8"
        )
        result = nogrow("check", "--dist", "dist", "--format", "github")
        assert result.exit_code == 1
        assert "::error file=nogrow.toml,line=3," in result.stdout

    @pytest.mark.parametrize(
        ("clause", "code"), [('allow = ["reachable"]', 0), ('expect = { bad = "reachable" }', 1)]
    )
    def test_same_bytes_keep_the_built_clause_but_no_control(
        self, nogrow: Nogrow, dist: Path, clause: str, code: int
    ) -> None:
        (dist / "bad.zip").write_bytes(zip_of({"in/bad.wasm": GROWING_WASM}))
        Path("nogrow.toml").write_text(
            f'schema = 1\n[[artifact]]\npath = "growing.wasm"\n{clause}\n', encoding="utf-8"
        )
        assert nogrow("check", "--dist", "dist").exit_code == code


class TestAttestation:
    @pytest.fixture(autouse=True)
    def attested(self, nogrow: Nogrow, dist: Path) -> None:
        assert nogrow("check", "--dist", "dist", "--attest", "s.json").exit_code == 0

    def test_attested_shipment_is_kept_in_any_folder(self, nogrow: Nogrow) -> None:
        assert nogrow("check", "--dist", "dist", "--attestation", "s.json").exit_code == 0
        Path("dist").rename("downloaded")
        assert nogrow("check", "--dist", "downloaded", "--attestation", "s.json").exit_code == 0

    def test_statement_depends_only_on_the_bytes(self, nogrow: Nogrow) -> None:
        before = Path("s.json").read_bytes()
        for file in Path("dist").iterdir():
            os.utime(file, (1, 1))
        assert nogrow("check", "--dist", "dist", "--attest", "s.json").exit_code == 0
        assert Path("s.json").read_bytes() == before

    @pytest.mark.parametrize("record", [False, True])
    def test_changed_byte_in_a_wheel_is_reported(self, nogrow: Nogrow, record: bool) -> None:
        swapped(Path(WHEEL), record=record)
        result = nogrow("check", "--dist", "dist", "--attestation", "s.json", "--format", "json")
        broken = {
            artifact["path"]: [violation["rule"] for violation in artifact["violations"]]
            for artifact in validated(result.stdout)["artifacts"]
            if artifact["violations"]
        }
        assert result.exit_code == 1
        assert broken == {WHEEL: ["NG011"], MODULE: ["NG011"] * (1 if record else 2)}

    def test_repacked_wheel_differs_from_the_attested_one(self, nogrow: Nogrow) -> None:
        wheel = Path(WHEEL)
        wheel.write_bytes(wheel.read_bytes()[:-2] + b"\1\0x")
        result = nogrow("check", "--dist", "dist", "--attestation", "s.json")
        assert result.exit_code == 1
        assert "is not the one that was attested: its SHA-256 is" in result.stdout
        assert result.stdout.count("NG011") == 1

    def test_added_removed_and_renamed_modules_are_reported(self, nogrow: Nogrow, dist: Path) -> None:
        (dist / "more.zip").write_bytes(zip_of({"x.wasm": QUIET_WASM}))
        (dist / "pkg.tgz").rename(dist / "new.tgz")
        Path(WHEEL).unlink()
        result = nogrow("check", "--dist", "dist", "--attestation", "s.json")
        assert result.exit_code == 1
        for sentence in (
            "more.zip was not there when the shipment was attested",
            "new.tgz was attested as pkg.tgz",
            "pkg-1-py3-none-any.whl was attested, and is not there",
        ):
            assert sentence in result.stdout

    def test_damaged_archive_is_not_judged_and_not_missing(self, nogrow: Nogrow) -> None:
        wheel = Path(WHEEL)
        wheel.write_bytes(wheel.read_bytes()[:-1])
        result = nogrow("check", "--dist", "dist", "--attestation", "s.json")
        assert result.exit_code == 4
        assert "is not there" not in result.stdout

    def test_unjudged_module_also_breaks_its_attestation(self, nogrow: Nogrow, dist: Path) -> None:
        (dist / "pkg.tgz").write_bytes(tar_of({"package/x.wasm": QUIET_WASM[:-1]}, mode="w:gz"))
        result = nogrow("check", "--dist", "dist", "--attestation", "s.json", "--format", "json")
        artifacts = {artifact["path"]: artifact for artifact in validated(result.stdout)["artifacts"]}
        module = artifacts["dist/pkg.tgz!package/x.wasm"]
        assert (result.exit_code, module["outcome"]) == (4, "not-judged")
        assert [violation["rule"] for violation in module["violations"]] == ["NG010", "NG011"]

    def test_statement_verdicts_are_checked(self, nogrow: Nogrow, dist: Path) -> None:
        (dist / "pkg.tgz").write_bytes(tar_of({"package/x.wasm": GROWING_WASM}, mode="w:gz"))
        Path("all.toml").write_text(
            'schema = 1\n[[artifact]]\npath = "dist/*!**"\nallow = ["reachable"]\n', encoding="utf-8"
        )
        words = ("check", "--dist", "dist", "--contract", "all.toml")
        assert nogrow(*words, "--attest", "bad.json").exit_code == 0
        result = nogrow("check", "--dist", "dist", "--attestation", "bad.json")
        assert result.exit_code == 1
        assert "error[NG001]" in result.stdout
        assert "the contract is not the one" in result.stderr
        lie = (
            Path("bad.json")
            .read_text(encoding="utf-8")
            .replace('"verdict": "reachable"', '"verdict": "absent"')
        )
        Path("bad.json").write_text(lie, encoding="utf-8")
        result = nogrow(*words, "--attestation", "bad.json")
        assert result.exit_code == 1
        assert "pkg.tgz!package/x.wasm is reachable, and was attested as absent" in result.stdout

    def test_verdict_omitted_by_the_statement_fails(self, nogrow: Nogrow, dist: Path) -> None:
        (dist / "bad.zip").write_bytes(zip_of({"x.wasm": GROWING_WASM}))
        Path("all.toml").write_text(
            'schema = 1\n[[artifact]]\npath = "dist/*!**"\nallow = ["reachable"]\n', encoding="utf-8"
        )
        words = ("check", "--dist", "dist", "--contract", "all.toml")
        assert nogrow(*words, "--attest", "s.json").exit_code == 0
        document = json.loads(Path("s.json").read_text(encoding="utf-8"))
        document["predicate"]["files"][0]["modules"][0]["verdicts"] = []
        Path("s.json").write_text(json.dumps(document), encoding="utf-8")
        assert nogrow(*words, "--attestation", "s.json").exit_code == 1

    def test_better_verdict_than_attested_is_a_note(self, nogrow: Nogrow) -> None:
        worse = (
            Path("s.json").read_text(encoding="utf-8").replace('"verdict": "absent"', '"verdict": "capped"')
        )
        Path("s.json").write_text(worse, encoding="utf-8")
        result = nogrow("check", "--dist", "dist", "--attestation", "s.json")
        assert result.exit_code == 0
        assert "package/x.wasm is absent, and was attested as capped" in result.stderr

    def test_component_is_attested_by_its_core_modules(self, nogrow: Nogrow, dist: Path) -> None:
        core = '(core module (func (export "f") (result i32) i32.const {}))'
        components = [assemble(f"(component {core.format(n)} {core.format(2)})") for n in (1, 3)]
        (dist / "c.zip").write_bytes(zip_of({"c.wasm": components[0]}))
        assert nogrow("check", "--dist", "dist", "--attest", "s.json").exit_code == 0
        assert '"name": "c.zip!c.wasm#1"' in Path("s.json").read_text(encoding="utf-8")
        assert nogrow("check", "--dist", "dist", "--attestation", "s.json").exit_code == 0
        (dist / "c.zip").write_bytes(zip_of({"c.wasm": components[1]}))
        result = nogrow("check", "--dist", "dist", "--attestation", "s.json", "--format", "json")
        broken = [
            artifact["path"] for artifact in validated(result.stdout)["artifacts"] if artifact["violations"]
        ]
        assert result.exit_code == 1
        assert broken == ["dist/c.zip", "dist/c.zip!c.wasm#0"]

    def test_broken_contract_leaves_the_old_statement(self, nogrow: Nogrow, dist: Path) -> None:
        before = Path("s.json").read_bytes()
        (dist / "bad.zip").write_bytes(zip_of({"in/bad.wasm": GROWING_WASM}))
        result = nogrow("check", "--dist", "dist", "--attest", "s.json")
        assert result.exit_code == 1
        assert result.stderr == (
            "nogrow: s.json: not written, because not every contract is kept; "
            "the file is that of an earlier check\n"
        )
        assert Path("s.json").read_bytes() == before
        assert nogrow("check", "--dist", "dist", "--attest", "new.json").exit_code == 1
        assert not Path("new.json").exists()

    def test_statement_names_the_contract_by_digest(self, nogrow: Nogrow) -> None:
        assert json.loads(Path("s.json").read_text(encoding="utf-8"))["predicate"]["contract"] is None
        Path("nogrow.toml").write_text('schema = 1\n[[artifact]]\npath = "quiet.wasm"\n', encoding="utf-8")
        assert nogrow("check", "--dist", "dist", "--attest", "s.json").exit_code == 0
        contract = json.loads(Path("s.json").read_text(encoding="utf-8"))["predicate"]["contract"]
        assert list(contract["digest"]) == ["sha256"]
        assert nogrow("check", "--dist", "dist", "--attestation", "s.json").stderr == ""
