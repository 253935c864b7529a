"""Find the JavaScript and TypeScript in files: whole files, scripts in pages, and code in C and C++ sources.

Everything else is replaced by spaces, so that positions in the text are those in the file.
"""

import re
from typing import NamedTuple

from nogrow.errors import ModuleError
from nogrow.jshost.parse import JAVASCRIPT, TYPESCRIPT

PAGES = (".htm", ".html")
COMPONENTS = (".svelte", ".vue")
C_FAMILY = (".c", ".cc", ".cpp", ".cxx", ".h", ".hpp")
READABLE = JAVASCRIPT + TYPESCRIPT + PAGES + COMPONENTS + C_FAMILY

_BOM = b"\xef\xbb\xbf"
_SUFFIX = re.compile(r"(\.[^./\\]*)?$")
_NOT_NEWLINE = re.compile(rb"[^\n]")
_SCRIPT = re.compile(
    rb"""<!--.*?-->|<script\b((?:"[^"]*"|'[^']*'|[^'">])*)>(.*?)</script\s*>""", re.DOTALL | re.IGNORECASE
)
_ATTRIBUTE = re.compile(rb"""([\w-]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+))?""")
_CLASSIC = ("", "text/javascript", "application/javascript", "text/ecmascript", "application/ecmascript")


class HostText(NamedTuple):
    """Code in a file: its text, with the positions of the file, and the suffix of its language.

    `scripts` are the paths of the scripts that share the global names of a page with it. Code in the macros
    of Emscripten is `in_glue`: it becomes part of the glue, and sees the names there.
    """

    text: bytes
    suffix: str
    scripts: tuple[str, ...] = ()
    in_glue: bool = False


def suffix_of(path: str) -> str:
    """Return the suffix of the file name, in lower case."""
    suffix = _SUFFIX.search(path)
    return suffix[0].lower() if suffix is not None else ""


def texts_in(path: str, source: bytes) -> list[HostText]:
    """Return the code in the file; raise `ModuleError` for a file of another kind or encoding."""
    suffix = suffix_of(path)
    if suffix not in READABLE:
        known = ", ".join(READABLE)
        raise ModuleError(f"not a file of JavaScript or TypeScript: the name must end in one of {known}")
    if source[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise ModuleError("encoded as UTF-16; save it as UTF-8")
    if source.startswith(_BOM):
        source = b"   " + source[3:]
    if suffix in PAGES:
        return _of_page(source)
    if suffix in COMPONENTS:
        return _of_component(source)
    if suffix in C_FAMILY:
        # Its patterns take longer to compile than a small module takes to judge.
        from nogrow.jshost.em_macros import code_in_c

        return [HostText(code_in_c(source), ".js", in_glue=True)]
    return [HostText(source, suffix)]


def _of_page(source: bytes) -> list[HostText]:
    """Return one text with all classic scripts of a page, and one for each of its modules."""
    classic: list[tuple[int, int]] = []
    modules: list[HostText] = []
    scripts: list[str] = []
    for attributes, start, end in _scripts(source):
        kind = attributes.get("type", "").lower()
        if "src" in attributes:
            path = re.split(r"[?#]", attributes["src"])[0]
            if kind == "module":
                imported = f'import "{path}"'.encode()
                modules.append(HostText(imported, ".js"))
            elif kind in _CLASSIC and not re.match(r"[a-z]+:|/", path):
                scripts.append(path if path.startswith(".") else f"./{path}")
        elif kind == "module":
            modules.append(HostText(_only(source, [(start, end)]), ".js"))
        elif kind in _CLASSIC:
            classic.append((start, end))
    return [HostText(_only(source, classic), ".js", tuple(scripts)), *modules]


def _of_component(source: bytes) -> list[HostText]:
    """Return the scripts of a component of Vue or Svelte, which share their names."""
    found = list(_scripts(source))
    is_typescript = any(attributes.get("lang") in ("ts", "typescript") for attributes, _, _ in found)
    text = _only(source, [(start, end) for _, start, end in found])
    return [HostText(text, ".ts" if is_typescript else ".js")]


def _scripts(source: bytes) -> list[tuple[dict[str, str], int, int]]:
    """Return the scripts of a page, each with its attributes, where its text starts, and where it ends."""
    found = []
    for match in _SCRIPT.finditer(source):
        if match[1] is not None:
            attributes = {
                name.decode(errors="replace").lower(): value.decode(errors="replace").strip("\"'")
                for name, value in _ATTRIBUTE.findall(match[1])
            }
            found.append((attributes, *match.span(2)))
    return found


def _only(source: bytes, parts: list[tuple[int, int]]) -> bytes:
    """Return the source with spaces for everything but the parts."""
    text = bytearray()
    for start, end in parts:
        text += _NOT_NEWLINE.sub(b" ", source[len(text) : start])
        text += source[start:end]
    return bytes(text + _NOT_NEWLINE.sub(b" ", source[len(text) :]))


def whole_text(path: str, source: bytes) -> tuple[bytes, str]:
    """Return the code in the file as one text, and the suffix of its language; raise as `texts_in` does."""
    texts = [text for text in texts_in(path, source) if len(text.text) == len(source)]
    whole = bytearray(texts[0].text)
    for text in texts[1:]:
        for part in re.finditer(rb"\S+", text.text):
            whole[part.start() : part.end()] = part[0]
    return bytes(whole), texts[0].suffix
