"""Define a case of the tables in this folder."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Case:
    """A module with the verdict of every entry point, worked out by hand from the definition.

    `verdicts` has all the entries, by export name, `(start)` or `func[INDEX]`, with the verdicts'
    labels. `rule` says why. `trusted` names the imports that the contract trusts.
    """

    name: str
    rule: str
    wat: str
    verdicts: dict[str, str]
    trusted: tuple[str, ...] = ()
