"""Exceptions as they were before WebAssembly 3.0: `try`, `catch`, `rethrow`, `delegate`."""

from tests.analysis.case import Case

LEGACY = (
    Case(
        "legacy catch_all",
        "the handler takes the exception and the entry returns",
        """(memory 1) (tag $x) (func (export "e")
          try i32.const 1 memory.grow drop throw $x catch_all end)""",
        {"e": "reachable"},
    ),
    Case(
        "legacy catch_all, then a trap",
        "catch_all is sure to catch",
        """(memory 1) (tag $x) (func (export "e")
          try i32.const 1 memory.grow drop throw $x catch_all unreachable end)""",
        {"e": "trap-only"},
    ),
    Case(
        "legacy catch, then a trap",
        "tags aren't compared: the exception may pass",
        """(memory 1) (tag $x) (func (export "e")
          try i32.const 1 memory.grow drop throw $x catch $x unreachable end)""",
        {"e": "throw-only"},
    ),
    Case(
        "legacy catch and catch_all, both trapping",
        "what passes the first clause is caught by the second",
        """(memory 1) (tag $x) (func (export "e")
          try i32.const 1 memory.grow drop throw $x
          catch $x unreachable catch_all unreachable end)""",
        {"e": "trap-only"},
    ),
    Case(
        "legacy try without clauses",
        "it catches nothing",
        """(memory 1) (tag $x) (func (export "e")
          try i32.const 1 memory.grow drop throw $x end)""",
        {"e": "throw-only"},
    ),
    Case(
        "legacy try that throws nothing",
        "the end of the body jumps over the handlers",
        """(memory 1) (func (export "e")
          try i32.const 1 memory.grow drop catch_all unreachable end)""",
        {"e": "reachable"},
    ),
    Case(
        "legacy growth in the handler",
        "the handler goes on after the end",
        """(memory 1) (tag $x) (func (export "e")
          try throw $x catch $x i32.const 1 memory.grow drop catch_all unreachable end)""",
        {"e": "reachable"},
    ),
    Case(
        "legacy growth in one handler, trap behind it",
        "a handler's end leaves the try, it doesn't enter the next handler",
        """(memory 1) (tag $x) (func (export "e")
          try throw $x catch $x i32.const 1 memory.grow drop catch_all return end unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "legacy growth in a handler without an exception",
        "nothing in the body can throw, so the handler is dead",
        """(memory 1) (func (export "e")
          try nop catch_all i32.const 1 memory.grow drop end)""",
        {"e": "trap-only"},
    ),
    Case(
        "legacy rethrow",
        "the exception goes on from the handler",
        """(memory 1) (tag $x) (func (export "e")
          try i32.const 1 memory.grow drop throw $x catch_all rethrow 0 end)""",
        {"e": "throw-only"},
    ),
    Case(
        "legacy rethrow inside another try",
        "rethrow throws where it stands, and there a handler is near",
        """(memory 1) (tag $x) (func (export "e")
          try i32.const 1 memory.grow drop throw $x
          catch_all try rethrow 1 catch_all end end)""",
        {"e": "reachable"},
    ),
    Case(
        "legacy rethrow of the outer exception",
        "from two handlers, neither of which covers itself",
        """(memory 1) (tag $x) (func (export "e")
          try throw $x
          catch_all try i32.const 1 memory.grow drop throw $x catch_all rethrow 1 end end)""",
        {"e": "throw-only"},
    ),
    Case(
        "legacy rethrow, caught further out",
        "the outer try covers the inner handlers",
        """(memory 1) (tag $x) (func (export "e")
          try
            try i32.const 1 memory.grow drop throw $x catch_all rethrow 0 end
            unreachable
          catch_all end)""",
        {"e": "reachable"},
    ),
    Case(
        "legacy throw in a handler",
        "a try doesn't cover its own handlers",
        """(memory 1) (tag $x) (func (export "e")
          try throw $x catch_all i32.const 1 memory.grow drop throw $x end)""",
        {"e": "throw-only"},
    ),
    Case(
        "legacy delegate to the outer try",
        "label 0 is the try around it, whose handler returns",
        """(memory 1) (tag $x) (func (export "e")
          try
            try i32.const 1 memory.grow drop throw $x delegate 0
            unreachable
          catch_all end)""",
        {"e": "reachable"},
    ),
    Case(
        "legacy delegate over the outer try",
        "label 1 is the function: the try in between is passed over",
        """(memory 1) (tag $x) (func (export "e")
          try
            try i32.const 1 memory.grow drop throw $x delegate 1
            unreachable
          catch_all end)""",
        {"e": "throw-only"},
    ),
    Case(
        "legacy delegate over one try to the next",
        "the middle try's handler would return, the outer one traps",
        """(memory 1) (tag $x) (func (export "e")
          try
            try
              try i32.const 1 memory.grow drop throw $x delegate 1
            catch_all return end
          catch_all unreachable end)""",
        {"e": "trap-only"},
    ),
    Case(
        "legacy delegate to a block",
        "a block has no handlers: the try around the block gets it",
        """(memory 1) (tag $x) (func (export "e")
          try
            block try i32.const 1 memory.grow drop throw $x delegate 0 end
            unreachable
          catch_all end)""",
        {"e": "reachable"},
    ),
    Case(
        "legacy delegate in a handler",
        "the label names a try whose handler is running, so it doesn't catch again",
        """(memory 1) (tag $x) (func (export "e")
          try throw $x
          catch_all try i32.const 1 memory.grow drop throw $x delegate 0 end)""",
        {"e": "throw-only"},
    ),
    Case(
        "legacy delegate without an exception",
        "delegate closes its block like an end",
        """(memory 1) (func (export "e")
          try i32.const 1 memory.grow drop delegate 0)""",
        {"e": "reachable"},
    ),
    Case(
        "legacy branch out of a try",
        "a try is a label",
        """(memory 1) (func (export "e")
          try i32.const 1 memory.grow drop br 0 catch_all unreachable end)""",
        {"e": "reachable"},
    ),
    Case(
        "legacy branch to a delegate's end",
        "the label of a try that ends in delegate is after it",
        """(memory 1) (tag $x) (func (export "e") (param i32)
          try i32.const 1 memory.grow drop local.get 0 br_if 0 unreachable delegate 0)""",
        {"e": "reachable"},
    ),
    Case(
        "legacy branch out of a handler",
        "over the trap behind the try",
        """(memory 1) (tag $x) (func (export "e")
          block
            try i32.const 1 memory.grow drop throw $x catch $x br 1 catch_all unreachable end
            unreachable
          end)""",
        {"e": "reachable"},
    ),
    Case(
        "legacy callee throws after growth",
        "the caller catches and returns",
        """(memory 1) (tag $x)
        (func $f (export "f") i32.const 1 memory.grow drop throw $x)
        (func (export "e") try call $f unreachable catch $x end)""",
        {"f": "throw-only", "e": "reachable"},
    ),
    Case(
        "legacy import caught, then a trap",
        "catch_all keeps the import's exception inside",
        """(import "env" "f" (func $f)) (memory 1)
        (func (export "e")
          i32.const 1 memory.grow drop try call $f catch_all end unreachable)""",
        {"e": "trap-only"},
    ),
    Case(
        "legacy tail call inside a try",
        "a tail call leaves the frame first: the try catches nothing",
        """(memory 1) (tag $x) (func $f throw $x)
        (func (export "e") try i32.const 1 memory.grow drop return_call $f catch_all end)""",
        {"e": "throw-only"},
    ),
    Case(
        "legacy handlers nested three deep",
        "each handler throws again, the outermost catches all and returns",
        """(memory 1) (tag $x) (func (export "e")
          try
            try
              try i32.const 1 memory.grow drop throw $x catch $x rethrow 0 end unreachable
            catch $x throw $x end unreachable
          catch_all end)""",
        {"e": "reachable"},
    ),
)
