import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from nogrow.errors import ModuleError
from nogrow.jshost.stale_views import views_in

KEEPS = "let u;\nexport const keep = (v) => { u = v };\nexport const first = () => u[0];\n"
USES = """
export function f(i) { keep(new Uint8Array(i.exports.memory.buffer)); i.exports.run(); return first() }
"""


Package = Mapping[str, object] | str


def is_linked(folder: Path, package: Package, specifier: str, kept: str, user: str) -> bool:
    """Return whether the file `user` means the file `kept` of the package in `folder` by the specifier."""
    manifest = folder / kept.split("/")[0] / "package.json"
    manifest.parent.mkdir(parents=True, exist_ok=True)
    manifest.write_text(package if isinstance(package, str) else json.dumps(package))
    uses = f'import {{ keep, first }} from "{specifier}";{USES}'
    sources = [(str(folder / kept), KEEPS.encode()), (str(folder / user), uses.encode())]
    views = views_in(sources)[str(folder / kept)]
    assert not isinstance(views, ModuleError)
    return any(view.call is not None and view.call.path is not None for view in views)


@pytest.mark.parametrize(
    ("fields", "specifier", "kept"),
    [
        ({"main": "./lib/a.js"}, "p", "p/lib/a.js"),
        ({"main": "lib"}, "p", "p/lib/index.js"),
        ({"module": "a.mjs", "main": "b.cjs"}, "p", "p/a.mjs"),
        ({}, "p", "p/index.js"),
        ({}, "p/lib/a.js", "p/lib/a.js"),
        ({}, "p/lib/a", "p/lib/a.ts"),
        ({"exports": "./a.js"}, "p", "p/a.js"),
        ({"exports": {".": {"node": {"import": "./a.js"}}}}, "p", "p/a.js"),
        ({"exports": {"import": "./a.mjs", "require": "./a.cjs"}}, "p", "p/a.mjs"),
        ({"exports": {"./b": ["./gone.js", "./a.js"]}}, "p/b", "p/a.js"),
        ({"exports": {"./*": "./x/*.js", "./y/*.js": "./z/*.js"}}, "p/y/a.js", "p/z/a.js"),
        ({"exports": {"./*": {"default": "./x/*.js"}}}, "p/y/a", "p/x/y/a.js"),
    ],
)
def test_name_of_a_package_means_its_file(
    tmp_path: Path, fields: dict[str, object], specifier: str, kept: str
) -> None:
    assert is_linked(tmp_path, {"name": "p", **fields}, specifier, kept, "q/use.js")


@pytest.mark.parametrize(
    ("package", "specifier"),
    [
        ({"name": "p", "exports": {"./b": "./a.js"}}, "p"),
        ({"name": "p", "exports": {"./b": "./a.js"}}, "p/a.js"),
        ({"name": "p", "exports": {"./b": None}}, "p/b"),
        ({"name": "q", "main": "a.js"}, "p"),
        ({"main": "a.js"}, "p"),
        ("{", "p"),
        ("[]", "p"),
    ],
)
def test_other_names_mean_no_file(tmp_path: Path, package: Package, specifier: str) -> None:
    assert not is_linked(tmp_path, package, specifier, "p/a.js", "q/use.js")


def test_package_knows_its_own_names(tmp_path: Path) -> None:
    package = {"name": "@s/p", "imports": {"#x": "./a.js", "#y/*": "./y/*.js"}, "exports": "./a.js"}
    assert is_linked(tmp_path, package, "#x", "p/a.js", "p/use.js")
    assert is_linked(tmp_path, package, "#y/b", "p/y/b.js", "p/deep/use.js")
    assert is_linked(tmp_path, package, "@s/p", "p/a.js", "p/use.js")
    assert not is_linked(tmp_path, package, "#x", "p/a.js", "q/use.js")
