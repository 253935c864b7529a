# ruff: noqa: E501 -- one line per case

from pathlib import Path, PurePosixPath

import pytest

from nogrow.contract.build_plan import CommandSource, CrateSource, Plan, TextSource
from nogrow.contract.load import load, load_plan
from nogrow.errors import ContractError

WHOLE = """schema = 1
[build]
output = "./out put"
profiles = ["debug", "release"]
seconds = 30
[[build.wat]]
path = "wat/a.wat"
[[build.crate]]
path = "../shared/crate"
name = "my crate"
profiles = ["release", "small", "small"]
features = ["std"]
default_features = false
rustflags = ["-C", "link-arg=--max-memory=65536"]
[[build.command]]
name = "guest"
run = ["make", "guest"]
folder = "c"
inputs = ["c", "../include/*.h"]
outputs = ["c/guest.wasm", "c/guest.js"]
tools = ["clang", ["go", "version"]]
help = "apt-get install clang"
"""
ARTIFACT = '[[artifact]]\npath = "a.wasm"\n'
COMMAND = 'schema = 1\n[[build.command]]\nname = "c"\nrun = ["make"]\noutputs = ["a.wasm"]\n'


def written(folder: Path, text: str) -> Path:
    path = folder / "nogrow.toml"
    path.write_text(text)
    return path


def test_every_key_is_read(tmp_path: Path) -> None:
    text = TextSource("a", PurePosixPath("wat/a.wat"), ("debug", "release"))
    crate = CrateSource(
        "my crate",
        PurePosixPath("../shared/crate"),
        ("release", "small"),
        ("std",),
        False,
        ("-C", "link-arg=--max-memory=65536"),
    )
    command = CommandSource(
        "guest",
        ("make", "guest"),
        (PurePosixPath("c/guest.wasm"), PurePosixPath("c/guest.js")),
        ("c", "../include/*.h"),
        PurePosixPath("c"),
        (("clang", "--version"), ("go", "version")),
        "apt-get install clang",
    )
    plan = load_plan(written(tmp_path, WHOLE))
    assert plan == Plan(PurePosixPath("out put"), 30, (text,), (crate,), (command,))
    assert plan.artifact(crate, "small") == PurePosixPath("out put/small/my crate.wasm")


def test_defaults_build_a_release_into_build(tmp_path: Path) -> None:
    plan = load_plan(written(tmp_path, 'schema = 1\n[[build.crate]]\npath = "crates/app"'))
    assert plan == Plan(crates=(CrateSource("app", PurePosixPath("crates/app"), ("release",)),))
    assert plan.artifact(plan.crates[0], "release") == PurePosixPath("build/release/app.wasm")


def test_plan_without_a_table_is_empty(tmp_path: Path) -> None:
    assert load_plan(written(tmp_path, "schema = 1")).is_empty


@pytest.mark.parametrize(
    "text", ['schema = 1\n[[build.wat]]\npath = "a.wat"', 'schema = 1\n[[build.crate]]\npath = "a"', COMMAND]
)
def test_plan_with_one_source_is_not_empty(tmp_path: Path, text: str) -> None:
    assert not load_plan(written(tmp_path, text)).is_empty


def test_check_reads_a_contract_with_a_build_table(tmp_path: Path) -> None:
    assert len(load(written(tmp_path, WHOLE + ARTIFACT)).artifacts) == 1


WRONG = {
    "unknown key": ('schema = 1\n[build]\nout = "x"', 3, "build.out: unknown key; did you mean `output`?"),
    "build is no table": ("schema = 1\nbuild = 1", 2, "build: expected a table, not the number 1"),
    "crates for crate": ("schema = 1\n[build]\ncrates = []", 3, "build.crates: unknown key; did you mean `crate`?"),
    "crate is a table": ('schema = 1\n[build.crate]\npath = "a"', 2, "build.crate: expected an array of tables, not a table"),
    "no time": ("schema = 1\n[build]\nseconds = 0", 3, "build.seconds: expected an integer of at least 1, not the number 0"),
    "output outside": ('schema = 1\n[build]\noutput = "a/../../b"', 3, "build.output: expected a path below the folder of this file, not 'a/../../b'"),
    "output absolute": ('schema = 1\n[build]\noutput = "/tmp/b"', 3, "build.output: expected a path below the folder of this file, not '/tmp/b'"),
    "output is all": ('schema = 1\n[build]\noutput = "."', 3, "build.output: expected a path below the folder of this file, not '.'"),
    "output empty": ('schema = 1\n[build]\noutput = ""', 3, "build.output: expected a string, not an empty string"),
    "output no text": ("schema = 1\n[build]\noutput = 1", 3, "build.output: expected a string, not the number 1"),
    "no profile": ("schema = 1\n[build]\nprofiles = []", 3, "build.profiles: expected at least one profile"),
    "profile of cargo": ('schema = 1\n[build]\nprofiles = ["release", "dev"]', 3, "build.profiles#2: cargo's 'dev' has another name here; did you mean `debug`?"),
    "profile is a path": ('schema = 1\n[build]\nprofiles = ["../a"]', 3, "build.profiles#1: expected a name of letters, digits, - and _, not '../a'"),
    "profile is a flag": ('schema = 1\n[build]\nprofiles = ["-Z"]', 3, "build.profiles#1: expected a name of letters"),
    "crate without path": ('schema = 1\n[[build.crate]]\nname = "a"', 2, "build.crate#1: the key `path` is missing: the folder of a Cargo.toml"),
    "crate with another key": ('schema = 1\n[[build.crate]]\npath = "a"\nfeature = ["std"]', 4, "build.crate#1.feature: unknown key; did you mean `features`?"),
    "crate without a name": ('schema = 1\n[[build.crate]]\npath = "."', 2, "build.crate#1: the key `name` is missing: the name of the result"),
    "crate above": ('schema = 1\n[[build.crate]]\npath = ".."', 3, "build.crate#1.path: '..' can't name a file"),
    "flags are text": ('schema = 1\n[[build.crate]]\npath = "a"\nrustflags = "-C opt-level=3"', 4, "build.crate#1.rustflags: expected an array of strings, not the string '-C opt-level=3'"),
    "features twice over": ('schema = 1\n[[build.crate]]\npath = "a"\nfeatures = ["std", 1]', 4, "build.crate#1.features#2: expected a string, not the number 1"),
    "wat without path": ("schema = 1\n[[build.wat]]", 2, "build.wat#1: the key `path` is missing: the path of a .wat file"),
    "wat with another key": ('schema = 1\n[[build.wat]]\npath = "a.wat"\nfeatures = []', 4, "build.wat#1.features: unknown key"),
    "name is a path": ('schema = 1\n[[build.wat]]\npath = "a.wat"\nname = "../b"', 4, "build.wat#1.name: '../b' can't name a file"),
    "name has a line end": ('schema = 1\n[[build.wat]]\npath = "a.wat"\nname = "a\\nb"', 4, "build.wat#1.name: 'a\\nb' can't name a file"),
    "empty name": ('schema = 1\n[[build.wat]]\npath = "a.wat"\nname = ""', 4, "build.wat#1.name: '' can't name a file"),
    "NUL in a path": ('schema = 1\n[[build.wat]]\npath = "a\\u0000.wat"', 3, "build.wat#1.path: a path can't contain a NUL character"),
    "built twice": ('schema = 1\n[[build.wat]]\npath = "a.wat"\n[[build.crate]]\npath = "x/a"', 5, "build.crate#1.path: `build/release/a.wasm` is already built by wat#1"),
    "built twice by name": ('schema = 1\n[[build.wat]]\npath = "a.wat"\n[[build.wat]]\npath = "b.wat"\nname = "a"', 6, "build.wat#2.name: `build/release/a.wasm` is already built by wat#1"),
    "command without name": ('schema = 1\n[[build.command]]\nrun = ["a"]', 2, "build.command#1: the key `name` is missing"),
    "command without run": ('schema = 1\n[[build.command]]\nname = "a"', 2, "build.command#1: the key `run` is missing: the program and its arguments"),
    "command for a shell": ('schema = 1\n[[build.command]]\nname = "a"\nrun = "make guest"', 4, "build.command#1.run: expected an array of strings, not the string 'make guest'"),
    "command without words": ('schema = 1\n[[build.command]]\nname = "a"\nrun = []', 4, "build.command#1.run: expected the program and its arguments, an array of strings, not an empty array"),
    "NUL in a word": ('schema = 1\n[[build.command]]\nname = "a"\nrun = ["a\\u0000"]', 4, "build.command#1.run#1: a NUL character can't be passed to a program"),
    "command that makes nothing": ('schema = 1\n[[build.command]]\nname = "a"\nrun = ["a"]', 2, "build.command#1: the key `outputs` is missing: the files that the command makes"),
    "command with another key": (COMMAND + 'cwd = "c"', 6, "build.command#1.cwd: unknown key; known here: name, run, outputs, inputs, folder, tools, help"),
    "input is no text": (COMMAND + "inputs = [1]", 6, "build.command#1.inputs#1: expected a string, not the number 1"),
    "folder is no text": (COMMAND + "folder = 1", 6, "build.command#1.folder: expected a string, not the number 1"),
    "tool is no command": (COMMAND + "tools = [1]", 6, "build.command#1.tools#1: expected a program such as \"clang\" or a command such as [\"go\", \"version\"], not the number 1"),
    "tool with a number in its words": (COMMAND + 'tools = [["go", 1]]', 6, "build.command#1.tools#1: expected a program such as"),
    "tool without words": (COMMAND + "tools = [[]]", 6, "build.command#1.tools#1: expected a program such as"),
    "output of a command outside": ('schema = 1\n[[build.command]]\nname = "c"\nrun = ["make"]\noutputs = ["a.wasm", "../b.wasm"]', 5, "build.command#1.outputs#2: expected a path below the folder of this file, not '../b.wasm'"),
    "made twice by a command": ('schema = 1\n[[build.command]]\nname = "c"\nrun = ["make"]\noutputs = ["a.wasm", "./a.wasm"]', 5, "build.command#1.outputs: `a.wasm` is already built by the command 'c'"),
    "output is nogrow's": ('schema = 1\n[[build.command]]\nname = "c"\nrun = ["make"]\noutputs = ["build/manifest.json"]', 5, "build.command#1.outputs: `build/manifest.json` is a file that nogrow writes itself"),
    "name of a command twice": (COMMAND + '[[build.command]]\nname = "c"\nrun = ["a"]\noutputs = ["b.wasm"]', 7, "build.command#2.name: a second command with the name 'c'"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_wrong_plan_names_file_line_and_key(tmp_path: Path, case: str) -> None:
    text, line, message = WRONG[case]
    path = written(tmp_path, text)
    with pytest.raises(ContractError) as raised:
        load_plan(path)
    assert str(raised.value).startswith(f"{path}:{line}: {message}")
    assert "\n" not in str(raised.value)


def test_check_rejects_a_wrong_plan(tmp_path: Path) -> None:
    path = written(tmp_path, f"schema = 1\n{ARTIFACT}[build]\nprofile = []")
    with pytest.raises(ContractError, match=r":5: build\.profile: unknown key; did you mean `profiles`\?"):
        load(path)
