import base64

import pytest

from nogrow.archives.embedded import embedded
from nogrow.archives.unpack_limits import Limits, UnsafeArchiveError
from tests.support.archives import modules_in, opened
from tests.support.modules import GROWING_WASM, QUIET_WASM

TEXT = base64.b64encode(QUIET_WASM)
BARE = TEXT.rstrip(b"=")
COMPONENT = base64.b64encode(b"\0asm\x0d\0\1\0")


@pytest.mark.parametrize(
    "source",
    [
        b'const url = "data:application/wasm;base64,' + TEXT + b'";',
        b"const text = '" + TEXT + b"';",
        b"const text = `" + BARE + b"`;",
        b'{"sourcesContent": ["const text = \\"' + TEXT + b'\\""]}',
        b'X = "' + TEXT + b'"',
    ],
)
def test_module_in_a_string_is_found(source: bytes) -> None:
    assert list(embedded(source)) == [("base64", QUIET_WASM)]


def escaped(data: bytes, form: str) -> str:
    return "".join(form.format(byte) for byte in data)


ESCAPED = escaped(QUIET_WASM, "\\x{:02x}")
PERCENT = escaped(QUIET_WASM, "%{:02X}")
NUMBERS = ", ".join(map(str, QUIET_WASM))
RAW = "".join(
    chr(byte) if 32 < byte < 127 and chr(byte) not in '%#\\"\n\r\t' else f"%{byte:02x}" for byte in QUIET_WASM
)


@pytest.mark.parametrize(
    ("source", "encoding"),
    [
        (f'u = "data:application/wasm,{PERCENT}"', "url"),
        (f'u = "data:application/wasm,{RAW}"', "url"),
        (f'u = "data:application/octet-stream;charset=x,{PERCENT}"', "url"),
        (f'u = "DATA:application/wasm;a=b,{PERCENT}"', "url"),
        (f'u = "data:,{PERCENT}"', "url"),
        (f"u = `data:application/wasm,{PERCENT}`", "url"),
        (f'u = "data:application/wasm;base64,{TEXT.decode().replace("A", "%41")}"', "base64"),
        (f'u = "data:application/wasm;base64,{TEXT.decode()[:9]}\\n{TEXT.decode()[9:]}"', "base64"),
        (f'f("{ESCAPED}")', "string"),
        (f"f(`{ESCAPED}`)", "string"),
        (f'{{"sourcesContent": ["f(\\"{escaped(QUIET_WASM, chr(92) * 2 + "x{:02x}")}\\")"]}}', "string"),
        (f'f("{escaped(QUIET_WASM, chr(92) + "u{:04X}")}")', "string"),
        (f'f("{escaped(QUIET_WASM, chr(92) + "u{{{:x}}}")}")', "string"),
        (f'f("{escaped(QUIET_WASM, chr(92) + "{:03o}")}")', "string"),
        (f'unescape("{PERCENT}")', "string"),
        (f"new Uint8Array([{NUMBERS}])", "array"),
        (f"new Uint8Array([\n  {NUMBERS},\n])", "array"),
        (f'"{NUMBERS}".split(",")', "array"),
        (f"Uint8Array.of({', '.join(f'0x{byte:02X}' for byte in QUIET_WASM)})", "array"),
        (f"new Int8Array([{', '.join(str(byte - 256 * (byte > 127)) for byte in QUIET_WASM)}])", "array"),
        (f'hex("{QUIET_WASM.hex()}")', "hex"),
        (f"hex('{QUIET_WASM.hex(' ').upper()}')", "hex"),
    ],
)
def test_module_is_found_in_each_encoding(source: str, encoding: str) -> None:
    assert list(embedded(source.encode())) == [(encoding, QUIET_WASM)]


def test_base64_in_the_alphabet_of_urls_is_found() -> None:
    module = b"\0asm\1\0\0\0\0\4\1x\xfb\xff"
    text = base64.urlsafe_b64encode(module)
    assert b"-" in text or b"_" in text
    assert list(embedded(b'"' + text + b'"')) == [("base64", module)]


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (b'u = "data:application/wasm,text"', "without a module"),
        (b'u = "data:application/wasm;base64,A*"', "other characters"),
        (b'u = "data:application/wasm,%00asm#"', "that browsers drop"),
        (b'u = "data:text/plain,%00asm\\t1"', "that browsers drop"),
        (b'u = "data:text/plain,%00asm\\1"', "that browsers drop"),
        (b"u = `data:application/wasm,%00asm${rest}`", "a template literal"),
        (b'u = "x data:application/wasm,%00asm"', "not at the start of a string"),
        (b'f("x\\0asm\\1\\0\\0\\0")', "not at the start of a string"),
        (b'f("\\0asm\\1\\0\\0\\0" + rest)', "end as one string literal"),
        (b"f(`\\0asm\\1\\0\\0\\0${rest}`)", "a template literal"),
        (b'f("\\0asm\\1\\0\\0\\0', "without end"),
        ('f("\\0asm\\1\\0\\0\\0€")'.encode(), "characters beyond one byte"),
        (b'f("\\0asm\\1\\0\\0\\0\xff")', "not UTF-8"),
        (b"x, 0, 97, 115, 109, 1, 0, 0, 0]", "not at the start of an array"),
        (b"[0, 97, 115, 109, 1, 0, 0, 0, ...rest]", "elements that are not bytes"),
        (b"[0, 97, 115, 109, 1, 0, 0, 0, 256]", "elements that are not bytes"),
        (b'"0061736d01000000zz"', "in hexadecimal"),
    ],
)
def test_module_that_is_not_whole_is_refused(source: bytes, reason: str) -> None:
    with pytest.raises(UnsafeArchiveError, match=f"line 2: .*{reason}"):
        list(embedded(b"// first line\n" + source))


@pytest.mark.parametrize(
    "source",
    [
        b'prefix = "data:application/wasm;base64,"',
        b"u = `data:application/wasm;base64,${text}`",
        b'image = "data:image/png;base64,iVBORw0KGgo="',
        b'broken = "data:text/plain;base64,*"',
        b'magic = "\\0asm"',
        b"[0, 97, 115, 109]",
        b"native code \0asm\1\0\0\0 and more",
    ],
)
def test_literal_without_a_module_is_ignored(source: bytes) -> None:
    assert list(embedded(source)) == []


def test_embedded_modules_and_components_are_numbered() -> None:
    source = b'["' + TEXT + b'", "' + base64.b64encode(GROWING_WASM) + b'", "' + COMPONENT + b'"]'
    assert modules_in("x.js", source) == ["base64-0", "base64-1", "base64-2"]
    assert not opened("x.js", source).is_archive


def test_magic_number_alone_is_not_a_module() -> None:
    assert list(embedded(b'text.startsWith("AGFzbQ") || text.startsWith("AGFzbQE")')) == []


def test_modules_in_strings_count_as_members() -> None:
    with pytest.raises(UnsafeArchiveError, match="more than 2 members"):
        opened("x.js", b'"AGFzbQEAAAA"' * 3, Limits(members=2))


@pytest.mark.parametrize(
    "source",
    [
        b'"' + TEXT[:24] + b'" + "' + TEXT[24:] + b'"',
        b'"' + TEXT[:24] + b"\\n" + TEXT[24:] + b'"',
        b'"' + TEXT[:24] + b"${rest}" + b'"',
        b'"' + BARE[:21] + b'"',
        TEXT,
    ],
    ids=["joined", "with line end", "with a placeholder", "not a whole byte", "not a string"],
)
def test_base64_that_is_not_one_whole_string_is_refused(source: bytes) -> None:
    with pytest.raises(UnsafeArchiveError, match="line 2: base64 of a module"):
        list(embedded(b"// first line\n" + source))
