"""Make random programs: a module, and files of JavaScript that import each other."""

import re
from random import Random
from typing import NamedTuple

from tools.soundness.bodies import KINDS, Scope
from tools.soundness.guests import guest
from tools.soundness.places import Place, made
from tools.soundness.units import Units

_MENTION = re.compile("[«»]")
_LIBRARY = re.compile(r"\blib\d\.")
_NAME = re.compile(r"(?<![.\w$])[A-Za-z_$][\w$]*")


class Program(NamedTuple):
    """A module, and files by name with marks at the mentions of views; the last one is the entry."""

    wat: str
    files: dict[str, str]

    @property
    def entry(self) -> str:
        """The name of the entry file."""
        return list(self.files)[-1]

    def plain(self) -> dict[str, str]:
        """Return the files without marks, as they are analysed."""
        return {name: _MENTION.sub("", text) for name, text in self.files.items()}

    def noted(self) -> dict[str, str]:
        """Return the files with a call at each mark, which notes the mention; lines stay the same."""
        return {
            name: "\n".join(
                line.replace("«", f'$m("{name}:{number}", ').replace("»", ")")
                for number, line in enumerate(text.split("\n"), 1)
            )
            for name, text in self.files.items()
        }


def program(seed: int) -> Program:
    """Return the random program of the seed."""
    return _Files(Random(seed)).written()  # noqa: S311


class _Files:
    def __init__(self, random: Random) -> None:
        self._random = random
        self._guest = guest(random)
        self._modules = random.random() < 0.75
        self._suffix = ".mjs" if self._modules else ".cjs"
        self._count = random.choice((1, 1, 2, 3))
        self._names: list[str] = []
        # The names that each file exports, and all names of the program.
        self._exported: list[list[str]] = []
        self._declared: set[str] = set()

    def written(self) -> Program:
        files: dict[str, str] = {}
        scope: Scope | None = None
        for number in range(self._count):
            units = Units(self._random, 100 * number)
            scope = self._first(units) if scope is None else self._further(units, scope)
            exported = [*([] if number else self._names), *self._units(units, scope)]
            self._exported.append(exported)
            self._declared |= set(exported) | units.names
            self._export(units, exported)
            files[f"file{number}{self._suffix}"] = "\n".join(units.lines) + "\n"
        return Program(self._guest.wat, files)

    def _first(self, units: Units) -> Scope:
        """Write the file that creates the instance."""
        random, module = self._random, self._guest
        style = random.choice(("object", "object", "names", "instance", "state", "late"))
        scope = Scope("", "", list(module.exports))
        scope.exports, self._names = {
            "object": ("wasm", ["wasm"]),
            "late": ("wasm", ["wasm"]),
            "names": ("", list(module.exports)),
            "instance": ("instance.exports", ["instance"]),
            "state": ("state.wasm", ["state"]),
        }[style]
        scope.memory = "memory"
        if module.own_memory and style != "names":
            scope.memory = f"{scope.exports}.memory"
        else:
            self._names = [*self._names, "memory"]
        self._header(units)
        if not module.own_memory:
            units.line("const memory = new WebAssembly.Memory({ initial: 1, maximum: 40 });")
        views = [(units.name("view"), random.choice(KINDS)) for _ in range(random.randint(1, 3))]
        scope.places = [Place(name, f"{name} = $v", kind) for name, kind in views]
        self._imports(units, scope)
        if style == "late":
            units.line("let wasm;")
        self._instance(units, style)
        for name, kind in views:
            is_null = kind == "array" and units.chance(0.3)
            fresh = (
                made(random, scope.memory, kind)
                if kind != "array"
                else f"new Uint8Array({scope.memory}.buffer)"
            )
            if style == "late":
                units.line(f"let {name} = null;")
            else:
                units.line(f"let {name} = {'null' if is_null else fresh};")
        if style == "late":
            with units.block("function start() {"):
                units.line("wasm = new WebAssembly.Instance(compiled, imports).exports;")
                for name, kind in views:
                    units.line(f"{name} = {made(random, scope.memory, kind)};")
            units.line("start();")
        if self._modules:
            # The variables of other files cannot be assigned.
            self._names += [name for name, _ in views]
        if units.chance(0.3):
            units.line(f"const enlarge = () => {scope.memory}.grow(1);")
            scope.functions.append("enlarge()")
        return scope

    def _header(self, units: Units) -> None:
        if self._modules:
            units.line('import { readFileSync } from "node:fs";')
            units.line('const bytes = readFileSync(new URL("./app.wasm", import.meta.url));')
        else:
            units.line('const { readFileSync } = require("node:fs");')
            units.line("const bytes = readFileSync(`${__dirname}/app.wasm`);")
        self._helpers(units)

    @staticmethod
    def _helpers(units: Units) -> None:
        units.line("const KEY = Symbol();")
        units.line("let dirty = true;")
        units.line("let count = 0;")
        units.line("function log(...values) { count += values.length; }")

    def _imports(self, units: Units, scope: Scope) -> None:
        entries = []
        for name, level in self._guest.imports.items():
            below = [each for each, of in self._guest.exports.items() if of < level]
            places = [place._replace(store=None) for place in scope.places]
            inner = scope.inner(exported=below, places=places, functions=[], numbers=["x"], depth=1)
            if self._guest.table and scope.exports and units.chance(0.5):
                inner.functions.append(f"{scope.exports}.table.get({self._random.randint(0, 2)})($a)")
            if units.chance(0.3):
                inner.functions.append(f"{scope.memory}.grow(1)")
            form = self._random.choice(("declared", "arrow", "method", "wrapped"))
            own = f"{name}Impl"
            start = {"declared": f"function {own}(x) {{", "method": f"const {own} = {{ run(x) {{"}.get(form)
            with units.block(start or f"const {own} = (x) => {{", "} };" if form == "method" else "}"):
                units.statements(inner, self._random.randint(1, 3))
                if units.chance(0.15):
                    units.line("if (x & 4) throw new Error();")
                units.line("return 1;")
            value = f"{own}.run" if form == "method" else f"(x) => {own}(x)" if form == "wrapped" else own
            entries.append(f"{name}: {value}")
        if not self._guest.own_memory:
            entries.append("memory")
        units.line(f"const imports = {{ env: {{ {', '.join(entries)} }} }};")

    def _instance(self, units: Units, style: str) -> None:
        if style == "late":
            units.line("const compiled = new WebAssembly.Module(bytes);")
            return
        if self._modules and units.chance(0.5):
            units.line("const { instance } = await WebAssembly.instantiate(bytes, imports);")
        else:
            units.line("const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), imports);")
        match style:
            case "object":
                units.line("const wasm = instance.exports;")
            case "state":
                units.line("const state = { wasm: instance.exports };")
            case "names":
                memory = ["memory"] if self._guest.own_memory else []
                units.line(f"const {{ {', '.join([*memory, *self._guest.exports])} }} = instance.exports;")

    def _units(self, units: Units, scope: Scope) -> list[str]:
        forms = (
            *(4 * (units.function,)),
            *(2 * (units.class_, units.maker, units.taker, units.pair)),
            *(units.short, units.generator, units.higher, units.emitter, units.object, units.factory),
        )
        names: list[str] = []
        for _ in range(self._random.randint(2, 5)):
            added = self._random.choice(forms)(scope)
            if units.chance(0.75):
                names += added.split()
        if not names:
            names += units.function(scope).split()
        return names

    def _export(self, units: Units, names: list[str]) -> None:
        if self._modules:
            units.line(f"export {{ {', '.join(names)} }};")
        elif units.chance(0.5):
            units.line(f"module.exports = {{ {', '.join(names)} }};")
        else:
            for name in names:
                units.line(f"exports.{name} = {name};")

    def _further(self, units: Units, shared: Scope) -> Scope:
        """Write the head of a file that imports the files before it."""
        spelled: dict[str, str] = {}
        for number, names in enumerate(self._exported):
            source = f"./file{number}{self._suffix}"
            if units.chance(0.35):
                lib = f"lib{number}"
                spelled |= {name: f"{lib}.{name}" for name in names}
                units.line(
                    f'import * as {lib} from "{source}";'
                    if self._modules
                    else f'const {lib} = require("{source}");'
                )
                continue
            spelled |= {name: name for name in names}
            listed = ", ".join(names)
            units.line(
                f'import {{ {listed} }} from "{source}";'
                if self._modules
                else f'const {{ {listed} }} = require("{source}");'
            )
        self._helpers(units)

        def moved(text: str) -> str | None:
            """Return the expression as this file spells it, None if it names what is not exported."""
            text = _LIBRARY.sub("", text)
            found = [match for match in _NAME.finditer(text) if match[0] in self._declared]
            if any(match[0] not in spelled for match in found):
                return None
            return _NAME.sub(lambda match: spelled.get(match[0], match[0]), text)

        scope = Scope(moved(shared.memory) or "", "", [moved(name) or "" for name in shared.exported])
        if shared.exports:
            scope.exports = moved(shared.exports) or ""
            scope.exported = shared.exported
        for place in shared.places:
            reading = moved(place.read)
            if reading is not None:
                store = moved(place.store or "") if "." in place.read else None
                scope.places.append(Place(reading, store, place.kind))
        scope.functions = [call for call in map(moved, shared.functions) if call is not None]
        for text, kind in shared.makers:
            scope.makers += [(each, kind) for each in [moved(text)] if each is not None]
        for text, kind in shared.takers:
            scope.takers += [(each, kind) for each in [moved(text)] if each is not None]
        return scope
