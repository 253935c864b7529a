import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nogrow.analysis.judgement import Verdict
from nogrow.errors import DocumentError
from nogrow.shipping.sealed_copies import Origin
from nogrow.shipping.statement import (
    AttestedFile,
    AttestedModule,
    AttestedVerdict,
    Statement,
    as_text,
    read_statement,
)

ONE, TWO, THREE = "1" * 64, "2" * 64, "3" * 64
ASSUMPTION = "the host itself does not grow memory 0"
STATEMENT = Statement(
    (
        AttestedFile(
            "a.whl",
            ONE,
            100,
            (
                AttestedModule(
                    "a.whl!x.wasm", TWO, 10, (AttestedVerdict("a.whl!x.wasm", Verdict.ABSENT, (ASSUMPTION,)),)
                ),
            ),
        ),
        AttestedFile(
            "c.wasm",
            THREE,
            9,
            (
                AttestedModule(
                    "c.wasm",
                    THREE,
                    9,
                    (AttestedVerdict("c.wasm#0", Verdict.CAPPED),),
                    Origin("reserve", 64, TWO),
                ),
            ),
        ),
    ),
    THREE,
)

Document = dict[str, Any]


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_statement_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = written(tmp_path / "s.json", as_text(STATEMENT))
    assert read_statement(path) == STATEMENT
    path = written(path, as_text(STATEMENT._replace(contract=None)))
    assert read_statement(path).contract is None


def test_statement_says_how_a_copy_was_sealed(tmp_path: Path) -> None:
    document = json.loads(as_text(STATEMENT))
    plain, copy = (file["modules"][0] for file in document["predicate"]["files"])
    assert "sealed" not in plain
    original = {"digest": {"sha256": TWO}}
    assert copy["sealed"] == {"mode": "reserve", "pages": 64, "original": original}
    for pages in (setting(None, "pages"), without("pages")):
        pages(copy["sealed"])
        path = written(tmp_path / "s.json", json.dumps(document))
        assert read_statement(path).files[1].modules[0].origin == Origin("reserve", None, TWO)


def test_statement_of_in_toto_has_each_file_and_module() -> None:
    document = json.loads(as_text(STATEMENT))
    assert document["_type"] == "https://in-toto.io/Statement/v1"
    assert document["predicateType"] == "urn:nogrow:attestation:1"
    assert document["subject"] == [
        {"name": "a.whl", "digest": {"sha256": ONE}},
        {"name": "a.whl!x.wasm", "digest": {"sha256": TWO}},
        {"name": "c.wasm", "digest": {"sha256": THREE}},
    ]


def test_unknown_fields_are_ignored(tmp_path: Path) -> None:
    document = json.loads(as_text(STATEMENT))
    document["more"] = document["predicate"]["more"] = document["subject"][0]["uri"] = 1
    document["subject"].reverse()
    assert read_statement(written(tmp_path / "s.json", json.dumps(document))) == STATEMENT


def without(*keys: str | int) -> Callable[[Document], None]:
    def change(document: Any) -> None:  # noqa: ANN401
        for key in keys[:-1]:
            document = document[key]
        del document[keys[-1]]

    return change


def setting(value: object, *keys: str | int) -> Callable[[Document], None]:
    def change(document: Any) -> None:  # noqa: ANN401
        for key in keys[:-1]:
            document = document[key]
        document[keys[-1]] = value

    return change


FILES = ("predicate", "files")
MODULE = (*FILES, 0, "modules", 0)
SEALED = (*FILES, 1, "modules", 0, "sealed")
CASES: dict[str, tuple[Callable[[Document], None], str]] = {
    "type": (setting("x", "_type"), "_type: expected 'https://in-toto.io/Statement/v1'"),
    "predicate type": (setting("x", "predicateType"), "predicateType: expected 'urn:nogrow:attestation:1'"),
    "outcome": (setting("broken", "predicate", "outcome"), "predicate.outcome: expected 'kept'"),
    "no predicate": (without("predicate"), "the key `predicate` is missing"),
    "predicate": (setting(1, "predicate"), "predicate: expected an object"),
    "files": (setting({}, *FILES), r"predicate.files: expected an array"),
    "name": (setting(1, *MODULE, "name"), r"predicate.files\[0\].modules\[0\].name: expected a string"),
    "digest": (
        setting("1" * 63, *FILES, 1, "digest", "sha256"),
        r"files\[1\].digest.sha256: expected a SHA-256",
    ),
    "size": (setting(True, *MODULE, "size"), r"modules\[0\].size: expected an integer of at least 0"),
    "verdict": (
        setting("good", *MODULE, "verdicts", 0, "verdict"),
        r"verdict: unknown verdict 'good'; known here: absent, ",
    ),
    "sealed": (setting("deny", *SEALED), r"modules\[0\].sealed: expected an object, not the string 'deny'"),
    "mode of a copy": (
        setting("deni", *SEALED, "mode"),
        r"sealed.mode: unknown mode 'deni'; did you mean `deny`?",
    ),
    "pages of a copy": (setting("x", *SEALED, "pages"), r"sealed.pages: expected an integer of at least 0"),
    "copy without original": (without(*SEALED, "original"), r"sealed: the key `original` is missing"),
    "digest of an original": (
        setting("x", *SEALED, "original", "digest", "sha256"),
        r"sealed.original.digest.sha256: expected a SHA-256",
    ),
    "a subject less": (without("subject", 0), "subject: expected the files and modules of predicate.files"),
    "a module less": (without(*MODULE), "subject: expected the files and modules of predicate.files"),
    "another digest": (setting(THREE, "subject", 0, "digest", "sha256"), "subject: expected the files"),
    "a file twice": (setting("a.whl", *FILES, 1, "name"), "subject: expected the files"),
    "an envelope": (setting("x", "payloadType"), "verify its signature, and use the file with its payload"),
}


@pytest.mark.parametrize(("change", "message"), CASES.values(), ids=CASES)
def test_message_names_the_wrong_field(
    tmp_path: Path, change: Callable[[Document], None], message: str
) -> None:
    document = json.loads(as_text(STATEMENT))
    change(document)
    with pytest.raises(DocumentError, match=message) as error:
        read_statement(written(tmp_path / "s.json", json.dumps(document)))
    assert str(error.value).startswith(f"{tmp_path / 's.json'}: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"_type": 1,\n  nonsense}', "line 2: not valid JSON: "),
        ('{"_type": 1, "_type": 2}', '"_type": duplicate key'),
        ("[" * 100_000, "nested too deeply"),
        ("[]", "expected an object, not an array"),
        ("", "the file is empty"),
    ],
)
def test_message_says_why_it_is_not_a_json_object(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DocumentError, match=message):
        read_statement(written(tmp_path / "s.json", text))


def test_message_names_the_unreadable_file(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match=r"gone\.json: can't read a statement of nogrow: No such file"):
        read_statement(tmp_path / "gone.json")
    with pytest.raises(DocumentError, match="not a regular file"):
        read_statement(tmp_path)
