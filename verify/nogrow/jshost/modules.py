"""Link the files of a program: which declaration in which file an import means (ES modules, CommonJS)."""

import posixpath
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from nogrow.jshost.packages import Packages
from nogrow.jshost.parse import (
    JAVASCRIPT,
    TYPESCRIPT,
    Node,
    arguments_of,
    children_of,
    fields,
    key_of,
    text_of,
)
from nogrow.jshost.scopes import Name, Scopes
from nogrow.util.paths import absolute

_SUFFIXES = JAVASCRIPT + TYPESCRIPT
# TypeScript names a file by what it is compiled to.
_COMPILED = {".js": (".ts", ".tsx"), ".jsx": (".tsx",), ".mjs": (".mts",), ".cjs": (".cts",)}
_DEFAULT = "default"
_EVERYTHING = "*"


class File(NamedTuple):
    """A file of host code and the root of its syntax tree, or a script in a page.

    `scripts` are the paths of the scripts whose global names it shares. Code that is `in_glue` sees the names
    in Emscripten's glue.
    """

    path: str
    root: Node
    scripts: tuple[str, ...] = ()
    in_glue: bool = False


class Import(NamedTuple):
    """The name `name` of the file with the root `target`; `*` is the object of all its exports."""

    target: int
    name: str


def resolve(path: str, specifier: str, known: dict[str, int], packages: Packages | None = None) -> int | None:
    """Return the file among `known` that the file at `path` means by `specifier`, None if there is none.

    The keys of `known` are absolute paths, because one file may be named from the working folder and another
    from the root.
    """
    path = absolute(path)
    bases = [posixpath.normpath(posixpath.join(posixpath.dirname(path), specifier))]
    if not specifier.startswith("."):
        bases = [] if packages is None else list(packages.files(path, specifier))
    candidates = (each for base in bases for each in _candidates(base))
    return next((known[each] for each in candidates if each in known), None)


def _candidates(base: str) -> list[str]:
    stem, suffix = posixpath.splitext(base)
    compiled = [stem + each for each in _COMPILED.get(suffix, ())]
    indices = [posixpath.join(base, f"index{each}") for each in _SUFFIXES]
    return [base, *(base + each for each in _SUFFIXES), *compiled, *map(posixpath.normpath, indices)]


def components(files: Sequence[File]) -> list[list[File]]:
    """Return the programs among the files: each has the files that imports link, in their order."""
    known = {absolute(file.path): number for number, file in enumerate(files)}
    leader = list(range(len(files)))
    packages = Packages(absolute(file.path) for file in files) if len(files) > 1 else None

    def find(number: int) -> int:
        while leader[number] != number:
            number = leader[number]
        return number

    for number, file in enumerate(files if len(files) > 1 else ()):
        for specifier in (*_specifiers(file.root), *file.scripts):
            target = resolve(file.path, specifier, known, packages)
            if target is not None:
                first, second = sorted((find(number), find(target)))
                leader[second] = first
    programs: dict[int, list[File]] = {}
    for number, file in enumerate(files):
        programs.setdefault(find(number), []).append(file)
    return list(programs.values())


def _specifiers(root: Node) -> Iterator[str]:
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type in ("import_statement", "export_statement"):
            source = key_of(node.child_by_field_name("source"))
            if source is not None:
                yield source
        elif node.type == "call_expression":
            source = required(node)
            if source is not None:
                yield source
        stack.extend(node.named_children)


def required(node: Node) -> str | None:
    """Return what the call is `require` of, None if it is another call."""
    callee = node.child_by_field_name("function")
    if callee is None or callee.type != "identifier" or text_of(callee) != "require":
        return None
    arguments = arguments_of(node)
    return key_of(arguments[0]) if arguments else None


class Links:
    """The links between the files of a program."""

    def __init__(self, files: Sequence[File], scopes: Scopes) -> None:
        """Collect the imports and exports of all files."""
        self._scopes = scopes
        self._known = {absolute(file.path): file.root.id for file in files}
        self._packages = Packages(absolute(file.path) for file in files) if len(files) > 1 else None
        self._paths = {file.root.id: file.path for file in files}
        self._exports: dict[int, dict[str, Name | Import]] = {root: {} for root in self._paths}
        self._all_of: dict[int, list[int]] = {root: [] for root in self._paths}
        self.imports: dict[Name, Import] = {}
        # The expressions that files export as their default, each with the name that stands for it.
        self.defaults: list[tuple[Name, Node]] = []
        # The files that share the global names of a page, by each of them.
        self._pages: dict[int, list[int]] = {}
        # The files whose code becomes part of Emscripten's glue.
        self.in_glue = frozenset(file.root.id for file in files if file.in_glue)
        for file in files:
            targets = [resolve(file.path, script, self._known) for script in file.scripts]
            page = [file.root.id, *(target for target in targets if target is not None)]
            self._pages.update(dict.fromkeys(page if file.scripts else (), page))
        for file in files if len(files) > 1 else ():
            for node in file.root.named_children:
                if node.type == "import_statement":
                    self._import(file, node)
                elif node.type == "export_statement":
                    self._export(file, node)
        self._names = {
            name: target
            for name, link in self.imports.items()
            if (target := self._declaration(link, 0)) is not None
        }

    def is_module(self, root: int) -> bool:
        """Return whether the file is an ES module that exports something."""
        return bool(self._exports[root]) or bool(self._all_of[root])

    def name(self, name: Name) -> Name:
        """Return the declaration that the name means, in whatever file."""
        known = self._names.get(name)
        if known is not None or name.scope not in self._pages or self._scopes.declares(name):
            return known or name
        others = (Name(root, name.name) for root in self._pages[name.scope])
        return next(filter(self._scopes.declares, others), name)

    def exported(self, root: int, name: str) -> Name | None:
        """Return the declaration that the file exports as `name`."""
        return self._declaration(Import(root, name), 0)

    def names_of_exports(self) -> Iterator[tuple[Name, str]]:
        """Yield what the files of the program export, and under which names."""
        for exports in self._exports.values():
            for name, exported in exports.items():
                if isinstance(exported, Name):
                    yield exported, name

    def target(self, root: int, specifier: str) -> int | None:
        """Return the file that the file with the given root means by the specifier."""
        path = self._paths.get(root)
        return None if path is None else resolve(path, specifier, self._known, self._packages)

    def _declaration(self, link: Import, depth: int) -> Name | None:
        # Files may export each other's names in a circle.
        if depth > len(self._paths):
            return None
        found = self._exports[link.target].get(link.name)
        if isinstance(found, Name):
            further = self.imports.get(found)
            return found if further is None else self._declaration(further, depth + 1) or found
        if found is not None:
            return self._declaration(found, depth + 1)
        declarations = (
            self._declaration(Import(target, link.name), depth + 1)
            for target in self._all_of[link.target]
            if link.name != _DEFAULT
        )
        return next((each for each in declarations if each is not None), None)

    def _import(self, file: File, node: Node) -> None:
        target = self._source(file, node)
        clauses = [child for child in node.named_children if child.type == "import_clause"]
        if target is None or not clauses:
            return
        for part in clauses[0].named_children:
            if part.type == "identifier":
                self.imports[self._scopes.name(part)] = Import(target, _DEFAULT)
            elif part.type == "namespace_import":
                for name in part.named_children:
                    self.imports[self._scopes.name(name)] = Import(target, _EVERYTHING)
            elif part.type == "named_imports":
                for specifier in part.named_children:
                    names = fields(specifier, "name", "alias")
                    if names and names[-1].type == "identifier":
                        self.imports[self._scopes.name(names[-1])] = Import(target, _text(names[0]))

    def _export(self, file: File, node: Node) -> None:
        root = file.root.id
        target = self._source(file, node)
        exports = self._exports[root]
        clauses = [child for child in node.named_children if child.type == "export_clause"]
        for specifier in (each for clause in clauses for each in children_of(clause)):
            names = fields(specifier, "name", "alias")
            if not names:
                continue
            if node.child_by_field_name("source") is None:
                exports[_text(names[-1])] = Name(root, _text(names[0]))
            elif target is not None:
                exports[_text(names[-1])] = Import(target, _text(names[0]))
        if target is not None and not clauses:
            spaces = [child for child in node.named_children if child.type == "namespace_export"]
            if not spaces:
                self._all_of[root].append(target)
        is_default = any(child.type == "default" for child in node.children)
        for declaration in fields(node, "declaration", "value"):
            name = declaration.child_by_field_name("name")
            if is_default:
                if name is not None and declaration.type.endswith("_declaration"):
                    exports[_DEFAULT] = Name(root, text_of(name))
                elif declaration.type == "identifier":
                    exports[_DEFAULT] = Name(root, text_of(declaration))
                else:
                    exports[_DEFAULT] = Name(root, "*default*")
                    self.defaults.append((Name(root, "*default*"), declaration))
            elif name is not None:
                exports[text_of(name)] = Name(root, text_of(name))
            else:
                exports.update({each.name: each for each in self._declared(declaration)})

    def _declared(self, declaration: Node) -> Iterator[Name]:
        """Yield the names that `const {a, b} = c` declares."""
        stack = [part for each in declaration.named_children for part in fields(each, "name")]
        while stack:
            node = stack.pop()
            if node.type in ("identifier", "shorthand_property_identifier_pattern"):
                yield self._scopes.name(node)
            else:
                stack.extend(fields(node, "value") if node.type == "pair_pattern" else node.named_children)

    def _source(self, file: File, node: Node) -> int | None:
        source = key_of(node.child_by_field_name("source"))
        return None if source is None else resolve(file.path, source, self._known, self._packages)


def _text(node: Node) -> str:
    return text_of(node).strip("\"'")
