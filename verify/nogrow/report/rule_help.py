"""What each rule says and what to do about it, for the formats that carry the rules with them."""

from typing import NamedTuple


class Explanation(NamedTuple):
    """A rule in words: its id, its label, what breaks it, why that matters, and what helps."""

    id: str
    label: str
    short: str
    why: str
    advice: str

    @property
    def name(self) -> str:
        """The label as SARIF wants names, for example `GrowthReachable`."""
        return "".join(word.capitalize() for word in self.label.split("-"))


_DETACHES = (
    "Growth detaches the memory's ArrayBuffer, and every typed-array view that JavaScript holds of it."
)

EXPLANATIONS = (
    Explanation(
        "NG001",
        "growth-reachable",
        "An entry point can grow the memory and return.",
        f"A memory.grow can be reached from here, and the call can return after it. {_DETACHES}",
        "Keep the path that is shown from being taken: allocate while starting up, write into a buffer of a "
        "fixed size, or use an allocator that never grows. If the host makes its views anew after this call, "
        "allow the verdict `reachable` for this entry point in the contract.",
    ),
    Explanation(
        "NG002",
        "growth-before-exit",
        "An entry point can grow the memory before it traps or throws.",
        "After the growth only a trap or an exception can follow, so the call never returns normally. "
        f"{_DETACHES} A host that goes on after the trap or the exception has dead views.",
        "If the host gives up the instance then, allow `trap-only` or `throw-only` for this entry point. "
        "Otherwise keep panic and error handling from allocating.",
    ),
    Explanation(
        "NG003",
        "growth-capped",
        "An entry point can execute a memory.grow that cannot add a page.",
        "The memory is at its maximum from the start. A growth by 0 pages still succeeds, and detaches as "
        "well; a growth by more fails.",
        "Allow `capped` if a growth by 0 pages is ruled out, or remove the path to the growth.",
    ),
    Explanation(
        "NG004",
        "site-present",
        "The module has memory.grow instructions although it may have none.",
        "The contract allows only `absent`. An instruction that nothing reaches today may be reached after "
        "the next change.",
        "Build without the code that holds the instruction, often the allocator or the panic machinery, or "
        "allow `unreachable` in the contract.",
    ),
    Explanation(
        "NG005",
        "untrusted-import",
        "An entry point reaches an import that the contract does not trust.",
        "An imported function may grow the memory or call back into the module, and no proof about the "
        "module covers that. The contract's policy for imports is `deny`.",
        "Name the import under `trusted` in the contract if it neither grows, nor calls back in, nor throws; "
        "otherwise don't reach it.",
    ),
    Explanation(
        "NG006",
        "host-grows",
        "An entry point reaches an import behind which the host grows the memory, or another core module "
        "of the component does.",
        f"The memory.grow is not in this module: the host or another core module has it. {_DETACHES}",
        "Link with a fixed memory (for Emscripten, without ALLOW_MEMORY_GROWTH), or keep the entry point "
        "from calling the import.",
    ),
    Explanation(
        "NG007",
        "memory-limits",
        "The declared limits of a memory are not those of the contract.",
        "The declared minimum must be at least `min_pages`, and a maximum must be declared and be at most "
        "`max_pages`.",
        "Tell the linker: --initial-memory and --max-memory, in bytes. Or correct the contract's limits.",
    ),
    Explanation(
        "NG008",
        "control-lost",
        "An entry point does not have the verdict that the contract expects.",
        "A control is a module whose verdict is known. Where it is judged differently, the module has "
        "changed or the check has gone blind.",
        "Find out which of the two it is before the contract is changed.",
    ),
    Explanation(
        "NG009",
        "scenario-failed",
        "A scenario of the contract failed.",
        "When it was run, it grew the memory where it may not, trapped, or read what was not expected.",
        "Run `nogrow run` for the step that failed.",
    ),
    Explanation(
        "NG010",
        "not-judged",
        "The module could not be judged.",
        "It can't be read, is damaged, or uses what nogrow does not understand. Nothing is known of it, and "
        "that is never a pass.",
        "Build the module anew, or compare with what `wasm-tools validate` says of it.",
    ),
    Explanation(
        "NG011",
        "pin-broken",
        "A verdict is worse than nogrow.lock says, or the module is not the one that was pinned or attested.",
        "A lock, and a statement about what is shipped, hold the digests and verdicts of what was judged "
        "before. What grows today may go on doing so; nothing may become worse, and nothing may be swapped.",
        "Undo the change; `nogrow explain` says what causes a growth. If the change is meant, run "
        "`nogrow pin`, or attest the shipment anew.",
    ),
    Explanation(
        "NG012",
        "cached-view",
        "Host code uses a view that it kept across a call into the module.",
        f"The call may have grown the memory. {_DETACHES} Reads of a detached view give undefined, writes "
        "are lost, and methods throw.",
        "Make the view anew after the call, or where `view.buffer !== memory.buffer`; or read it through "
        "live views, which follow the memory, and don't keep what they give.",
    ),
)
