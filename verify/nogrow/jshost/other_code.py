"""Tell what other code may have done to a view when a function of the program is called.

Other code is the host's and that of other programs. It may call every entry point at any time, and the
module's exports, unless the memory is one of the program's own that no module gets.
"""

from collections import defaultdict
from collections.abc import Iterator

from nogrow.jshost.call_effects import Effect
from nogrow.jshost.entry_points import EntryPoints
from nogrow.jshost.parse import Node, fields
from nogrow.jshost.points_to import Kind
from nogrow.jshost.program import Program
from nogrow.jshost.syntax import Name
from nogrow.jshost.term import Binding, Member, NewMemory, Term, This


class Retention:
    """The objects of literals that the program keeps in bindings which outlive the calls that create them."""

    def __init__(self, program: Program) -> None:
        """Follow the objects into the bindings that may hold them."""
        self._program = program
        walk = program.constraints.walk
        literals = walk.objects - walk.roots.keys()
        read_inside = {
            name
            for function, reads in program.reads.items()
            for name in reads
            if program.home(name) not in (None, program.outermost(function))
        }
        self._kept: set[object] = set()
        holding: dict[object, set[object]] = defaultdict(set)
        for target in program.points_to.flows:
            objects = program.points_to.objects.of(target)
            owners = {each.owner for each in objects if isinstance(each, This) and each.owner in literals}
            match target:
                case _ if not owners:
                    continue
                case Name():
                    if program.home(target) is None or target in read_inside:
                        self._kept |= owners
                case Member(This(owner), _) if owner in literals:
                    holding[owner] |= owners
                case Member():
                    self._kept |= owners
        queue = list(self._kept)
        while queue:
            further = holding[queue.pop()] - self._kept
            self._kept |= further
            queue.extend(further)

    def keeps(self, binding: Binding) -> bool:
        """Return whether the binding may hold a view from an earlier call."""
        if not isinstance(binding, Member) or not isinstance(binding.of, This):
            return True
        walk = self._program.constraints.walk
        owner = binding.of.owner
        return owner not in walk.objects or owner in walk.roots or owner in self._kept


def owns_memories(program: Program) -> bool:
    """Return whether only the program grows its memories: it creates them, and no other code gets one."""
    points_to = program.points_to
    if not any("grow" in names for names in program.constraints.walk.members.values()):
        # Code that is not given must grow them.
        return False
    memories = {term for term in points_to.flows if points_to.of(term) & Kind.MEMORY}
    if not memories or any(points_to.of(term) & Kind.EXPORTS for term in points_to.flows):
        return False
    for term in memories:
        is_field = isinstance(term, Member) and isinstance(term.of, This)
        if not (isinstance(term, Name) or is_field) or _is_of_literal(program, term):
            return False
        if not all(
            (isinstance(value, NewMemory) and not value.declared) or value in memories
            for value in points_to.flows[term]
        ):
            return False
    if any(name in memories for name, _ in exported_bindings(program)):
        return False
    return not any(
        points_to.any(values) & Kind.MEMORY
        for site in program.constraints.calls.values()
        if not any(map(points_to.functions, site.callees))
        for values in site.arguments
    )


def _is_of_literal(program: Program, term: Term) -> bool:
    return (
        isinstance(term, Member)
        and isinstance(term.of, This)
        and term.of.owner in program.constraints.walk.objects
    )


def exported_bindings(program: Program) -> Iterator[tuple[Name, Node]]:
    """Yield the bindings that the program's ES modules export, and where."""
    links = program.constraints.links
    imported = {links.name(name) for name in links.imports}
    for node in program.constraints.exported:
        declared = fields(node, "declaration")
        for part in declared[0].named_children if declared else [node]:
            for name in fields(part, "name"):
                if name.type == "identifier" and program.constraints.terms.name(name) not in imported:
                    yield program.constraints.terms.name(name), name


def effect_of_entry_points(program: Program, entry_points: EntryPoints, left: dict[int, Effect]) -> Effect:
    """Return the worst effect on a view that a call of an entry point leaves.

    `left` has the effects of the functions that renew the view.
    """
    worst = Effect.NONE
    for function in program.constraints.walk.functions:
        if function in entry_points and function not in program.constraints.inlined:
            entering = program.effects.entering.get(function, Effect.NONE)
            is_whole = not program.waits(function)
            worst = max(worst, left.get(function, entering) if is_whole else entering)
    return worst
