"""Find the objects in host code that may be part of an import object, and the values behind each import."""

from collections import defaultdict

from nogrow.jshost.growth import Imports
from nogrow.jshost.model import Table
from nogrow.jshost.scopes import Owner
from nogrow.jshost.term import Term
from nogrow.jshost.values import Values


def served_imports(values: Values) -> tuple[Imports, set[Table]]:
    """Return the values behind each import that the program serves, and the objects that hold them."""
    fields: dict[Owner, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
    for holder, name, value in values.every_field():
        fields[holder][name].append(value)
    tables: set[Table] = set()
    imports: Imports = defaultdict(list)
    for _, module, value in values.every_field():
        objects = [fields[held] for held in values.objects(value) if held in fields]
        tables |= {Table(module, frozenset(held)) for held in objects}
        # The import object may be merged from several objects.
        if len(objects) > 1:
            tables.add(Table(module, frozenset(name for held in objects for name in held)))
        for held in objects:
            for name, behind in held.items():
                imports[module, name] += behind
    return imports, tables
