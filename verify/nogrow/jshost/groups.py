"""Merge groups of values, each with its functions and with a group for each property: union-find."""

from collections.abc import Iterable, Iterator

from nogrow.jshost.model import Position

# The fields of a group that stand for no property. No string of JavaScript has their line break.
RESULT, THIS, _EVERY = "\nresult", "\nthis", "\nparameters"


class Groups:
    """Groups of values, numbered; merged groups share a representative."""

    def __init__(self) -> None:
        """Start without groups."""
        self._parents: list[int] = []
        self.fields: dict[int, dict[str, int]] = {}
        # The functions and growths that a group may be.
        self.functions: dict[int, set[int | Position]] = {}
        # The properties that a computed key has merged into the group itself.
        self.merged: dict[int, set[str]] = {}
        # Groups that are their own result and parameters as well: a built-in function may keep anything.
        self.opaque: set[int] = set()

    def new(self) -> int:
        """Return a new group."""
        self._parents.append(len(self._parents))
        return len(self._parents) - 1

    def find(self, group: int) -> int:
        """Return the representative of the group."""
        parents = self._parents
        while parents[group] != group:
            parents[group] = group = parents[parents[group]]
        return group

    def unify(self, left: int, right: int) -> None:
        """Merge two groups, and the groups of their properties."""
        queue = [(left, right)]
        while queue:
            kept, dropped = map(self.find, queue.pop())
            if kept == dropped:
                continue
            if len(self.fields.get(kept, ())) < len(self.fields.get(dropped, ())):
                kept, dropped = dropped, kept
            self._parents[dropped] = kept
            if functions := self.functions.pop(dropped, None):
                self.functions.setdefault(kept, set()).update(functions)
            merged, fields = self.merged.pop(dropped, None), self.fields.pop(dropped, {})
            own = self.fields.setdefault(kept, {}) if fields else self.fields.get(kept, {})
            mixed = _EVERY in fields or _EVERY in own
            for name, field in fields.items():
                if name in own:
                    queue.append((own[name], field))
                else:
                    own[name] = field
            if merged is not None:
                self.merged.setdefault(kept, set()).update(merged)
            if dropped in self.opaque:
                self.opaque.add(kept)
            queue += self._merges(kept, mixed)

    def _merges(self, group: int, mixed: bool) -> Iterator[tuple[int, int]]:
        """Remove the fields that have no group of their own, and yield what each is to be merged with."""
        own = self.fields.get(group, {})
        opaque = group in self.opaque
        if mixed and not opaque:
            for name in [name for name in own if name[:1] == "\n" and name[1:].isdigit()]:
                yield own[_EVERY], own.pop(name)
        if group in self.merged or opaque:
            for name in [name for name in own if opaque or name[:1] != "\n"]:
                self.merged.setdefault(group, set()).add(name)
                yield group, own.pop(name)

    def field(self, group: int, name: str) -> int:
        """Return the group of a property, or of the result or a parameter."""
        group = self.find(group)
        if group in self.opaque:
            return group
        if group in self.merged and name[:1] != "\n":
            self.merged[group].add(name)
            return group
        own = self.fields.setdefault(group, {})
        if name not in own:
            own[name] = self.new()
        return own[name]

    def parameter(self, group: int, number: int) -> int:
        """Return the group of a parameter of the functions in `group`."""
        every = _EVERY in self.fields.get(self.find(group), ())
        return self.field(group, _EVERY if every else f"\n{number}")

    def mix(self, group: int) -> int:
        """Merge all parameters of the functions in `group`, and return their group."""
        every = self.field(group, _EVERY)
        for kept, dropped in list(self._merges(self.find(group), True)):
            self.unify(kept, dropped)
        return every

    def merge_properties(self, group: int) -> None:
        """Merge all properties of the group into it, for a computed key."""
        group = self.find(group)
        if group not in self.merged:
            self.merged[group] = set()
            for kept, dropped in list(self._merges(group, False)):
                self.unify(kept, dropped)

    def absorb(self, group: int, others: Iterable[int] = ()) -> None:
        """Let the group hold everything that its functions get and return, and `others`."""
        for other in others:
            self.unify(group, other)
        group = self.find(group)
        if group not in self.opaque:
            self.opaque.add(group)
            self.merged.setdefault(group, set())
            for kept, dropped in list(self._merges(group, False)):
                self.unify(kept, dropped)

    def functions_of(self, group: int) -> set[int | Position]:
        """Return the functions and growths that the group may be."""
        return self.functions.get(self.find(group), set())

    def peek(self, group: int, name: str) -> int | None:
        """Return the group of a property if the program uses it."""
        group = self.find(group)
        if group in self.merged:
            return group
        return self.fields.get(group, {}).get(name)

    def has(self, group: int, name: str) -> bool:
        """Return whether the program uses a property `name` of the group."""
        group = self.find(group)
        return name in self.fields.get(group, {}) or name in self.merged.get(group, set())

    def having(self, names: Iterable[str]) -> dict[str, set[int]]:
        """Return, by name, the groups of all properties `names`."""
        wanted = frozenset(names)
        found: dict[str, set[int]] = {name: set() for name in wanted}
        for group, merged in self.merged.items():
            for name in merged & wanted:
                found[name].add(group)
        for own in self.fields.values():
            for name in own.keys() & wanted:
                found[name].add(self.find(own[name]))
        return found
