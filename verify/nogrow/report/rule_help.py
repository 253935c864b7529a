"""Describe each rule, and how to fix a violation of it, for the formats that carry their rules with them."""

from typing import NamedTuple

from nogrow.contract.violations import Rule


class RuleHelp(NamedTuple):
    """A rule in words: what violates it, why that matters, and how to fix it."""

    rule: Rule
    short: str
    why: str
    advice: str

    @property
    def name(self) -> str:
        """The label in the form that SARIF expects, for example `GrowthReachable`."""
        return "".join(word.capitalize() for word in self.rule.label.split("-"))


_DETACHES = (
    "Growth detaches the memory's ArrayBuffer, and with it every typed array that JavaScript holds over it."
)

RULE_HELP = (
    RuleHelp(
        Rule.GROWTH_REACHABLE,
        "An entry point can grow the memory and return.",
        f"A call of this entry point can reach a memory.grow and then return. {_DETACHES}",
        "Keep the code off the path that the report shows: allocate at startup, write into a buffer of fixed "
        "size, or use an allocator that never grows the memory. If you cannot change the code, `nogrow seal "
        "--mode reserve` gives a copy of the module all its memory at the start. If the host creates its "
        "views again after every call, allow the verdict `reachable` for this entry point in the contract.",
    ),
    RuleHelp(
        Rule.GROWTH_BEFORE_EXIT,
        "An entry point can grow the memory before it traps or throws.",
        "After the growth, the call always ends in a trap or an exception; it never returns. "
        f"{_DETACHES} A host that catches the trap or the exception and continues uses detached views.",
        "If the host drops the instance in that case, allow `trap-only` or `throw-only` for this entry "
        "point. Otherwise, keep the panic and error handling from allocating.",
    ),
    RuleHelp(
        Rule.GROWTH_CAPPED,
        "An entry point can execute a memory.grow that cannot add a page.",
        "The memory already has its maximum size. Growth by 1 page or more fails, but growth by 0 pages "
        "succeeds and detaches all views.",
        "Remove the path to the memory.grow. If no code grows the memory by 0 pages, allow `capped` for this "
        "entry point.",
    ),
    RuleHelp(
        Rule.SITE_PRESENT,
        "The module contains memory.grow instructions that the contract forbids.",
        "The contract allows only the verdict `absent`. The next change to the code can make an instruction "
        "reachable that is unreachable today.",
        "Build without the code that contains the instruction, which is often the allocator or the panic "
        "machinery, or allow `unreachable` in the contract.",
    ),
    RuleHelp(
        Rule.UNTRUSTED_IMPORT,
        "An entry point reaches an import that the contract does not trust.",
        "The contract's policy for imports is `deny`. An imported function can grow the memory or call back "
        "into the module, and a proof about the module does not cover it.",
        "If the import neither grows the memory nor calls back nor throws, add it to `trusted` in the "
        "contract. Otherwise, keep the entry point from reaching it.",
    ),
    RuleHelp(
        Rule.HOST_GROWS,
        "An entry point reaches an import through which the host or another core module of the component "
        "grows the memory.",
        f"The memory.grow is not in this module but in the host or in another core module. {_DETACHES}",
        "Link with a fixed memory size (for Emscripten, without ALLOW_MEMORY_GROWTH), or keep the entry "
        "point from calling the import.",
    ),
    RuleHelp(
        Rule.MEMORY_LIMITS,
        "The declared limits of a memory violate the contract.",
        "The declared minimum must be at least `min_pages`. A maximum must be declared, and it must be at "
        "most `max_pages`.",
        "Set the limits with the linker options --initial-memory and --max-memory, both in bytes, or correct "
        "the limits in the contract.",
    ),
    RuleHelp(
        Rule.CONTROL_LOST,
        "An entry point does not have the verdict that the contract expects.",
        "A control is a module whose verdict is known. If its verdict differs, either the module has changed "
        "or the check no longer detects growth.",
        "Find out which of the two happened before you change the contract.",
    ),
    RuleHelp(
        Rule.SCENARIO_FAILED,
        "A scenario of the contract failed.",
        "The run grew the memory where the scenario forbids it, trapped, or read an unexpected value.",
        "Run `nogrow run` to see the step that failed.",
    ),
    RuleHelp(
        Rule.NOT_JUDGED,
        "The module could not be judged.",
        "The module cannot be read, is damaged, or uses a feature that nogrow does not understand. nogrow "
        "knows nothing about it, which never counts as a pass.",
        "Run `wasm-tools validate` on the module, and build it again if it is invalid.",
    ),
    RuleHelp(
        Rule.PIN_BROKEN,
        "A verdict is worse than in nogrow.lock, or the module is not the one that was pinned or attested.",
        "A lock file and a statement about a shipment record the digests and verdicts of judged modules. "
        "Entry points that grow today may continue to grow, but no verdict may become worse and no file may "
        "be replaced. The original of a module that the contract seals may not be shipped, and no stressed "
        "copy either.",
        "Undo the change; `nogrow explain` shows the cause of a growth. If the change is intended, run "
        "`nogrow pin`, or attest the shipment again. In place of the original, ship the sealed copy; in "
        "place of a stressed copy, ship its original.",
    ),
    RuleHelp(
        Rule.CACHED_VIEW,
        "Host code uses a view that it kept across a call into the module.",
        f"The call may have grown the memory. {_DETACHES} Reads from a detached view return undefined, "
        "writes have no effect, and methods throw.",
        "Create the view again after the call, or whenever `view.buffer !== memory.buffer`. You can also "
        "read the memory through live views, which follow it; don't store what they return.",
    ),
    RuleHelp(
        Rule.STALE_LENGTH,
        "Host code uses a view of a shared memory that it kept across a call into the module.",
        "The call may have grown the memory. Growth does not detach a view of a shared memory, but the view "
        "keeps its length: what lies behind it reads undefined, and writes there are lost.",
        "Create the view again after the call, or whenever `view.buffer !== memory.buffer`.",
    ),
)
