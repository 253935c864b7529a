import pytest

from nogrow.analysis.judgement import Entry, Verdict
from nogrow.analysis.proof import judge
from nogrow.explain.advice import Advice, Alternative, advice_for
from nogrow.explain.allocation_sites import USES, Family
from nogrow.explain.explain import chosen, explanations
from nogrow.explain.toolchain import Kind, Toolchain
from tests.explain.conftest import cause
from tests.support.judgements import grown
from tests.support.modules import assemble


def advised(entry: Entry, kind: Kind = Kind.RUST) -> dict[Alternative, Advice]:
    return {advice.alternative: advice for advice in advice_for(entry, cause(entry), Toolchain(kind))}


def rust(name: str) -> Entry:
    return grown("run", name, "__rust_alloc")


@pytest.mark.parametrize(
    ("entry", "kind", "part"),
    [
        (rust("alloc::fmt::format"), Kind.RUST, "core::fmt::Write"),
        (rust("alloc::string::String::push_str"), Kind.RUST, "&str"),
        (rust("alloc::vec::Vec<T>::push"), Kind.RUST, "heapless::Vec"),
        (rust("alloc::boxed::Box<T>::new"), Kind.RUST, "`static`"),
        (rust("core::panicking::panic"), Kind.RUST, "#[panic_handler]"),
        (rust("core::panicking::panic"), Kind.RUST, '`panic = "abort"` alone'),
        (grown("run", "__rust_alloc"), Kind.RUST, "`no_std`"),
        (grown("__wbindgen_malloc", "__rust_alloc"), Kind.RUST, "static buffer"),
        (grown("run", "malloc"), Kind.CLANG, "static arrays"),
        (grown("run", "malloc"), Kind.EMSCRIPTEN, "static arrays"),
        (grown("run", "std::__2::vector<int>::f()"), Kind.CLANG, "null_memory_resource"),
        (grown("run", "std::__2::string::f()"), Kind.EMSCRIPTEN, "string_view"),
        (grown("run", "printf"), Kind.CLANG, "snprintf"),
        (grown("run", "__cxa_throw"), Kind.CLANG, "-fno-exceptions"),
        (grown("run", "~lib/rt/stub/__new"), Kind.ASSEMBLYSCRIPT, "memory.data"),
        (grown("main.f", "runtime.mallocgc"), Kind.GO, "-gc=none"),
        (grown("main.f", "runtime.alloc"), Kind.TINYGO, "-gc=leaking"),
        (grown("main.f", "heap.WasmAllocator.alloc"), Kind.ZIG, "FixedBufferAllocator"),
        (grown("run"), Kind.RUST, "grows the memory itself"),
        (grown("run"), Kind.UNKNOWN, "grows the memory itself"),
        (grown("run", "malloc"), Kind.UNKNOWN, "static data"),
    ],
)
def test_advice_fits_cause_and_toolchain(entry: Entry, kind: Kind, part: str) -> None:
    assert part in advised(entry, kind)[Alternative.CODE].text


@pytest.mark.parametrize("kind", list(Kind))
def test_every_toolchain_is_advised_to_reserve_the_memory(kind: Kind) -> None:
    text = advised(grown("run", "malloc"), kind)[Alternative.RESERVE].text
    assert "`nogrow seal FILE -o OUT --mode reserve --pages N`" in text


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        (Kind.CLANG, "-Wl,--max-memory"),
        (Kind.EMSCRIPTEN, "without `-sALLOW_MEMORY_GROWTH`"),
        (Kind.ASSEMBLYSCRIPT, "--maximumMemory"),
    ],
)
def test_limits_are_advised_where_first_pages_are_used(kind: Kind, part: str) -> None:
    assert part in advised(grown("run", "malloc"), kind)[Alternative.CAP].text


@pytest.mark.parametrize("kind", [Kind.RUST, Kind.ZIG, Kind.GO, Kind.TINYGO, Kind.UNKNOWN])
def test_limits_are_not_advised_to_other_allocators(kind: Kind) -> None:
    assert Alternative.CAP not in advised(grown("run", "malloc"), kind)


def test_growth_by_another_core_module_is_not_reserved() -> None:
    entry = grown("run", "fd_write", host_grows="wasi_snapshot_preview1.fd_write")
    assert Alternative.RESERVE in advised(entry)
    advice = advised(entry._replace(grower="func[3] of core module 1"))
    assert set(advice) == {Alternative.CODE, Alternative.HOST}


@pytest.mark.parametrize(
    ("kind", "part"),
    [(Kind.CLANG, "link without `-O`"), (Kind.UNKNOWN, "`wasm-opt`"), (Kind.RUST, "`wasm-opt`")],
)
def test_lost_names_are_not_blamed_on_the_compiler(kind: Kind, part: str) -> None:
    entry = grown("run", "", "")
    unnamed = cause(entry)
    assert unnamed.vague
    lost = advice_for(entry, unnamed, Toolchain(kind, lost_names=True))[0]
    kept = advice_for(entry, unnamed, Toolchain(kind))[0]
    assert lost.alternative is kept.alternative is Alternative.NAMES
    assert part in lost.text
    assert "build with" not in lost.text


def test_every_family_has_advice_for_every_toolchain() -> None:
    assert {family for _, _, family in USES} | {Family.UNKNOWN} == set(Family)
    for kind in Kind:
        for verdict in (Verdict.TRAP_ONLY, Verdict.THROW_ONLY, Verdict.CAPPED, Verdict.REACHABLE):
            for name in ("alloc::fmt::format", "malloc", "__wasm_call_ctors", "fmt.Sprintf", None):
                advice = advised(grown("run", name, "malloc", verdict=verdict), kind)
                memory = Alternative.CAP if verdict is Verdict.CAPPED else Alternative.RESERVE
                assert {Alternative.CODE, memory} < set(advice)
                assert {Alternative.HOST, Alternative.DROP} & set(advice)


@pytest.mark.parametrize(
    ("verdict", "part"),
    [
        (Verdict.TRAP_ONLY, "a call that returns has not grown"),
        (Verdict.THROW_ONLY, "catches it"),
        (Verdict.REACHABLE, "after every call"),
        (Verdict.CAPPED, "allow `capped`"),
    ],
)
def test_advice_for_the_host_depends_on_the_verdict(verdict: Verdict, part: str) -> None:
    advice = advised(grown("run", "malloc", verdict=verdict))
    alternative = Alternative.DROP if verdict is Verdict.TRAP_ONLY else Alternative.HOST
    assert part in advice[alternative].text


def test_capped_memory_is_not_capped_again() -> None:
    capped = advised(grown("run", verdict=Verdict.CAPPED))[Alternative.CAP].text
    airtight = advised(grown("run", verdict=Verdict.CAPPED, airtight=True))[Alternative.CAP].text
    assert capped.startswith("this is already done; growth by 0 pages")
    assert airtight.startswith("this is already done; every growth")


def test_memory_at_its_maximum_is_useless_to_some_allocators() -> None:
    entry = grown("run", "malloc", verdict=Verdict.CAPPED)
    for kind in (Kind.RUST, Kind.ZIG):
        assert "Remove the maximum" in advised(entry, kind)[Alternative.RESERVE].text
    for kind in (Kind.CLANG, Kind.EMSCRIPTEN, Kind.ASSEMBLYSCRIPT):
        assert Alternative.RESERVE not in advised(entry, kind)


def test_growth_by_the_host_disappears_when_capped() -> None:
    entry = grown("run", "malloc", host_grows="env.emscripten_resize_heap")
    assert "growth by 0" not in advised(entry, Kind.EMSCRIPTEN)[Alternative.CAP].text.lower()
    assert "the verdict is `absent`" in advised(entry, Kind.EMSCRIPTEN)[Alternative.CAP].text


def test_names_are_requested_only_if_missing() -> None:
    assert Alternative.NAMES not in advised(grown("run", "malloc"))
    for kind in Kind:
        assert "names" in advised(grown(None, None), kind)[Alternative.NAMES].text


@pytest.mark.parametrize("kind", list(Kind))
def test_shared_memory_is_not_reserved(kind: Kind) -> None:
    entry = grown("run", "malloc")
    advice = {
        each.alternative: each for each in advice_for(entry, cause(entry), Toolchain(kind), shared=True)
    }
    assert Alternative.RESERVE not in advice
    assert "detaches no view" in advice[Alternative.HOST].text
    assert (Alternative.CAP in advice) == (Alternative.CAP in advised(entry, kind))


@pytest.mark.parametrize("flag", ["shared ", ""])
def test_advice_follows_the_declared_memory(flag: str) -> None:
    text = (
        f'(module (memory (export "m") 1 9 {flag}) (func (export "run") (drop (memory.grow (i32.const 1)))))'
    )
    judgement = judge(assemble(text), lambda _: False)
    (explanation,) = explanations(judgement, chosen(judgement, "run"), {}, str, Toolchain(Kind.UNKNOWN))
    alternatives = [advice.alternative for advice in explanation.advice]
    assert (Alternative.RESERVE in alternatives) == (not flag)
