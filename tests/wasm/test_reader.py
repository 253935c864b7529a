"""Tests the reader: LEB128 numbers, vectors and names, and the offsets of errors."""

from collections.abc import Callable

import pytest
from tools.bench.encode import leb

from nogrow.errors import ModuleError
from nogrow.wasm.reader import Reader

START = 3


def reader(data: bytes) -> Reader:
    """Return a reader of `data` in the middle of a file."""
    return Reader(bytes(START) + data + b"\x01" * 9, START, START + len(data))


def refusal(error: pytest.ExceptionInfo[ModuleError]) -> int | None:
    """Return the offset of an error relative to the start of the reader."""
    return None if error.value.offset is None else error.value.offset - START


@pytest.mark.parametrize(
    ("data", "number"),
    [
        (b"\x00", 0),
        (b"\x7f", 127),
        (b"\x80\x01", 128),
        (b"\x80\x80\x80\x80\x00", 0),
        (b"\xe5\x8e\x26", 624485),
        (b"\xff\xff\xff\xff\x0f", 2**32 - 1),
    ],
    ids=lambda value: value.hex() if isinstance(value, bytes) else str(value),
)
def test_u32_is_read_in_every_length(data: bytes, number: int) -> None:
    single, row = reader(data), reader(data)
    assert (single.u32(), single.position) == (number, START + len(data))
    assert (row.u32s(1), row.position) == ([number], START + len(data))


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        pytest.param(b"", 0, id="nothing"),
        pytest.param(b"\x80\x80", 2, id="ends in a continuation"),
        pytest.param(b"\x80\x80\x80\x80\x80\x00", 0, id="six bytes"),
        pytest.param(b"\xff\xff\xff\xff\x1f", 0, id="33 bits"),
    ],
)
def test_bad_u32_is_refused_at_its_offset(data: bytes, offset: int) -> None:
    for read in (Reader.u32, lambda item: item.u32s(1)):
        with pytest.raises(ModuleError) as error:
            read(reader(data))
        assert refusal(error) == offset


def test_u32s_reads_what_u32_reads_one_by_one() -> None:
    data = b"\x05\x85\x01\x85\x80\x01\x85\x80\x80\x80\x00\x7f\xff\x7f"
    single = reader(data)
    assert reader(data).u32s(6) == [single.u32() for _ in range(6)] == [5, 133, 16389, 5, 127, 16383]


@pytest.mark.parametrize(
    ("bits", "data", "number"),
    [
        (32, b"\x7f", -1),
        (32, b"\xff\xff\xff\xff\x7f", -1),
        (32, b"\x80\x80\x80\x80\x78", -(2**31)),
        (32, b"\xff\xff\xff\xff\x07", 2**31 - 1),
        (33, b"\xff\xff\xff\xff\x0f", 2**32 - 1),
        (64, b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x7f", -(2**63)),
        (64, b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00", 2**63 - 1),
        (64, b"\xc0\xbb\x78", -123456),
    ],
    ids=lambda value: value.hex() if isinstance(value, bytes) else str(value),
)
def test_signed_number_is_read_in_every_length(bits: int, data: bytes, number: int) -> None:
    assert reader(data).signed(bits) == number


@pytest.mark.parametrize(
    ("bits", "data"),
    [
        pytest.param(32, b"\xff\xff\xff\xff\x0f", id="32 bits, sign not repeated"),
        pytest.param(32, b"\x80\x80\x80\x80\x70", id="32 bits, below the least"),
        pytest.param(32, b"\x80\x80\x80\x80\x80\x00", id="32 bits in six bytes"),
        pytest.param(33, b"\x80\x80\x80\x80\x20", id="33 bits, above the greatest"),
        pytest.param(64, b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", id="64 bits in eleven bytes"),
        pytest.param(64, b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", id="64 bits, sign not repeated"),
    ],
)
def test_bad_signed_number_is_refused_at_its_offset(bits: int, data: bytes) -> None:
    with pytest.raises(ModuleError) as error:
        reader(data).signed(bits)
    assert refusal(error) == 0


def test_signed_number_that_is_cut_off_is_refused_at_the_end() -> None:
    with pytest.raises(ModuleError, match="unexpected end of the section") as error:
        reader(b"\x80\x80").signed(32)
    assert refusal(error) == 2


def test_unsigned_64_takes_ten_bytes_and_no_more() -> None:
    assert reader(b"\xff" * 9 + b"\x01").unsigned(64) == 2**64 - 1
    for data in (b"\xff" * 9 + b"\x02", b"\x80" * 10 + b"\x00"):
        with pytest.raises(ModuleError):
            reader(data).unsigned(64)


@pytest.mark.parametrize("data", [b"\x02\x01", b"\xff\xff\xff\xff\x0f"], ids=["one short", "four billion"])
def test_vector_longer_than_its_section_is_refused(data: bytes) -> None:
    with pytest.raises(ModuleError, match="elements announced") as error:
        reader(data).count()
    assert refusal(error) == 0


def test_name_is_utf8() -> None:
    assert reader(b"\x03\xe2\x82\xac").name() == "\u20ac"


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        pytest.param(b"\x02a\xff", 2, id="no UTF-8"),
        pytest.param(b"\x03\xed\xa0\x80", 1, id="surrogate"),
        pytest.param(b"\x02\xc0\x80", 1, id="overlong"),
        pytest.param(b"\x02\xe2\x82", 1, id="cut off"),
        pytest.param(b"\x05ab", 1, id="longer than the section"),
        pytest.param(b"", 0, id="nothing"),
    ],
)
def test_bad_name_is_refused_at_its_offset(data: bytes, offset: int) -> None:
    with pytest.raises(ModuleError) as error:
        reader(data).name()
    assert refusal(error) == offset


@pytest.mark.parametrize("read", [Reader.byte, Reader.peek, lambda item: item.take(1)])
def test_reading_stops_at_the_end_of_the_section(read: Callable[[Reader], object]) -> None:
    with pytest.raises(ModuleError) as error:
        read(reader(b""))
    assert refusal(error) == 0


EDGES = (0, 1, 127, 128, 129, 16_383, 16_384, 16_511, 2_097_151, 2_097_152, 0xFFFF_FFFF)


@pytest.mark.parametrize("behind", range(4))
@pytest.mark.parametrize("number", EDGES)
def test_u32s_equals_repeated_u32_near_the_end(number: int, behind: int) -> None:
    """The fast path for short numbers stops a few bytes before the end."""
    data = b"".join(map(leb, [number, 300, number, 5])) + bytes(behind)
    one_by_one, in_a_row = Reader(data, 0, len(data)), Reader(data, 0, len(data))
    assert [one_by_one.u32() for _ in range(4)] == in_a_row.u32s(4) == [number, 300, number, 5]
    assert one_by_one.position == in_a_row.position == len(data) - behind
