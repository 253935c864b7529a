"""Models the core instances of a component: their items, and the arguments of their instantiation."""

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Exported:
    """The item that the core module `module` exports as `name`."""

    module: int
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class CanonicalFunction:
    """A core function that a canonical definition makes; `calls` are the functions that it may call back."""

    calls: "list[Item | None]"


Item = Exported | CanonicalFunction


# An instance of a module (by number), or a bundle of exports by sort and name, or an unknown instance.
CoreInstance = int | dict[tuple[int, str], Item | None] | None


class Instantiation(NamedTuple):
    """An instantiation of the core module with the number `module`, with its arguments by name."""

    module: int
    arguments: tuple[tuple[str, CoreInstance], ...]

    def serves(self, module: str, sort: int, field: str) -> list[Item | None]:
        """Return the providers of the import `module` `field`; None stands for an unknown provider."""
        providers = [exported(instance, sort, field) for name, instance in self.arguments if name == module]
        return providers or [None]


def exported(instance: CoreInstance, sort: int, name: str) -> Item | None:
    """Return the item that `instance` exports as `name`, None if it is unknown."""
    if isinstance(instance, int):
        return Exported(instance, name)
    return None if instance is None else instance.get((sort, name))
