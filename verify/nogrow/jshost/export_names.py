"""Find the names that Emscripten's glue gives to exports whose names are minified.

The glue assigns each export to a name of the source: `_add = wasmExports["h"]`. These names are only shown.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping

# Emscripten gives out names of one letter first; no module has so many exports that four are needed.
LONGEST_MINIFIED = 3

# Quantifiers are possessive or small, so that a hostile script takes linear time.
_ASSIGNMENT = re.compile(
    rb"""(?<![\w$])(?P<name>_[A-Za-z]\w{0,200}+)(?:["']\])?\s{0,9}+=\s{0,9}+"""
    rb"""(?:[\w$.]{1,200}+(?:\[["'][\w$]{1,200}+["']\])?\s{0,9}+=\s{0,9}+){0,2}"""
    rb"""[A-Za-z_$][\w$]{0,200}+(?:\.[\w$]{1,200}+|\[["'][\w$]{1,200}+["']\]){0,1}?"""
    rb"""(?:\.(?P<member>\w{1,3}+)|\[["'](?P<item>\w{1,3}+)["']\])(?![\w$.(\[=])"""
)


def source_names(glue: bytes, exports: Collection[str]) -> Mapping[str, str]:
    """Return the names in the source of minified `exports`, where the text of the glue gives one to each.

    Exports that get several names have none, and so do several exports that get the same one.
    """
    minified = {name for name in exports if len(name) <= LONGEST_MINIFIED}
    if not minified:
        return {}
    names: defaultdict[str, set[str]] = defaultdict(set)
    for match in _ASSIGNMENT.finditer(glue):
        export = (match["member"] or match["item"]).decode()
        if export in minified:
            names[export].add(match["name"].decode())
    single = {export: min(found) for export, found in names.items() if len(found) == 1}
    counted = list(single.values())
    return {export: name for export, name in single.items() if counted.count(name) == 1}
