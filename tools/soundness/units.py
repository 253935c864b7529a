"""Write random functions, classes and objects of a program."""

from dataclasses import replace

from tools.soundness.bodies import KINDS, Scope, Writer
from tools.soundness.places import Place, made, read


class Units(Writer):
    """Writes declarations at the top level of a file, and puts what they declare into the file's scope."""

    def function(self, scope: Scope) -> str:
        """Add a function, and return its name."""
        name = self.name("f")
        waits = self.chance(0.25)
        prefix = "async " if waits else ""
        inner = scope.inner(waits=waits, numbers=["x"], depth=0)
        heads = (
            (f"{prefix}function {name}(x) {{", "}"),
            (f"{prefix}function {name}(x = {self.call(scope.inner(numbers=[]))}) {{", "}"),
            (f"const {name} = {prefix}(x) => {{", "};"),
            (f"const {name} = {prefix}function (x) {{", "};"),
            (f"let {name}; {name} = {prefix}(x) => {{", "};"),
        )
        with self.block(*self.random.choice(heads)):
            self.statements(inner, self.random.randint(2, 5))
            self.result(inner)
        forms = [f"{name}($a)", f"{name}($a)", f"{name}.call(null, $a)", f"[$a].forEach({name})"]
        scope.functions.append(self.random.choice([*forms, f"await {name}($a)"] if waits else forms))
        return name

    def short(self, scope: Scope) -> str:
        """Add an arrow function whose body is an expression, and return its name."""
        name = self.name("a")
        self.line(f"const {name} = (x) => {self.value(scope.inner(numbers=['x']))};")
        scope.functions.append(f"{name}($a)")
        return name

    def generator(self, scope: Scope) -> str:
        """Add a generator function, and return its name."""
        name = self.name("g")
        with self.block(f"function* {name}(x) {{"):
            inner = scope.inner(yields=True, numbers=["x"], depth=0)
            self.statements(inner, self.random.randint(2, 4))
            self.line(f"yield {self.value(inner)};")
            self.statements(inner, 2)
        forms = (f"[...{name}($a)]", f"{name}($a).next()", f"Array.from({name}($a))")
        scope.functions.append(self.random.choice(forms))
        return name

    def maker(self, scope: Scope) -> str:
        """Add a function that returns a view, and return its name."""
        name, kind = self.name("m"), self.random.choice(KINDS)
        fresh = made(self.random, scope.memory, kind)
        kept = [place for place in scope.places if place.kind == kind and place.store == f"{place.read} = $v"]
        if kept and kind == "array" and self.chance(0.6):
            place = self.random.choice(kept)
            plain = f"new Uint8Array({scope.memory}.buffer)"
            guard = self.random.choice(
                (
                    f"if ({place.read} === null || {place.read}.buffer !== {scope.memory}.buffer)",
                    f"if ({place.read}?.buffer !== {scope.memory}.buffer)",
                    f"if (!{place.read})",
                    f"if ({place.read}.length === 0)",
                    "if (dirty)",
                )
            )
            with self.block(f"function {name}() {{"):
                flag = "dirty = false; " if guard == "if (dirty)" else ""
                self.line(f"{guard} {{ {flag}{place.read} = {plain}; }}")
                self.line(f"return {place.mention};")
            scope.makers.append((f"{name}()", kind))
            return name
        call = self.call(scope.inner(numbers=[]))
        forms = (
            (f"const {name} = () => {fresh};", f"{name}()"),
            (f"function {name}() {{ return {fresh}; }}", f"{name}()"),
            (f"const {name} = () => ({{ view: {fresh}, size: 1 }});", f"{name}().view"),
            (f"function {name}() {{ return [{fresh}]; }}", f"{name}()[0]"),
            (f"const {name} = {{ get view() {{ return {fresh}; }} }};", f"{name}.view"),
            (f"function {name}() {{ const made = {fresh}; {call}; return «made»; }}", f"{name}()"),
        )
        text, call = self.random.choice(forms)
        self.line(text)
        scope.makers.append((call, kind))
        return name

    def taker(self, scope: Scope) -> str:
        """Add a function with a parameter for a view, and return its name."""
        name, kind = self.name("t"), self.random.choice(KINDS)
        fresh = made(self.random, scope.memory, kind)
        parameters, call = self.random.choice(
            (
                ("view, x", f"{name}($v, $a)"),
                ("view, x", f"{name}($v, $a)"),
                ("x, view", f"{name}($a, $v)"),
                (f"view = {fresh}, x = 1", f"{name}($v)"),
                (f"view = {fresh}, x = 1", f"{name}(undefined, $a)"),
                ("{ view }, x", f"{name}({{ view: $v }}, $a)"),
                ("{ view, x = 2 }", f"{name}({{ view: $v }})"),
                ("[view], x", f"{name}([$v], $a)"),
                ("x, ...[view]", f"{name}($a, $v)"),
                ("view, x", f"{name}.call(null, $v, $a)"),
                ("view, x", f"{name}.apply(null, [$v, $a])"),
                ("view, x", f"{name}(...[$v, $a])"),
                ("view, x", f"[$v].forEach((each) => {name}(each, 1))"),
                ("view, x", f"[$v].forEach({name})"),
                ("view, x", f"Promise.resolve($v).then({name})"),
                ("view, x", f"setTimeout({name}, 0, $v)"),
            )
        )
        waits = self.chance(0.2)
        with self.block(f"{'async ' if waits else ''}function {name}({parameters}) {{"):
            places = [*scope.places, *(2 * [Place("view", "view = $v", kind)])]
            inner = scope.inner(waits=waits, numbers=["x"], places=places, depth=0)
            self.statements(inner, self.random.randint(1, 2))
            self.line(f"{self.call(inner)};")
            self.line(f"log({read(self.random, Place('view', None, kind), 'x')});")
            self.result(inner)
        scope.takers.append((call, kind))
        caller = self.name("a")
        given = call.replace("$v", made(self.random, scope.memory, kind)).replace("$a", "x")
        self.line(f"const {caller} = (x) => {given};")
        return f"{name} {caller}"

    def pair(self, scope: Scope) -> str:
        """Add a function that renews a view, and calls another one that uses it before a growth."""
        places = [place for place in scope.places if place.store == f"{place.read} = $v"]
        if not places:
            return self.function(scope)
        place = self.random.choice(places)
        inner, outer = self.name("f"), self.name("f")
        use = f"log({read(self.random, place, '1')});"
        growing = scope.inner(functions=[], numbers=["x"])
        bodies = [
            (inner, [use, f"{self.call(growing)};"]),
            (outer, [f"{place.read} = {made(self.random, scope.memory, place.kind)};", f"{inner}(x);", use]),
        ]
        self.random.shuffle(bodies)
        for name, lines in bodies:
            with self.block(f"function {name}(x) {{"):
                for line in lines:
                    self.line(line)
        scope.functions += [f"{inner}($a)", f"{outer}($a)"]
        return outer

    def higher(self, scope: Scope) -> str:
        """Add a function that calls its argument, and return its name."""
        name = self.name("h")
        with self.block(f"function {name}(fn, x = 1) {{"):
            call = self.random.choice(("fn($a)", "[1].forEach(fn)", "fn.call(null, $a)", "setTimeout(fn)"))
            inner = scope.inner(numbers=["x"], functions=[*scope.functions, *(3 * [call])], depth=0)
            self.statements(inner, self.random.randint(2, 4))
            self.line(f"{call.replace('$a', 'x')};")
            self.statements(inner, 1)
        for _ in range(2):
            scope.functions.append(f"{name}((i) => {self.call(scope.inner(numbers=['i']))}, $a)")
        return name

    def emitter(self, scope: Scope) -> str:
        """Add functions that keep callbacks, and call them later; return the name of the second."""
        name = self.name("e")
        self.line(f"const listeners{name} = [];")
        self.line(f"const on{name} = (fn) => listeners{name}.push(fn);")
        with self.block(f"function {name}(x) {{"):
            self.line(f"for (const fn of listeners{name}) fn(x);")
            self.statements(scope.inner(numbers=["x"], depth=0), 2)
        with self.block(f"on{name}((x) => {{", "});"):
            self.statements(scope.inner(numbers=["x"], depth=0), 2)
        scope.functions.append(f"{name}($a)")
        return name

    def object(self, scope: Scope) -> str:
        """Add an object with views and methods, and return its name."""
        name, kind = self.name("o"), self.random.choice(KINDS)
        key = self.random.choice(("view", "bytes", "mem8"))
        with self.block(f"const {name} = {{", "};"):
            self.line(f"{key}: {self.random.choice(('null', made(self.random, scope.memory, kind)))},")
            self._methods(scope, [Place(f"this.{key}", f"this.{key} = $v", kind)], ",")
        outside = Place(f"{name}.{key}", f"{name}.{key} = $v", kind)
        scope.places.append(outside)
        scope.functions += [f"{name}.{method}($a)" for method in self._made]
        if self._made and self.chance(0.3):
            alias = self.name("b")
            self.line(f"const {alias} = {name}.{self._made[0]}.bind({name});")
            scope.functions.append(f"{alias}($a)")
        return name

    def class_(self, scope: Scope, parent: tuple[str, list[Place]] | None = None) -> str:
        """Add a class, perhaps one that extends another one, and return its name."""
        name, kind = self.name("C"), self.random.choice(KINDS)
        fresh = made(self.random, scope.memory, kind)
        field = self.random.choice(("view", "#view", "_view", "view"))
        places = [Place(f"this.{field}", f"this.{field} = $v", kind)]
        shared = Place(f"{name}.shared", f"{name}.shared = $v", "array")
        heritage = "" if parent is None else f" extends {parent[0]}"
        # All objects of a class and of those that extend it count as one, so only one is used.
        is_extended = parent is None and self.chance(0.4)
        with self.block(f"class {name}{heritage} {{"):
            if self.chance(0.4):
                self.line(f"static shared = new Uint8Array({scope.memory}.buffer);")
                places.append(shared)
                scope.places.append(shared)
            in_field = self.chance(0.4)
            self.line(f"{field} = {fresh if in_field else 'null'};")
            if not in_field or self.chance(0.3):
                with self.block("constructor() {"):
                    if parent is not None:
                        self.line("super();")
                    self.line(f"this.{field} = {fresh};")
                    if self.chance(0.3):
                        self.statements(replace(scope, numbers=[], depth=2), 1)
            if self.chance(0.3):
                self.line(f"get fresh() {{ return {made(self.random, scope.memory, 'array')}; }}")
                places.append(Place("this.fresh", None, "array"))
            if self.chance(0.2):
                self.line(f"get kept() {{ return «this.{field}»; }}")
                places.append(Place("this.kept", None, kind))
            if parent is not None:
                places += [place for place in parent[1] if "#" not in place.read]
            self._methods(scope, places, "")
            methods = self._made
            if self.chance(0.3):
                with self.block("static build(x) {"):
                    self.statements(scope.inner(numbers=["x"], depth=1), 1)
                    self.line(f"return new {name}();")
                scope.functions.append(f"{name}.build($a)")
        if is_extended:
            return f"{name} {self.class_(scope, (name, places))}"
        instance = self.name("c")
        self.line(f"const {instance} = new {name}();")
        if "#" not in field:
            scope.places.append(Place(f"{instance}.{field}", f"{instance}.{field} = $v", kind))
        scope.functions += [f"{instance}.{method}($a)" for method in methods]
        return f"{name} {instance}"

    def _methods(self, scope: Scope, places: list[Place], separator: str) -> None:
        """Add methods; each may call those before it."""
        calls: list[str] = []
        names: list[str] = []
        for _ in range(self.random.randint(1, 3)):
            name = self.name(self.random.choice(("run", "get", "_do", "at", "put")))
            waits = self.chance(0.15)
            functions = [*scope.functions, *(2 * calls)]
            inner = scope.inner(
                waits=waits,
                numbers=["x"],
                functions=functions,
                places=[*scope.places, *(3 * places)],
                depth=0,
            )
            with self.block(f"{'async ' if waits else ''}{name}(x) {{", "}" + separator):
                self.statements(inner, self.random.randint(1, 4))
                self.result(inner)
            calls.append(f"this.{name}($a)")
            names.append(name)
        self._made = names

    def factory(self, scope: Scope) -> str:
        """Add a function that returns functions which share a view, and return its name."""
        name, kind = self.name("make"), self.random.choice(KINDS)
        kept = self.name("k")
        place = Place(kept, f"{kept} = $v", kind)
        with self.block(f"function {name}(x) {{"):
            self.line(f"let {kept} = {self.view(scope, kind)};")
            inner = scope.inner(numbers=["x"], places=[*scope.places, *(3 * [place])], depth=1)
            self.statements(inner, self.random.randint(0, 2))
            methods = [self.name("p") for _ in range(2)]
            calls: list[str] = []
            for method in methods:
                with self.block(f"const {method} = (x) => {{", "};"):
                    body = scope.inner(
                        numbers=["x"], places=inner.places, functions=[*scope.functions, *calls], depth=0
                    )
                    self.statements(body, self.random.randint(1, 3))
                    self.result(body)
                calls.append(f"{method}($a)")
            view = self.random.choice(("", f", view: {kept}", f", get view() {{ return «{kept}»; }}"))
            self.line(f"return {{ {', '.join(methods)}{view} }};")
        instance = self.name("c")
        self.line(f"const {instance} = {name}(1);")
        scope.functions += [f"{instance}.{method}($a)" for method in methods]
        if view:
            scope.places.append(Place(f"{instance}.view", None, kind))
        return f"{name} {instance}"
