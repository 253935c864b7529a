"""Tests of the hooks with the real pre-commit, which first installs nogrow over the network."""

import shutil
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.repos.hooked import ROOT, Scratch, environment, hook_repository, index_is_reached, run
from tests.support.modules import GROWING, QUIET, UNUSED, write_cut_module, write_module

pytestmark = pytest.mark.exhaustive

CONFIG = """\
repos:
  - repo: {repository}
    rev: {revision}
    hooks:
      - id: nogrow
"""

Hooks = tuple[Path, str, dict[str, str]]


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Hooks:
    if shutil.which("git") is None:
        pytest.skip("git is not on the PATH")
    repository, revision, environ = hook_repository()
    if not Path(environ["PRE_COMMIT_HOME"]).exists():
        folder = tmp_path_factory.mktemp("pip")
        if not index_is_reached(folder):
            pytest.skip("the hooks are not installed yet, and the Python package index cannot be reached")
    return repository, revision, environ


@pytest.fixture
def scratch(hooks: Hooks, tmp_path: Path) -> Scratch:
    repository, revision, environ = hooks
    scratch = Scratch(tmp_path / "scratch", environ)
    scratch.folder.mkdir()
    (scratch.folder / ".pre-commit-config.yaml").write_text(
        CONFIG.format(repository=repository, revision=revision)
    )
    assert scratch("git", "init", "-q", "-b", "main").returncode == 0
    done = scratch("pre-commit", "install", "--install-hooks")
    assert done.returncode == 0, done.stdout
    return scratch


def test_configuration_has_five_lines() -> None:
    assert len(CONFIG.splitlines()) == 5


def test_manifest_is_valid_for_pre_commit(tmp_path: Path) -> None:
    words = ["pre-commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")]
    done = run(words, tmp_path, environment(tmp_path))
    assert (done.returncode, done.stdout) == (0, "")
    hooks = {hook["id"]: hook for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
    assert sorted(hooks) == ["nogrow", "nogrow-contract"]
    assert hooks["nogrow"]["args"][-1] == "--"
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert [hook["additional_dependencies"] for hook in hooks.values()] == [extras["glue"]] * 2


def test_growing_module_fails_with_its_witness(scratch: Scratch) -> None:
    growing = write_module(scratch.folder / "pkg/app.wasm", GROWING)
    done = scratch.commit()
    assert done.returncode != 0
    assert "error[NG001]: growth-reachable: `bad` can grow memory 0 and return" in done.stdout
    assert "  --> pkg/app.wasm\n" in done.stdout
    assert "memory.grow\n" in done.stdout
    assert scratch.commits == 0
    write_module(growing, QUIET)
    done = scratch.commit()
    assert done.returncode == 0, done.stdout
    assert scratch.commits == 1


def test_module_that_is_not_judged_fails(scratch: Scratch) -> None:
    write_cut_module(scratch.folder / "cut.wasm", QUIET)
    assert "NG010" in scratch.commit().stdout


def test_strange_file_names_are_treated_as_files(scratch: Scratch) -> None:
    names = ["-q.wasm", "--help.wasm", "--format=html=out.wasm", "a b.wasm", "new\nline.wasm", "*.wasm"]
    names += ["é.wasm", "$(touch pwned).wasm", "; touch pwned.wasm"]
    for name in names:
        write_module(scratch.folder / name, QUIET)
    done = scratch.commit()
    assert done.returncode == 0, done.stdout
    for name in names:
        write_module(scratch.folder / name, GROWING)
    done = scratch.commit()
    assert done.returncode != 0
    assert done.stdout.count("error[NG001]") == len(names)
    assert not (scratch.folder / "pwned").exists()


def test_every_file_of_many_is_judged(scratch: Scratch) -> None:
    # More file names than fit into a command line, so that pre-commit runs several.
    for number in range(700):
        write_module(scratch.folder / f"{number}/{'long' * 60}.wasm", QUIET)
    write_module(scratch.folder / f"350/{'long' * 60}.wasm", GROWING)
    done = scratch.commit()
    assert done.returncode != 0
    assert done.stdout.count("error[NG001]") == 1


def test_file_without_a_clause_has_the_default_clause(scratch: Scratch) -> None:
    (scratch.folder / "nogrow.toml").write_text(
        'schema = 1\n[[artifact]]\npath = "control.wasm"\nexpect = { bad = "reachable" }\n'
        '[[artifact]]\npath = "strict.wasm"\nallow = ["absent"]\n'
    )
    write_module(scratch.folder / "control.wasm", GROWING)
    assert scratch.commit().returncode == 0
    write_module(scratch.folder / "strict.wasm", UNUSED)
    assert "NG004" in scratch.commit().stdout
    write_module(scratch.folder / "strict.wasm", QUIET)
    write_module(scratch.folder / "unnamed.wasm", GROWING)
    done = scratch.commit()
    assert "  --> unnamed.wasm\n" in done.stdout
    assert done.stdout.count("error[") == 1


def test_deleted_module_is_not_judged(scratch: Scratch) -> None:
    path = write_module(scratch.folder / "a.wasm", QUIET)
    assert scratch.commit().returncode == 0
    path.unlink()
    assert scratch.commit().returncode == 0


def test_contract_hook_judges_ignored_build_outputs(scratch: Scratch, tmp_path: Path) -> None:
    config = scratch.folder / ".pre-commit-config.yaml"
    config.write_text(config.read_text().replace("id: nogrow", "id: nogrow-contract"))
    (scratch.folder / ".gitignore").write_text("build/\n")
    (scratch.folder / "nogrow.toml").write_text('schema = 1\n[[artifact]]\npath = "build/app.wasm"\n')
    assert scratch("git", "init", "-q", "--bare", str(tmp_path / "origin")).returncode == 0
    assert scratch("git", "remote", "add", "origin", str(tmp_path / "origin")).returncode == 0
    assert scratch("pre-commit", "install", "--hook-type", "pre-push").returncode == 0
    built = write_module(scratch.folder / "build/app.wasm", GROWING)
    assert scratch.commit().returncode == 0
    done = scratch("git", "push", "origin", "main")
    assert done.returncode != 0
    assert "error[NG001]" in done.stdout
    words = ("pre-commit", "run", "--hook-stage", "manual", "nogrow-contract")
    assert scratch(*words).returncode != 0
    built.unlink()
    assert "no module found" in scratch(*words).stdout
    write_module(built, QUIET)
    assert scratch(*words).returncode == 0
    assert scratch("git", "push", "origin", "main").returncode == 0
