from pathlib import Path

import pytest

from nogrow.errors import DocumentError
from nogrow.util import document as reading
from nogrow.util.document import Node, read_json
from tests.support.posix import make_fifo


def document(tmp_path: Path, text: str | bytes) -> Node:
    path = tmp_path / "a.json"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_json(path, "a lock")


@pytest.mark.parametrize("text", ['{"a": [1]}', '\ufeff{"a": [1]}', '{\r\n"a": [\r\n1]}\r\n'])
def test_valid_json_is_read(tmp_path: Path, text: str) -> None:
    (item,) = document(tmp_path, text).at("a").items()
    assert item.integer() == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file is empty; expected a lock"),
        (" \r\n", "the file is empty; expected a lock"),
        ("[1,\n2", "line 2: not valid JSON: Expecting ',' delimiter"),
        (b'{\n"\xff": 1}', "line 2: not valid UTF-8, which JSON requires"),
        ('{"a": {"b": 1, "b": 2}}', '"b": duplicate key in one object'),
        ("[NaN]", "not valid JSON: NaN; JSON does not allow NaN or Infinity"),
        ("[-Infinity]", "not valid JSON: -Infinity; JSON does not allow NaN or Infinity"),
        ("[" * 100_000, "nested too deeply"),
        ("[" + "1" * 5000 + "]", "a number in it has too many digits"),
        (
            '{\n<<<<<<< ours\n"a": 1\n=======\n',
            "line 2: unresolved merge conflict; keep one of the two sides",
        ),
        (
            '{\r\n"a": 1,\r\n=======\r\n"a": 2}',
            "line 3: unresolved merge conflict; keep one of the two sides",
        ),
    ],
)
def test_invalid_json_is_reported_in_one_line(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        document(tmp_path, text)
    assert str(caught.value) == f"{tmp_path / 'a.json'}: {message}"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "expected an object, not an array"),
        ('{"a": 1, "b": 2}', "b: unknown key; known here: a"),
        ('{"a": "x"}', "a: expected an integer of at least 0, not the string 'x'"),
        ('{"a": true}', "a: expected an integer of at least 0, not true"),
        ('{"a": -1}', "a: expected an integer of at least 0, not the number -1"),
        ('{"a": 1.5}', "a: expected an integer of at least 0, not the number 1.5"),
        ('{"a": null}', "a: expected an integer of at least 0, not null"),
        ("{}", "the key `a` is missing"),
    ],
)
def test_value_of_the_wrong_type_is_described(tmp_path: Path, text: str, message: str) -> None:
    node = document(tmp_path, text)

    def asked() -> None:
        node.object(("a",))
        node.at("a").integer()

    with pytest.raises(DocumentError) as caught:
        asked()
    assert str(caught.value) == f"{tmp_path / 'a.json'}: {message}"


def test_position_is_spelled_as_in_a_program(tmp_path: Path) -> None:
    ((_, inner),) = document(tmp_path, '{"x": {"a b.wasm#0": [true]}}').at("x").members()
    (flag,) = inner.items()
    assert flag.flag() is True
    with pytest.raises(DocumentError, match=r'x\["a b\.wasm#0"\]\[0\]: expected a string, not true$'):
        flag.text()
    with pytest.raises(DocumentError, match="expected an array, not true"):
        flag.items()


def test_only_regular_files_of_bounded_size_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_fifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(DocumentError, match="not a regular file"):
            read_json(path, "a lock")
    with pytest.raises(DocumentError, match="can't read a lock: No such file"):
        read_json(tmp_path / "gone", "a lock")
    monkeypatch.setattr(reading, "MOST_BYTES", 1)
    with pytest.raises(DocumentError, match="too large for a lock"):
        document(tmp_path, "{}")
