# ruff: noqa: E501 -- one line per case

import math
import tomllib
from pathlib import Path

import pytest

from nogrow.analysis.judgement import Conditions
from nogrow.contract.load import load, load_mapping
from nogrow.contract.model import (
    DEFAULT_ALLOW,
    Allowance,
    Call,
    Expectation,
    Host,
    Imports,
    MemoryLimits,
    Read,
    Saved,
    Scenario,
    Seal,
    Stub,
    Write,
)
from nogrow.errors import ContractError
from nogrow.rewrite.rewrite import Mode
from tests.support.judgements import ABSENT, REACHABLE, UNREACHABLE

WHOLE = """schema = 1
[[artifact]]
path = "./build/a.wasm"
allow = ["unreachable", "absent", "absent"]
expect = { main = "reachable" }
[artifact.exports]
"init" = ["reachable"]
"process*" = ["absent"]
[artifact.memory]
min_pages = 17
max_pages = 17
[artifact.imports]
policy = "deny"
trusted = ["env.log_*"]
[[artifact.scenario]]
name = "greeting"
steps = [
  { call = "ptr", save = "p" },
  { write = "Ahoy", at = "$p" },
  { call = "set", args = [10, "$p"], save = "len", expect = -1, may_grow = false },
  { call = "set", must_grow = true },
  { read = "$len", at = 4, expect = "Ahoy!" },
]
[[artifact]]
path = "b/**/*.wasm"
"""


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "nogrow.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_complete_contract_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, WHOLE)
    contract = load(path)
    assert contract.path == path
    first, second = contract.artifacts
    assert first.path == "build/a.wasm"
    assert first.allow == (ABSENT, UNREACHABLE)
    assert first.expect == (Expectation("main", REACHABLE),)
    assert first.exports == (Allowance("init", (REACHABLE,)), Allowance("process*", (ABSENT,)))
    assert first.memory == MemoryLimits(17, 17)
    assert first.imports == Imports(denied=True, trusted=("env.log_*",))
    steps = (
        Call("ptr", save="p"),
        Write("Ahoy", Saved("p")),
        Call("set", (10, Saved("p")), "len", -1, may_grow=False),
        Call("set", must_grow=True),
        Read(Saved("len"), 4, "Ahoy!"),
    )
    assert first.scenarios == (Scenario("greeting", steps),)
    assert second.allow == DEFAULT_ALLOW
    assert second.imports == Imports(denied=False, trusted=())
    assert second.memory is None
    assert second.host == Host(stubs=(), wasi=False)


def test_values_traps_and_imports_of_a_scenario_are_read(tmp_path: Path) -> None:
    text = (
        HEAD
        + """wasi = true
stub = [{ import = "env.a.b", returns = 1 }, { import = "env.c", fails = true, grows = 2 }]
[[artifact.scenario]]
name = "s"
repeat = 3
steps = [
  { call = "f", args = [1.5, "-inf", 7], save = "v", repeat = 2 },
  { call = "g", expect = [1, "$v"] },
  { call = "g", expect_trap = true },
  { call = "g", expect_trap = "stack" },
  { call = "g", expect_trap = false },
  { write_hex = "00 ff", at = "$v" },
  { read = 1, at = 0, expect_hex = "FF" },
]
"""
    )
    (scenario,) = load(written(tmp_path, text)).artifacts[0].scenarios
    assert scenario.repeat == 3
    assert scenario.host == Host((Stub("env.a.b", (1,)), Stub("env.c", fails=True, grows=2)), wasi=True)
    assert scenario.steps == (
        Call("f", (1.5, -math.inf, 7), save="v", repeat=2),
        Call("g", expect=(1, Saved("v"))),
        Call("g", expect_trap=""),
        Call("g", expect_trap="stack"),
        Call("g"),
        Write(b"\x00\xff", Saved("v")),
        Read(1, 0, b"\xff"),
    )


@pytest.mark.parametrize(
    ("given", "limits"),
    [
        ("min_pages = 0", MemoryLimits(min_pages=0)),
        ("max_pages = 0", MemoryLimits(max_pages=0)),
        ("min_pages = 2\nmax_pages = 2", MemoryLimits(2, 2)),
    ],
)
def test_single_limit_is_enough_and_may_be_0(tmp_path: Path, given: str, limits: MemoryLimits) -> None:
    assert load(written(tmp_path, f"{HEAD}[artifact.memory]\n{given}")).artifacts[0].memory == limits


def test_import_is_trusted_by_name_or_glob(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + '[artifact.imports]\ntrusted = ["env.f", "env.log_*", "*"]')
    assert load(path).artifacts[0].imports.trusted == ("env.f", "env.log_*", "*")


def test_functions_without_import_are_trusted_by_report_name(tmp_path: Path) -> None:
    names = ("(table t)", "(function references)")
    path = written(tmp_path, HEAD + f"[artifact.imports]\ntrusted = {list(names)}")
    assert load(path).artifacts[0].imports.trusted == names


@pytest.mark.parametrize(
    ("given", "seal"),
    [
        ('{ mode = "deny" }', Seal(Mode.DENY)),
        ('{ mode = "cap", pages = 3 }', Seal(Mode.CAP, 3)),
        ('{ mode = "reserve" }', Seal(Mode.RESERVE)),
        ('{ mode = "reserve", pages = 256 }', Seal(Mode.RESERVE, 256)),
        ('{ mode = "reserve", pages = "scenarios" }', Seal(Mode.RESERVE, "scenarios")),
    ],
)
@pytest.mark.parametrize("path", ["a.wasm", "build/**/*.wasm", "[!_]*.wasm"])
def test_seal_has_a_mode_and_pages(tmp_path: Path, path: str, given: str, seal: Seal) -> None:
    text = f"{HEAD.replace('a.wasm', path)}seal = {given}"
    assert load(written(tmp_path, text)).artifacts[0].seal == seal


def test_contract_without_artifacts_is_read_on_demand(tmp_path: Path) -> None:
    assert load(written(tmp_path, "schema = 1"), may_be_empty=True).artifacts == ()


def test_windows_line_ends_are_read(tmp_path: Path) -> None:
    assert len(load(written(tmp_path, WHOLE.replace("\n", "\r\n"))).artifacts) == 2


HEAD = 'schema = 1\n[[artifact]]\npath = "a.wasm"\n'
STEPS = HEAD + '[[artifact.scenario]]\nname = "s"\nsteps = [\n  { call = "f", save = "v" },\n'

WRONG: dict[str, tuple[str | bytes, int | None, str]] = {
    "no TOML": ("schema = 1\nx = = 2\ny = 1\n", 2, "not valid TOML: Invalid value"),
    "end in the middle": ("schema = 1\nx = [", 2, "not valid TOML"),
    "a key twice": ("schema = 1\nschema = 2", 2, "not valid TOML: Cannot overwrite a value"),
    "not UTF-8": (b"\n# \xff\n", 2, "not valid UTF-8"),
    "nested too deeply": ("a = " + "[" * 20000, None, "nested too deeply"),
    "empty": ("", 1, "the key `schema` is missing"),
    "another schema": ("\nschema = 2\n", 2, "schema: expected 1"),
    "schema that is a date": ("schema = 1979-05-27", 1, "schema: expected an integer of at least 1, not a date or time"),
    "schema of another type": ('schema = "1"', 1, "schema: expected an integer of at least 1, not the string '1'"),
    "schema true": ("schema = true", 1, "schema: expected an integer of at least 1, not true"),
    "no artifact": ("schema = 1", 1, "no [[artifact]]"),
    "artifact is a table": ("schema = 1\n[artifact]\n", 2, "artifact: expected an array of tables, not a table"),
    "artifact is no table": ("schema = 1\nartifact = [1]", 2, "artifact#1: expected a table, not the number 1"),
    "unknown top key": ("schema = 1\nartefact = 1\n[[artifact]]", 2, "artefact: unknown key; did you mean `artifact`?"),
    "unknown key": (HEAD + 'alow = ["absent"]', 4, "artifact#1.alow: unknown key; did you mean `allow`?"),
    "unlike any key": (HEAD + "zzz = 1", 4, "artifact#1.zzz: unknown key; known here: path, js, allow"),
    "no path": ("schema = 1\n\n[[artifact]]\n", 3, "artifact#1: the key `path` is missing"),
    "empty path": ('schema = 1\n[[artifact]]\npath = ""', 3, "artifact#1.path: expected the path"),
    "path is a number": ("schema = 1\n[[artifact]]\npath = 1", 3, "artifact#1.path: expected a string, not the number 1"),
    "path twice": (HEAD + '[[artifact]]\npath = "./a.wasm"', 5, "artifact#2.path: the artifact `a.wasm` already has a contract"),
    "bad stars": ('schema = 1\n[[artifact]]\npath = "a**/b"', 3, "artifact#1.path: bad glob"),
    "bracket that a slash cuts": ('schema = 1\n[[artifact]]\npath = "a[b/c]"', 3, "artifact#1.path: bad glob"),
    "bracket with a mark alone": ('schema = 1\n[[artifact]]\npath = "a[!]"', 3, "artifact#1.path: bad glob"),
    "number of a core module with many digits": (f'schema = 1\n[[artifact]]\npath = "a#{"9" * 5000}"', 3, "artifact#1.path: no component has"),
    "number with many digits": (HEAD + f"# x\n[artifact.memory]\nmin_pages = {'1' * 5000}", 6, "an integer in it does not fit into 64 bits"),
    "hexadecimal number with many digits": (HEAD + f"memory = {{ max_pages = 1, min_pages = 0x{'f' * 5000} }}", 4, "artifact#1.memory.min_pages: the integer does not fit"),
    "key with many dots": ("schema = 1\n" + "a." * 20000 + f"b = 0x{'f' * 20}\n", 2, "a: unknown key"),
    "absolute path of the same file": (HEAD + '[[artifact]]\npath = "{folder}/a.wasm"', 5, "artifact#2.path: the artifact `"),
    "open bracket": ('schema = 1\n[[artifact]]\npath = "a[b"', 3, "artifact#1.path: bad glob"),
    "NUL in path": ('schema = 1\n[[artifact]]\npath = "a\\u0000"', 3, "artifact#1.path: a path can't contain"),
    "unknown verdict": (HEAD + 'allow = [\n"absent",\n"unreachble"]', 6, "artifact#1.allow#2: unknown verdict 'unreachble'; did you mean `unreachable`?"),
    "verdict of another type": (HEAD + "allow = [1]", 4, "artifact#1.allow#1: expected a verdict, not the number 1"),
    "allow is a string": (HEAD + 'allow = "absent"', 4, "artifact#1.allow: expected an array of verdicts, not the string 'absent'"),
    "nothing allowed": (HEAD + "allow = []", 4, "artifact#1.allow: expected at least one verdict"),
    "exports is no table": (HEAD + "exports = []", 4, "artifact#1.exports: expected a table, not an array"),
    "unknown verdict in exports": (HEAD + '[artifact.exports]\nf = ["absnt"]', 5, "artifact#1.exports.f#1: unknown verdict 'absnt'; did you mean `absent`?"),
    "unknown key in parentheses": (HEAD + '[artifact.exports]\n"(strat)" = ["absent"]', 5, "artifact#1.exports.(strat): expected (start), (escaped) or (func[INDEX]) in parentheses; the key for an export with this name is '[(]strat)'"),
    "index with a zero before it": (HEAD + 'expect = { "(func[01])" = "absent" }', 4, "artifact#1.expect.(func[01]): expected (start), (escaped) or (func[INDEX])"),
    "expect is a list": (HEAD + 'expect = { f = ["absent"] }', 4, "artifact#1.expect.f: expected a verdict, not an array"),
    "nothing expected": (HEAD + "expect = {}", 4, "artifact#1.expect: empty"),
    "empty memory": (HEAD + "[artifact.memory]", 4, "artifact#1.memory: empty"),
    "unknown key of memory": (HEAD + "[artifact.memory]\nmin_pages = 1\nmax_page = 1", 6, "artifact#1.memory.max_page: unknown key; did you mean `max_pages`?"),
    "negative maximum": (HEAD + "[artifact.memory]\nmax_pages = -1", 5, "artifact#1.memory.max_pages: expected an integer of at least 0, not the number -1"),
    "negative pages": (HEAD + "[artifact.memory]\nmin_pages = -1", 5, "artifact#1.memory.min_pages: expected an integer of at least 0, not the number -1"),
    "pages in half": (HEAD + "[artifact.memory]\nmin_pages = 1.5", 5, "artifact#1.memory.min_pages: expected an integer of at least 0, not the number 1.5"),
    "pages the wrong way round": (HEAD + "[artifact.memory]\nmax_pages = 1\nmin_pages = 2", 6, "artifact#1.memory.min_pages: min_pages 2 is above max_pages 1"),
    "unknown key of imports": (HEAD + '[artifact.imports]\npolcy = "deny"', 5, "artifact#1.imports.polcy: unknown key; did you mean `policy`?"),
    "unknown policy": (HEAD + '[artifact.imports]\npolicy = "denny"', 5, "artifact#1.imports.policy: unknown policy 'denny'; did you mean `deny`?"),
    "empty policy": (HEAD + '[artifact.imports]\npolicy = ""', 5, "artifact#1.imports.policy: unknown policy ''"),
    "trusted is no list": (HEAD + '[artifact.imports]\ntrusted = "env.f"', 5, "artifact#1.imports.trusted: expected an array of strings"),
    "trusted without module": (HEAD + '[artifact.imports]\ntrusted = ["log"]', 5, "artifact#1.imports.trusted#1: expected module.field, not 'log'"),
    "trusted in parentheses": (HEAD + '[artifact.imports]\ntrusted = ["(tabel t)"]', 5, "artifact#1.imports.trusted#1: expected module.field, not '(tabel t)'"),
    "empty trusted": (HEAD + '[artifact.imports]\ntrusted = [""]', 5, "artifact#1.imports.trusted#1: expected a string, not an empty string"),
    "scenario without steps": (HEAD + '[[artifact.scenario]]\nname = "s"', 4, "artifact#1.scenario#1: the key `steps` is missing"),
    "scenario without name": (HEAD + "[[artifact.scenario]]\nsteps = []", 4, "artifact#1.scenario#1: the key `name` is missing"),
    "no steps": (HEAD + '[[artifact.scenario]]\nname = "s"\nsteps = []', 6, "artifact#1.scenario#1.steps: expected at least one step"),
    "no call": (HEAD + '[[artifact.scenario]]\nname = "s"\nsteps = [{ write = "a", at = 1 }]', 6, "artifact#1.scenario#1.steps: expected at least one `call`"),
    "name twice": (STEPS + ']\n[[artifact.scenario]]\nname = "s"\nsteps = [{call = "f"}]', 10, "artifact#1.scenario#2.name: a second scenario"),
    "unknown key of a scenario": (STEPS + "]\nrepeats = 2", 9, "artifact#1.scenario#1.repeats: unknown key; did you mean `repeat`?"),
    "two kinds": (STEPS + '  { call = "f", read = 1 },\n]', 8, "artifact#1.scenario#1.steps#2: expected exactly one of"),
    "no kind": (STEPS + "  { at = 1 },\n]", 8, "artifact#1.scenario#1.steps#2: expected exactly one of"),
    "unknown kind": (STEPS + '  { cal = "f" },\n]', 8, "artifact#1.scenario#1.steps#2.cal: unknown key; did you mean `call`?"),
    "key of another kind": (STEPS + '  { write = "f", at = 1, save = "x" },\n]', 8, "artifact#1.scenario#1.steps#2.save: unknown key"),
    "misspelled flag": (STEPS + '  { call = "f", may_grw = false },\n]', 8, "artifact#1.scenario#1.steps#2.may_grw: unknown key; did you mean `may_grow`?"),
    "flag of another type": (STEPS + '  { call = "f", may_grow = 0 },\n]', 8, "artifact#1.scenario#1.steps#2.may_grow: expected true or false, not the number 0"),
    "must but may not": (STEPS + '  { call = "f", may_grow = false, must_grow = true },\n]', 8, "artifact#1.scenario#1.steps#2.must_grow: a call that must grow"),
    "args of another type": (STEPS + '  { call = "f", args = ["x"] },\n]', 8, "artifact#1.scenario#1.steps#2.args#1: expected a number, \"nan\", \"inf\" or \"-inf\", or a saved value such as"),
    "args too large": (STEPS + f'  {{ call = "f", args = [1, {2**64}] }},\n]', 8, "artifact#1.scenario#1.steps#2.args#2: expected -9223372036854775808 to 18446744073709551615, not the number 18446744073709551616"),
    "args too small": (STEPS + f'  {{ call = "f", args = [{-(2**63) - 1}] }},\n]', 8, "artifact#1.scenario#1.steps#2.args#1: expected -9223372036854775808 to"),
    "not saved": (STEPS + '  { call = "f", args = ["$w"] },\n]', 8, "artifact#1.scenario#1.steps#2.args#1: no earlier call saves $w"),
    "saved by itself": (STEPS + '  { call = "f", args = ["$w"], save = "w" },\n]', 8, "artifact#1.scenario#1.steps#2.args#1: no earlier call saves $w"),
    "bad name to save": (STEPS + '  { call = "f", save = "$v" },\n]', 8, "artifact#1.scenario#1.steps#2.save: expected a name"),
    "negative address": (STEPS + '  { write = "f", at = -1 },\n]', 8, "artifact#1.scenario#1.steps#2.at: expected 0 to"),
    "read without expect": (STEPS + "  { read = 1, at = 1 },\n]", 8, "artifact#1.scenario#1.steps#2: the key `expect` is missing"),
    "read with both": (STEPS + '  { read = 1, at = 1, expect = "a", expect_hex = "00" },\n]', 8, "artifact#1.scenario#1.steps#2.expect_hex: expect already says"),
    "odd hex": (STEPS + '  { write_hex = "0", at = 1 },\n]', 8, "artifact#1.scenario#1.steps#2.write_hex: expected bytes in hex such as"),
    "no hex": (STEPS + '  { read = 1, at = 1, expect_hex = "zz" },\n]', 8, "artifact#1.scenario#1.steps#2.expect_hex: expected bytes in hex"),
    "hex is a number": (STEPS + '  { write_hex = 0, at = 1 },\n]', 8, "artifact#1.scenario#1.steps#2.write_hex: expected a string, not the number 0"),
    "text and hex": (STEPS + '  { write = "a", write_hex = "00", at = 1 },\n]', 8, "artifact#1.scenario#1.steps#2: expected exactly one of the keys call, write, write_hex, read"),
    "address in half": (STEPS + '  { write = "a", at = 1.5 },\n]', 8, "artifact#1.scenario#1.steps#2.at: expected an integer or a saved value"),
    "expect of another type": (STEPS + '  { call = "f", expect = true },\n]', 8, "artifact#1.scenario#1.steps#2.expect: expected a number"),
    "expect within an array": (STEPS + '  { call = "f", expect = [1, "x"] },\n]', 8, "artifact#1.scenario#1.steps#2.expect#2: expected a number"),
    "expect what is not saved": (STEPS + '  { call = "f", expect = "$w" },\n]', 8, "artifact#1.scenario#1.steps#2.expect: no earlier call saves $w"),
    "trap of another type": (STEPS + '  { call = "f", expect_trap = 1 },\n]', 8, "artifact#1.scenario#1.steps#2.expect_trap: expected true or a part of the trap's message, not the number 1"),
    "trap without text": (STEPS + '  { call = "f", expect_trap = "" },\n]', 8, "artifact#1.scenario#1.steps#2.expect_trap: expected true or a part of the trap's message, not an empty"),
    "trap and result": (STEPS + '  { call = "f", expect = 1, expect_trap = true },\n]', 8, "artifact#1.scenario#1.steps#2.expect_trap: a call that must trap returns nothing"),
    "repeat of nothing": (STEPS + '  { call = "f", repeat = 0 },\n]', 8, "artifact#1.scenario#1.steps#2.repeat: expected an integer of at least 1, not the number 0"),
    "repeat for ever": (STEPS + '  { call = "f", repeat = 10000 },\n]', 8, "artifact#1.scenario#1.steps#2.repeat: expected at most 9,999 calls in all, not 10,000"),
    "repeat when all calls are made": (STEPS + '  { call = "f", repeat = 9999 },\n  { call = "f", repeat = 1 },\n]', 9, "artifact#1.scenario#1.steps#3.repeat: expected at most 0 calls in all, not 1"),
    "rounds for ever": (STEPS + "]\nrepeat = 10001", 9, "artifact#1.scenario#1.repeat: expected at most 10,000 calls in all"),
    "repeat of a write": (STEPS + '  { write = "a", at = 1, repeat = 2 },\n]', 8, "artifact#1.scenario#1.steps#2.repeat: unknown key"),
    "wasi of another type": (HEAD + 'wasi = "yes"', 4, "artifact#1.wasi: expected true or false, not the string 'yes'"),
    "stub is a table": (HEAD + "[artifact.stub]", 4, "artifact#1.stub: expected an array of tables, not a table"),
    "stub without import": (HEAD + "[[artifact.stub]]\nreturns = 0", 4, "artifact#1.stub#1: the key `import` is missing"),
    "stub without module": (HEAD + '[[artifact.stub]]\nimport = "f"', 5, "artifact#1.stub#1.import: expected module.field, not 'f'"),
    "stub with another key": (HEAD + '[[artifact.stub]]\nimport = "e.f"\nreturn = 0', 6, "artifact#1.stub#1.return: unknown key; did you mean `returns`?"),
    "stub returns text": (HEAD + '[[artifact.stub]]\nimport = "e.f"\nreturns = [0, "a"]', 6, "artifact#1.stub#1.returns#2: expected a number"),
    "stub fails and returns": (HEAD + '[[artifact.stub]]\nimport = "e.f"\nfails = true\nreturns = 0', 7, "artifact#1.stub#1.returns: a stub that fails returns nothing"),
    "stub grows by nothing": (HEAD + '[[artifact.stub]]\nimport = "e.f"\ngrows = 0', 6, "artifact#1.stub#1.grows: expected an integer of at least 1, not the number 0"),
    "stub twice": (HEAD + '[[artifact.stub]]\nimport = "e.f"\n[[artifact.stub]]\nimport = "e.f"', 7, "artifact#1.stub#2.import: a second stub for the import 'e.f'"),
    "seal is a string": (HEAD + 'seal = "deny"', 4, "artifact#1.seal: expected a table, not the string 'deny'"),
    "seal without mode": (HEAD + "seal = { pages = 3 }", 4, "artifact#1.seal: the key `mode` is missing: cap, deny, trap or reserve"),
    "unknown key of seal": (HEAD + '[artifact.seal]\nmode = "cap"\npage = 3', 6, "artifact#1.seal.page: unknown key; did you mean `pages`?"),
    "unknown mode": (HEAD + 'seal = { mode = "reserved" }', 4, "artifact#1.seal.mode: unknown mode 'reserved'; did you mean `reserve`?"),
    "mode for tests": (HEAD + 'seal = { mode = "stress" }', 4, "artifact#1.seal.mode: a stressed copy is for tests and is never shipped: write it with `nogrow stress` or `invoke seal --mode stress`"),
    "mode of another type": (HEAD + "seal = { mode = 1 }", 4, "artifact#1.seal.mode: expected a mode, not the number 1"),
    "pages with deny": (HEAD + '[artifact.seal]\nmode = "deny"\npages = 3', 6, "artifact#1.seal.pages: deny does not change the pages; only cap and reserve do"),
    "pages with trap": (HEAD + 'seal = { mode = "trap", pages = "scenarios" }', 4, "artifact#1.seal.pages: trap does not change the pages"),
    "no pages to seal with": (HEAD + 'seal = { mode = "cap", pages = 0 }', 4, "artifact#1.seal.pages: expected an integer of at least 1, not the number 0"),
    "pages of another type": (HEAD + 'seal = { mode = "reserve", pages = 1.5 }', 4, "artifact#1.seal.pages: expected an integer of at least 1, not the number 1.5"),
    "unknown word for pages": (HEAD + 'seal = { mode = "reserve", pages = "scenario" }', 4, "artifact#1.seal.pages: expected an integer of at least 1 or \"scenarios\", not the string 'scenario'"),
    "scenarios with cap": (HEAD + 'seal = { mode = "cap", pages = "scenarios" }', 4, "artifact#1.seal.pages: \"scenarios\" is for the mode reserve"),
    "seal of a member": ('schema = 1\n[[artifact]]\npath = "a.whl!**/x.wasm"\nseal = { mode = "deny" }', 4, "artifact#1.seal: a member of an archive cannot be sealed: name the built file in `path`"),
    "seal of a core module": ('schema = 1\n[[artifact]]\npath = "a.wasm#1"\nseal = { mode = "deny" }', 4, "artifact#1.seal: a core module of a component cannot be sealed alone: name the component in `path`"),
    "seal of a file above": ('schema = 1\n[[artifact]]\npath = "a/../../b.wasm"\nseal = { mode = "deny" }', 4, "artifact#1.seal: only a file below the contract's folder can be sealed"),
    "seal of an absolute path": ('schema = 1\n[[artifact]]\npath = "/a.wasm"\nseal = { mode = "deny" }', 4, "artifact#1.seal: only a file below"),
    "read without at": (STEPS + '  { read = 1, expect = "a" },\n]', 8, "artifact#1.scenario#1.steps#2: the key `at` is missing"),
    "write a number": (STEPS + "  { write = 1, at = 1 },\n]", 8, "artifact#1.scenario#1.steps#2.write: expected a string"),
}  # fmt: skip


def test_extreme_numbers_and_the_most_calls_are_accepted(tmp_path: Path) -> None:
    step = Call("f", (-(2**63), 2**64 - 1), repeat=9999)
    text = f'{STEPS}  {{ call = "f", args = [{step.args[0]}, {step.args[1]}], repeat = 9999 }},\n]'
    assert load(written(tmp_path, text)).artifacts[0].scenarios[0].steps[1] == step


@pytest.mark.parametrize("case", WRONG)
def test_wrong_contract_names_file_line_and_key(tmp_path: Path, case: str) -> None:
    text, line, message = WRONG[case]
    path = written(tmp_path, text.replace("{folder}", str(tmp_path)) if isinstance(text, str) else text)
    with pytest.raises(ContractError) as raised:
        load(path)
    prefix = f"{path}:{line}: " if line is not None else f"{path}: "
    assert str(raised.value).startswith(prefix + message)
    assert "\n" not in str(raised.value)


def test_unrepeated_calls_count_towards_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nogrow.contract.scenario_reader.MOST_CALLS", 3)
    path = written(tmp_path, STEPS + '  { call = "f" },\n' * 2 + "]")
    assert len(load(path).artifacts[0].scenarios[0].steps) == 3
    written(tmp_path, STEPS + '  { call = "f" },\n' * 3 + "]")
    with pytest.raises(ContractError, match=r":6: .*\.steps: expected at most 3 calls in all, not 4"):
        load(path)


def test_stub_does_not_enable_wasi(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD + 'stub = [{ import = "e.f" }]')
    assert load(path).artifacts[0].host == Host((Stub("e.f"),), wasi=False)


def test_invalid_toml_names_its_line_once(tmp_path: Path) -> None:
    path = written(tmp_path, "schema = = 1")
    with pytest.raises(ContractError) as raised:
        load(path)
    assert str(raised.value) == f"{path}:1: not valid TOML: Invalid value"


def test_missing_contract_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="can't read the contract: No such file"):
        load(tmp_path / "nogrow.toml")


def test_folder_is_not_a_contract(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="not a regular file"):
        load(tmp_path)


@pytest.mark.parametrize(
    ("text", "conditions"),
    [
        ("", Conditions()),
        ('tables = "assume"', Conditions()),
        ('tables = "open"', Conditions(open_tables=True)),
        ('[artifact.memory]\nprivate = "ignore"', Conditions()),
        ('[artifact.memory]\nprivate = "judge"', Conditions(private_memories=True)),
    ],
)
def test_tables_and_private_memories_are_conditions(
    tmp_path: Path, text: str, conditions: Conditions
) -> None:
    (artifact,) = load(written(tmp_path, HEAD + text)).artifacts
    assert (artifact.conditions, artifact.memory) == (conditions, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('tables = "opened"', "unknown word 'opened'"),
        ("tables = true", "expected a word, not true"),
        ('[artifact.memory]\nprivate = "juge"', "unknown word 'juge'"),
    ],
)
def test_unknown_conditions_are_errors(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        load(written(tmp_path, HEAD + text))


def test_contract_as_data_is_that_of_the_file(tmp_path: Path) -> None:
    contract = load(written(tmp_path, WHOLE))
    assert load_mapping(tomllib.loads(WHOLE)).artifacts == contract.artifacts
    assert load_mapping({"schema": 1}).artifacts == ()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ({}, "^<contract>: the key `schema` is missing"),
        (
            {"schema": 1, "artifact": [{"path": 3}]},
            "^<contract>: artifact#1.path: expected a string, not the number 3",
        ),
        (
            {"schema": 1, "artifact": [{"path": "a"}, {"path": "a"}]},
            "^<contract>: artifact#2.path: the artifact `a` already has a contract",
        ),
    ],
)
def test_error_in_data_names_its_keys(document: dict[str, object], message: str) -> None:
    with pytest.raises(ContractError, match=message):
        load_mapping(document)
