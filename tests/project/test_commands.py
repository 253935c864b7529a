"""Tests of build commands: when they run again, and how they fail."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nogrow.errors import ToolError
from nogrow.machine.process import Progress
from nogrow.project.builder import BuildResult, BuildTools, build_all, set_up
from nogrow.project.manifest import read_manifest
from nogrow.project.project import open_project
from tests.machine.fakes import FakeMachine, ignore

PLAN = """schema = 1
[build]
seconds = 20
[[build.command]]
name = "my guest"
run = ["cc", "$HOME", "a;b"]
folder = "src dir"
inputs = ["src dir", "**/*.h"]
outputs = ["out put/my guest.wasm", "src dir/made.js"]
tools = ["cc"]
help = "apt-get install cc"
"""
GUEST = "out put/my guest.wasm"
CC = """
[ "$1" = --version ] && {{ echo "cc {version}"; exit 0; }}
/bin/cat guest.c > "../out put/my guest.wasm"; /bin/cat guest.c > made.js
"""


@pytest.fixture
def fake(tmp_path: Path) -> FakeMachine:
    return FakeMachine(tmp_path)


@pytest.fixture
def root(fake: FakeMachine) -> Path:
    folder = fake.root / "my project"
    for name, text in (("src dir/guest.c", "c"), ("config/a.h", "h"), ("nogrow.toml", PLAN)):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    compiler(fake)
    return folder


def compiler(fake: FakeMachine, script: str = CC, version: str = "1") -> None:
    fake.program(fake.bin / "cc", script.format(version=version), logged=True)


def built(fake: FakeMachine, root: Path, progress: Progress = ignore) -> BuildResult:
    return build_all(open_project(root), BuildTools(fake.machine(), ignore), progress)


def test_no_shell_reads_the_command(fake: FakeMachine, root: Path) -> None:
    assert built(fake, root).built == (GUEST, "src dir/made.js")
    assert fake.calls == ["cc --version", "cc $HOME a;b"]
    assert (root / GUEST).read_text() == "c"


def test_manifest_has_each_output_with_flags_and_tools(fake: FakeMachine, root: Path) -> None:
    built(fake, root)
    module, script = read_manifest(open_project(root)).entries
    assert (module.path, module.source, module.profile, module.flags) == (
        GUEST,
        "my guest",
        "command",
        ("cc", "$HOME", "a;b"),
    )
    assert [(tool.name, tool.version) for tool in module.tools] == [("cc", "cc 1")]
    assert (module.is_module, script.is_module) == (True, False)


def nothing(fake: FakeMachine, root: Path) -> None:
    (root / "config/readme.txt").write_text("no input")


def build_header(fake: FakeMachine, root: Path) -> None:
    (root / "build/made.h").write_text("made")


def change_source(fake: FakeMachine, root: Path) -> None:
    (root / "src dir/guest.c").write_text("changed")


def add_source(fake: FakeMachine, root: Path) -> None:
    (root / "config/b.h").write_text("")


def change_words(fake: FakeMachine, root: Path) -> None:
    (root / "nogrow.toml").write_text(PLAN.replace('"a;b"', '"-O2"'))


def change_version(fake: FakeMachine, root: Path) -> None:
    compiler(fake, version="2")


def edit_output(fake: FakeMachine, root: Path) -> None:
    (root / GUEST).write_text("by hand")


def remove_other_output(fake: FakeMachine, root: Path) -> None:
    (root / "src dir/made.js").unlink()


def forget_inputs(fake: FakeMachine, root: Path) -> None:
    (root / "nogrow.toml").write_text(PLAN.replace("inputs =", "# inputs ="))


@pytest.mark.parametrize(
    ("change", "runs"),
    [
        (nothing, 0),
        (build_header, 0),
        (change_source, 1),
        (add_source, 1),
        (change_words, 1),
        (change_version, 1),
        (edit_output, 1),
        (remove_other_output, 1),
        (forget_inputs, 2),
    ],
)
def test_command_runs_again_if_an_input_changed(
    fake: FakeMachine, root: Path, change: Callable[[FakeMachine, Path], None], runs: int
) -> None:
    def count() -> int:
        return len([call for call in fake.calls if call != "cc --version"])

    built(fake, root)
    change(fake, root)
    built(fake, root)
    built(fake, root)
    assert count() == 1 + runs
    assert (root / GUEST).read_text() == (root / "src dir/guest.c").read_text()


def test_failing_command_shows_its_output_and_arguments(fake: FakeMachine, root: Path) -> None:
    compiler(fake, '[ "$1" = --version ] && echo 1 && exit 0; echo "guest.c:1: error" >&2; exit 2')
    with pytest.raises(ToolError) as raised:
        built(fake, root)
    assert str(raised.value) == f"{fake.bin}/cc '$HOME' 'a;b' failed with exit code 2\n  | guest.c:1: error"


def test_command_that_takes_too_long_is_killed(fake: FakeMachine, root: Path) -> None:
    (root / "nogrow.toml").write_text(PLAN.replace("seconds = 20", "seconds = 1"))
    compiler(fake, '[ "$1" = --version ] && echo 1 && exit 0; echo waiting >&2; /bin/sleep 60')
    with pytest.raises(ToolError, match=r"took longer than 1 s\n  \| waiting"):
        built(fake, root)


def test_missing_output_is_an_error(fake: FakeMachine, root: Path) -> None:
    compiler(fake, CC.replace("/bin/cat guest.c > made", "exit 0; > made"))
    with pytest.raises(ToolError, match=r"'my guest' succeeded, but did not make src dir/made\.js"):
        built(fake, root)


@pytest.mark.parametrize(
    "task", [built, lambda fake, root: set_up(open_project(root), fake.machine(), ignore)]
)
def test_missing_program_shows_the_help(
    fake: FakeMachine, root: Path, task: Callable[[FakeMachine, Path], object]
) -> None:
    (fake.bin / "cc").unlink()
    message = "^cc, which the command 'my guest' needs, is not on the PATH; apt-get install cc$"
    with pytest.raises(ToolError, match=message):
        task(fake, root)


def test_program_with_a_slash_is_relative_to_the_folder(fake: FakeMachine, root: Path) -> None:
    fake.program(root / "src dir/tools/cc", CC.format(version=1))
    (root / "nogrow.toml").write_text(PLAN.replace('["cc", "$HOME"', '["tools/cc", "$HOME"'))
    built(fake, root)
    assert fake.calls == ["cc --version"]
    (root / "src dir/tools/cc").unlink()
    change_source(fake, root)
    with pytest.raises(ToolError, match=r"^tools/cc, which .* is missing; apt-get"):
        built(fake, root)


def test_pattern_that_matches_no_file_is_an_error(fake: FakeMachine, root: Path) -> None:
    (root / "config/a.h").unlink()
    with pytest.raises(ToolError, match=r"the input \*\*/\*\.h matches no file"):
        built(fake, root)


def test_missing_folder_is_an_error(fake: FakeMachine, root: Path) -> None:
    (root / "nogrow.toml").write_text(PLAN.replace('folder = "src dir"', 'folder = "gone"'))
    with pytest.raises(ToolError, match="gone of the command 'my guest' is missing"):
        built(fake, root)
