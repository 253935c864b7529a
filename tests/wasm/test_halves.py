"""A scan in two halves fails where the scan in one part does, and with the same words."""

import pytest

from nogrow.errors import ModuleError
from nogrow.wasm.decode import decode
from nogrow.wasm.kernel import Engine
from nogrow.wasm.scan import Scanning
from tests.support.binary import HEADER, leb, module_with_bodies, section, vector

ENGINE = Engine()
QUIET = b"\x0b"
UNKNOWN = b"\xff\x0b"
GROWS = b"\x41\x01\x40\x00\x1a\x0b"


def outcome(data: bytes, *, halved: bool) -> object:
    try:
        found = Scanning(decode(data), ENGINE, halved=halved).result()
    except ModuleError as error:
        return str(error)
    return found.grows, found.node_count, found.call_count


@pytest.mark.parametrize("bodies", range(5))
@pytest.mark.parametrize("bad", range(5))
def test_an_unknown_byte_is_reported_where_it_is(bodies: int, bad: int) -> None:
    data = module_with_bodies([UNKNOWN if place == bad else GROWS for place in range(bodies)])
    one, two = outcome(data, halved=False), outcome(data, halved=True)
    assert one == two
    assert isinstance(one, str) == (bad < bodies)


def test_the_first_of_two_faults_is_reported() -> None:
    data = module_with_bodies([QUIET, UNKNOWN, QUIET, b"\xfe\x7f\x0b"])
    assert outcome(data, halved=True) == outcome(data, halved=False)
    assert "0xff" in str(outcome(data, halved=True))


@pytest.mark.parametrize("large", range(4))
def test_one_body_can_be_nearly_all_of_the_code(large: int) -> None:
    bodies = [b"\x01" * 5000 + GROWS if place == large else GROWS for place in range(4)]
    data = module_with_bodies(bodies)
    one, two = outcome(data, halved=False), outcome(data, halved=True)
    assert one == two
    assert isinstance(one, tuple)
    assert len(one[0]) == 4


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(vector([leb(2) + b"\0\x0b", leb(90) + b"\0\x0b"]), id="a size beyond the section"),
        pytest.param(vector([leb(2) + b"\0\x0b"] * 2) + b"\0\0", id="bytes left over"),
        pytest.param(leb(2) + leb(2) + b"\0\x0b", id="a body too few"),
        pytest.param(leb(2) + b"\x82\x80\x80\x80\0\0\x0b" * 2, id="padded sizes"),
        pytest.param(leb(2) + b"\xff\xff\xff\xff\x7f\0\x0b" * 2, id="sizes of too many bits"),
    ],
)
def test_framing_is_checked_in_halves_too(code: bytes) -> None:
    types, functions = section(1, vector([b"\x60\0\0"])), section(3, vector([b"\0", b"\0"]))
    data = HEADER + types + functions + section(10, code)
    assert outcome(data, halved=True) == outcome(data, halved=False)
