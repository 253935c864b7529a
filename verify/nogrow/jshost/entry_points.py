"""Find the functions of a program that other code may call at any time."""

from collections import defaultdict

from nogrow.jshost.parse import text_of
from nogrow.jshost.program import Program
from nogrow.jshost.syntax import Name
from nogrow.jshost.term import Function, Member, This


class EntryPoints:
    """The entry points of a program.

    Every function is one, except those whose callers are all known: a function whose name the program only
    calls, and a method of a class that is private, or whose name starts with an underscore, if the program
    calls it.
    """

    def __init__(self, program: Program) -> None:
        """Find the functions whose callers are all known."""
        self._program = program
        self._names: dict[int, list[Name | Member]] = defaultdict(list)
        for target, values in program.points_to.flows.items():
            for value in values:
                if isinstance(value, Function) and isinstance(target, Name | Member):
                    self._names[value.node].append(target)

    def __contains__(self, function: int) -> bool:
        """Return whether other code may call the function."""
        if function in self._program.constraints.walk.roots:
            return False
        names = self._names.get(function, [])
        if len(names) != 1 or not self._program.callers.get(function):
            return True
        node = self._program.constraints.walk.functions[function]
        match names[0]:
            case Name() as name:
                constraints = self._program.constraints
                return constraints.exports(function) or not constraints.only_calls(name)
            case Member(of, name):
                is_field = isinstance(of, This) and of.owner not in self._program.constraints.walk.objects
                hidden = (
                    name.startswith("#")
                    or (is_field and name.startswith("_"))
                    or any(
                        child.type == "accessibility_modifier" and text_of(child) == "private"
                        for child in node.children
                    )
                )
                return not hidden or bool(self._program.constraints.walk.passed_on & {name})
        return True
