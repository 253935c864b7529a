"""Test that growth is found however the host code gets to it, and that other code keeps its verdict."""

import shutil
import subprocess

import pytest

from nogrow.errors import UsageError
from nogrow.jshost.imports import analyse
from tests.jshost.grows import GROWS

# A module that imports `a.b` and exports `run`, which calls it.
MODULE = "0061736d01000000010401600000020701016101620000030201000707010372756e00010a0601040010000b"
HOST = """
globalThis.require = require;
const [m, i] = new Function("require", `var i;
const m = new WebAssembly.Memory({{ initial: 1, maximum: 20 }});
${{process.argv[1]}}
;return [m, i]`)(require);
const before = m.buffer;
process.on("unhandledRejection", () => {{}});
const bytes = Buffer.from("{module}", "hex");
try {{ new WebAssembly.Instance(new WebAssembly.Module(bytes), i).exports.run() }} catch {{}}
setTimeout(() => process.exit(m.buffer === before ? 1 : 0), 20);
"""


def labels(text: str) -> list[str]:
    return [grower.label for grower in analyse("glue.js", text.encode()).growers]


@pytest.mark.parametrize("text", GROWS.values(), ids=GROWS)
def test_growth_behind_an_import_is_found(text: str) -> None:
    assert "a.b" in labels(text)


@pytest.mark.exhaustive
@pytest.mark.parametrize("text", GROWS.values(), ids=GROWS)
def test_case_grows_in_node(text: str) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node")
    assert subprocess.run([node, "-e", HOST.format(module=MODULE), text], check=False).returncode == 0


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("const o={x:()=>m.grow(1)};\nwith(o){var h=()=>x()} i={a:{b:()=>h()}}", "a `with` statement"),
        ("\nconst \\u0067=()=>m.grow(1); i={a:{b:()=>g()}}", "an escape in a name"),
    ],
)
def test_code_that_hides_names_is_refused(text: str, what: str) -> None:
    with pytest.raises(UsageError, match=rf"^glue\.js:2: the glue can't be followed: it has {what}$"):
        analyse("glue.js", text.encode())


def test_class_as_import_object_serves_no_import() -> None:
    served = analyse("glue.js", b"class E{b(){m.grow(1)}} i={a:new E()}").served
    assert not any(table.module == "a" for table in served.tables)


@pytest.mark.parametrize(
    "text",
    [
        "const o={},k='p'; o[k]=()=>1; i={a:{b:()=>o[k](), c:()=>m.grow(1)}}",
        "const o={p:()=>m.grow(1)}, q={p:()=>1}; i={a:{b:()=>q.p(), c:()=>o.p()}}",
        "const fs=[()=>1]; i={a:{b:()=>fs[0](), c:()=>m.grow(1)}}",
        "const t=new Map(); t.set(1,()=>1); i={a:{b:()=>t.get(1)(), c:()=>m.grow(1)}}",
        "class C{x(){return 1}} const c=new C(); i={a:{b:()=>c.x(), c:()=>m.grow(1)}}",
        # The import object goes to functions that keep nothing of it.
        "const t={b:()=>M[k](1), c:()=>m.grow(1)}, o={a:t}; M.instantiateWasm(o, r); M[k]=f",
        "const t={b:()=>e.x(), c:()=>m.grow(1)}; WebAssembly.instantiate(x,{a:t}).then(r=>{e=r.exports})",
    ],
)
def test_import_beside_a_growing_one_stays(text: str) -> None:
    assert labels(text) == ["a.c"]
