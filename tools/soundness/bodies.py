"""Write random statements of JavaScript that make, keep, use and renew views between calls."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from random import Random

from tools.soundness.places import Place, called, made, read, written

KINDS = ("array", "array", "array", "data", "node", "buffer")
_DEEPEST = 2


@dataclass
class Scope:
    """What statements of a function may name."""

    memory: str
    exports: str
    exported: list[str]
    places: list[Place] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    """Templates of calls: $a stands for the argument."""
    makers: list[tuple[str, str]] = field(default_factory=list)
    """Expressions that return a view, with its kind."""
    takers: list[tuple[str, str]] = field(default_factory=list)
    """Templates of calls that take a view of a kind: $v stands for it."""
    numbers: list[str] = field(default_factory=lambda: ["x"])
    waits: bool = False
    yields: bool = False
    labels: list[str] = field(default_factory=list)
    depth: int = 0

    def inner(self, **changes: object) -> "Scope":
        """Return the scope of a block, or of a function in the function."""
        copied = {"places": [*self.places], "numbers": [*self.numbers], "functions": [*self.functions]}
        return replace(self, **{"depth": self.depth + 1, **copied, **changes})  # type: ignore[arg-type]


class Writer:
    """Writes the lines of a program."""

    def __init__(self, random: Random, count: int = 0) -> None:
        """Start without lines; the names end in numbers above `count`."""
        self.random = random
        self.lines: list[str] = []
        self.names: set[str] = set()
        self._indent = 0
        self._count = count

    def line(self, text: str) -> None:
        """Add a line."""
        self.lines.append("  " * self._indent + text)

    @contextmanager
    def block(self, start: str, end: str = "}") -> Iterator[None]:
        """Add lines around those that are added in the block."""
        self.line(start)
        self._indent += 1
        yield
        self._indent -= 1
        self.line(end)

    def name(self, stem: str) -> str:
        """Return a new name."""
        self._count += 1
        self.names.add(f"{stem}{self._count}")
        return f"{stem}{self._count}"

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.random.random() < probability

    def number(self, scope: Scope) -> str:
        """Return an expression for a number, which has no effect."""
        return self.random.choice([*scope.numbers, *scope.numbers, "1", "2", "7"])

    def call(self, scope: Scope) -> str:
        """Return an expression that calls something."""
        if scope.functions and (not scope.exported or self.chance(0.5)):
            call = self.random.choice(scope.functions)
            if "await" in call and not scope.waits:
                call = call.replace("await ", "")
            return call.replace("$a", self.number(scope))
        if not scope.exported:
            return self.number(scope)
        return called(self.random, scope.exports, self.random.choice(scope.exported), self.number(scope))

    def value(self, scope: Scope) -> str:
        """Return an expression for a number, which may call something or read a view."""
        choice = self.random.random()
        if choice < 0.35:
            return f"({self.call(scope)}, 2)" if self.chance(0.3) else self.call(scope)
        if choice < 0.65 and scope.places:
            return read(self.random, self.random.choice(scope.places), self.number(scope))
        return self.number(scope)

    def view(self, scope: Scope, kind: str) -> str:
        """Return an expression for a view of the kind: often a fresh one."""
        same = [place for place in scope.places if place.kind == kind]
        makers = [text for text, made_kind in scope.makers if made_kind == kind]
        if same and self.chance(0.3):
            return self.random.choice(same).mention
        if makers and self.chance(0.4):
            return f"«{self.random.choice(makers)}»"
        if same and kind == "array" and self.chance(0.1):
            return f"new Uint8Array({self.random.choice(same).mention}.buffer)"
        return made(self.random, scope.memory, kind)

    def statements(self, scope: Scope, count: int) -> None:
        """Add statements."""
        for _ in range(count):
            self._statement(scope)

    def _statement(self, scope: Scope) -> None:
        simple = (self._use, self._use, self._call, self._call, self._mixed, self._store, self._alias)
        nested = (self._if, self._loop, self._switch, self._try, self._closure, self._labelled, self._leave)
        rare = (
            self._container,
            self._destructured,
            self._wait,
            self._given,
            self._caught,
            self._renewed,
            self._kept,
        )
        choice = self.random.random()
        forms: tuple[Callable[[Scope], None], ...] = simple
        if choice < 0.25 and scope.depth < _DEEPEST:
            forms = nested
        elif choice < 0.4:
            forms = rare
        self.random.choice(forms)(scope)

    def _use(self, scope: Scope) -> None:
        if not scope.places:
            return self._alias(scope)
        place = self.random.choice(scope.places)
        if self.chance(0.5):
            return self.line(f"{written(self.random, place, self.number(scope))};")
        name = self.name("n")
        self.line(f"const {name} = {read(self.random, place, self.number(scope))};")
        scope.numbers.append(name)
        return None

    def _call(self, scope: Scope) -> None:
        self.line(f"{self.call(scope)};")

    def _mixed(self, scope: Scope) -> None:
        """Use a view and call something in one expression."""
        if not scope.places:
            return self._alias(scope)
        place = self.random.choice(scope.places)
        use, value, call = read(self.random, place, "1"), self.value(scope), self.call(scope)
        forms = [
            f"{written(self.random, place, call)};",
            f"log({use}, {call}, {value});",
            f"log({call}, {use});",
            f"x = [{use}, {call}, {value}].length;" if "x" in scope.numbers else f"log({call}, {use});",
            f"log(({call}, {use}));",
            f"if ({call} && {use}) log({value});",
            f"log({call} ? {use} : {value});",
            f"log(`${{{call}}}${{{use}}}`);",
            f"log({{ a: {call}, b: {use} }});",
            f"{made(self.random, scope.memory, 'array')}[0] = {call};",
            f"{made(self.random, scope.memory, 'array')}.set([{call}]);",
            f"log({made(self.random, scope.memory, 'array')}[{call} & 7]);",
        ]
        return self.line(self.random.choice(forms))

    def _store(self, scope: Scope) -> None:
        writable = [place for place in scope.places if place.store]
        if not writable:
            return self._alias(scope)
        place = self.random.choice(writable)
        assignable = place.store == f"{place.read} = $v"
        # An element is not stored in its own array or map again: nogrow then no longer takes them for views.
        value = self.view(scope, place.kind) if assignable else made(self.random, scope.memory, place.kind)
        stored = (place.store or "").replace("$v", value)
        wrong = (
            f"if (!{place.read}) {stored};",
            f"{place.read} ??= {made(self.random, scope.memory, place.kind)};",
            f"if ({place.read} === null) {stored};",
            f"if (x & 1) {stored};" if "x" in scope.numbers else f"{stored};",
            f"{place.read} ||= {made(self.random, scope.memory, place.kind)};",
        )
        return self.line(self.random.choice(wrong) if assignable and self.chance(0.3) else f"{stored};")

    def _alias(self, scope: Scope) -> None:
        kind = self.random.choice(KINDS)
        name = self.name("v")
        keyword = self.random.choice(("const", "let"))
        self.line(f"{keyword} {name} = {self.view(scope, kind)};")
        scope.places.append(Place(name, f"{name} = $v" if keyword == "let" else None, kind))

    def _container(self, scope: Scope) -> None:
        kind, name = self.random.choice(KINDS), self.name("c")
        view = self.view(scope, kind)
        forms = (
            (f"const {name} = {{ view: {view}, size: 4 }};", f"{name}.view", f"{name}.view = $v"),
            (f"const {name} = {{}}; {name}.view = {view};", f"{name}.view", f"{name}.view = $v"),
            (
                f"const {name} = {{ inner: {{ view: {view} }} }};",
                f"{name}.inner.view",
                f"{name}.inner.view = $v",
            ),
            (f"const {name} = [{view}];", f"{name}[0]", f"{name}[0] = $v"),
            (f"const {name} = []; {name}.push({view});", f"{name}[0]", f"{name}.unshift($v)"),
            (f'const {name} = new Map([["k", {view}]]);', f'{name}.get("k")', f'{name}.set("k", $v)'),
            (
                f'const {name} = new Map(); {name}.set("k", {view});',
                f'{name}.get("k")',
                f'{name}.set("k", $v)',
            ),
            (f"const {name} = new Set([{view}]);", f"[...{name}][0]", f"{name}.add($v)"),
            (
                f"const {name} = new WeakMap(); {name}.set(log, {view});",
                f"{name}.get(log)",
                f"{name}.set(log, $v)",
            ),
            (f"const {name} = {{ [KEY]: {view} }};", f"{name}[KEY]", f"{name}[KEY] = $v"),
            (f"function {name}() {{}} {name}.view = {view};", f"{name}.view", f"{name}.view = $v"),
            (f"const {name} = Object.assign({{}}, {{ view: {view} }});", f"{name}.view", None),
            (f"const {name} = {{ ...{{ view: {view} }} }};", f"{name}.view", None),
            (f"const {name} = (() => ({{ view: {view} }}))();", f"{name}.view", f"{name}.view = $v"),
            (f"const {name} = [[{view}]];", f"{name}[0][0]", f"{name}[0][0] = $v"),
            (f"const {name} = Object.freeze({{ view: {view} }});", f"{name}.view", None),
        )
        text, reading, store = self.random.choice(forms)
        self.line(text)
        scope.places.append(Place(reading, store, kind))

    def _destructured(self, scope: Scope) -> None:
        kind, name = self.random.choice(KINDS), self.name("d")
        view = self.view(scope, kind)
        forms = (
            f"const {{ view: {name} }} = {{ view: {view} }};",
            f"const {{ view: {name} = {view} }} = {{}};",
            f"const [{name}] = [{view}];",
            f"const [, {name}] = [0, {view}];",
            f"let {name}; ({{ view: {name} }} = {{ view: {view} }});",
            f"let {name}; [{name}] = [{view}];",
            f"const {{ a: {{ b: {name} }} }} = {{ a: {{ b: {view} }} }};",
            f"const [{name}, ...rest{name}] = [{view}, 1];",
            f"const {name} = ({self.call(scope)}, {view});",
            f"const {name} = {self.number(scope)} ? {view} : {self.view(scope, kind)};",
            f"const {name} = null ?? {view};",
        )
        self.line(self.random.choice(forms))
        scope.places.append(Place(name, None, kind))

    def _wait(self, scope: Scope) -> None:
        if scope.waits:
            call = self.call(scope)
            self.line(self.random.choice((f"await {call};", "await null;", f"log(await {call});")))
        elif scope.yields:
            self.line(self.random.choice((f"yield {self.value(scope)};", "yield;")))
        else:
            self._use(scope)

    def _given(self, scope: Scope) -> None:
        """Pass a view to a function."""
        if not scope.takers:
            return self._use(scope)
        taker, kind = self.random.choice(scope.takers)
        return self.line(f"{taker.replace('$v', self.view(scope, kind)).replace('$a', self.number(scope))};")

    def _if(self, scope: Scope) -> None:
        condition = self.value(scope)
        with self.block(f"if ({condition}) {{"):
            self.statements(scope.inner(), self.random.randint(1, 2))
        if self.chance(0.4):
            self.lines[-1] += " else {"
            self._indent += 1
            self.statements(scope.inner(), self.random.randint(1, 2))
            self._indent -= 1
            self.line("}")

    def _loop(self, scope: Scope) -> None:
        name = self.name("i")
        inner = scope.inner(numbers=[*scope.numbers, name])
        heads = (
            f"for (let {name} = 0; {name} < 2; {name}++) {{",
            f"for (const {name} of [1, 2]) {{",
            f"for (const {name} in {{ a: 1, b: 2 }}) {{",
            f"for (let {name} = 0; {self.call(scope)}, {name} < 2; {name}++, {self.call(scope)}) {{",
        )
        with self.block(self.random.choice(heads)):
            self.statements(inner, self.random.randint(1, 3))
            if self.chance(0.3):
                leave = self.random.choice(
                    ("break", "continue", *(f"break {label}" for label in scope.labels))
                )
                self.line(f"if ({self.value(inner)}) {leave};")
                self.statements(inner, 1)

    def _switch(self, scope: Scope) -> None:
        with self.block(f"switch ({self.value(scope)}) {{"):
            for case in ("case 1:", "case 2:", "default:"):
                with self.block(f"{case} {{"):
                    self.statements(scope.inner(), 1)
                if self.chance(0.5):
                    self.line("  break;")

    def _try(self, scope: Scope) -> None:
        with self.block("try {"):
            self.statements(scope.inner(), self.random.randint(1, 3))
            if self.chance(0.2):
                self.line("throw new Error();")
        if self.chance(0.8):
            self.lines[-1] += self.random.choice((" catch {", " catch (error) {"))
            self._indent += 1
            self.statements(scope.inner(), self.random.randint(1, 2))
            self._indent -= 1
            self.line("}")
            if self.chance(0.8):
                return
        self.lines[-1] += " finally {"
        self._indent += 1
        self.statements(scope.inner(), 1)
        self._indent -= 1
        self.line("}")

    def _kept(self, scope: Scope) -> None:
        """Keep a view across the runs of a loop, or while the function waits."""
        name, kind = self.name("v"), self.random.choice(KINDS)
        use = f"log({read(self.random, Place(name, None, kind), '1')});"
        self.line(f"const {name} = {made(self.random, scope.memory, kind)};")
        if scope.waits and self.chance(0.5):
            self.line("await null;")
            self.line(use)
            return
        head = self.random.choice(("for (const i of [1, 2]) {", "for (let i = 0; i < 2; i++) {"))
        with self.block(head):
            self.line(use)
            self.line(f"{self.call(scope)};")

    def _renewed(self, scope: Scope) -> None:
        """Renew a view, and use it after a call."""
        places = [place for place in scope.places if place.store == f"{place.read} = $v"]
        if not places:
            return self._use(scope)
        place = self.random.choice(places)
        self.line(f"{place.read} = {made(self.random, scope.memory, place.kind)};")
        self.line(f"{self.call(scope)};")
        return self.line(f"log({read(self.random, place, '1')});")

    def _caught(self, scope: Scope) -> None:
        """Use a view in the handler of a call that grows the memory and throws."""
        throwing = [name for name in scope.exported if name.startswith("throw")]
        if not throwing:
            return self._use(scope)
        name, kind = self.name("v"), self.random.choice(KINDS)
        self.line(f"let {name} = {made(self.random, scope.memory, kind)};")
        with self.block("try {"):
            self.line(f"{called(self.random, scope.exports, self.random.choice(throwing), '1')};")
            self.line(f"{name} = {made(self.random, scope.memory, kind)};")
        with self.block("catch {"):
            self.line(f"log({read(self.random, Place(name, None, kind), '1')});")
        return None

    def _labelled(self, scope: Scope) -> None:
        label, name = self.name("l"), self.name("i")
        with self.block(f"{label}: for (let {name} = 0; {name} < 2; {name}++) {{"):
            inner = scope.inner(labels=[*scope.labels, label], numbers=[*scope.numbers, name])
            self.statements(inner, 1)
            self._loop(inner)
            if self.chance(0.5):
                self.line(f"if ({self.value(inner)}) continue {label};")
                self.statements(inner, 1)

    def _leave(self, scope: Scope) -> None:
        self.line(
            f"if ({self.value(scope)}) {self.random.choice(('return 3;', 'throw new Error();', 'return;'))}"
        )

    def _closure(self, scope: Scope) -> None:
        """Add a function in the function, and call it."""
        name = self.name("f")
        waits = self.chance(0.15)
        inner = scope.inner(waits=waits, yields=False, labels=[], numbers=["x"])
        prefix = "async " if waits else ""
        heads = (
            (f"const {name} = {prefix}(x) => {{", "};"),
            (f"{prefix}function {name}(x) {{", "}"),
            (f"const {name} = {prefix}function (x) {{", "};"),
        )
        start, end = self.random.choice(heads)
        with self.block(start, end):
            self.statements(inner, self.random.randint(1, 3))
            self.result(inner)
        call = self.random.choice(
            (
                f"{name}($a)",
                f"{name}($a)",
                f"[1, 2].forEach({name})",
                f"{name}.call(null, $a)",
                f"[$a].map({name})",
                f"Promise.resolve($a).then({name})",
                f"setTimeout({name})",
                f"await {name}($a)",
            )
        )
        scope.functions.append(call)
        if self.chance(0.7):
            self.line(f"{self.call(replace(scope, exported=[], functions=[call]))};")

    def result(self, scope: Scope) -> None:
        """Add a `return` of a number, most of the time."""
        if self.chance(0.6):
            self.line(f"return {self.value(scope)};")
