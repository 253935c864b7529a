"""This module writes TOML that is readable and reads back the same: values, and scenarios for `load.py`."""

import json
from collections.abc import Iterable, Mapping

import toml

from nogrow.contract.model import Call, Host, Saved, Scenario, Step, Value, Write

_Fields = dict[str, object]


def value(content: object) -> str:
    """Return a string, a number, a boolean or an array of them as TOML."""
    return str(_ENCODER.dump_value(content))


def assignments(values: Mapping[str, object]) -> list[str]:
    """Return a line `key = value` for each item; the keys must need no quotes."""
    return toml.dumps(dict(values), encoder=_ENCODER).splitlines()


def inline_table(values: Mapping[str, object]) -> str:
    """Return the values as a table on one line; the keys must need no quotes."""
    return _ENCODER.dump_inline_table(dict(values)).rstrip("\n")


def quoted(text: str) -> str:
    """Return the text as a TOML string or quoted key, with characters escaped that a terminal could obey."""
    # JSON's escapes are valid in TOML, but JSON leaves characters that TOML rejects or nobody can see.
    string = json.dumps(text, ensure_ascii=False)
    return "".join(char if char.isprintable() else _escaped(ord(char)) for char in string)


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _array(items: Iterable[object]) -> str:
    return f"[{', '.join(map(value, items))}]"


_ENCODER: "toml.TomlEncoder[dict[str, object]]" = toml.TomlEncoder()
# `toml` drops control characters from strings, and it writes `[ 1, 2,]` for an array.
_ENCODER.dump_funcs[str] = quoted
_ENCODER.dump_funcs[list] = _array


def spelled(scenario: Scenario) -> str:
    """Return the lines of `[[artifact.scenario]]`; reading them gives `scenario` again, without its host."""
    fields: _Fields = {"name": scenario.name}
    if scenario.repeat > 1:
        fields["repeat"] = scenario.repeat
    steps = [f"  {inline_table(_step(step))}," for step in scenario.steps]
    return "\n".join(["[[artifact.scenario]]", *assignments(fields), "steps = [", *steps, "]"])


def spelled_host(host: Host) -> list[str]:
    """Return the lines of an `[[artifact]]` that provide the imports of `host`, `wasi` first."""
    lines = ["wasi = true"] if host.wasi else []
    for stub in host.stubs:
        fields: _Fields = {"import": stub.name}
        if stub.returns:
            fields["returns"] = list(stub.returns)
        fields |= {"fails": True} if stub.fails else {}
        fields |= {"grows": stub.grows} if stub.grows else {}
        lines += ["[[artifact.stub]]", *assignments(fields)]
    return lines


def _step(step: Step) -> _Fields:
    match step:
        case Call():
            return _call(step)
        case Write(data, at):
            return _data("write", "write_hex", data) | {"at": _value(at)}
    expected = _data("expect", "expect_hex", step.expect)
    return {"read": _value(step.length), "at": _value(step.at)} | expected


def _call(step: Call) -> _Fields:
    fields: _Fields = {"call": step.export}
    if step.args:
        fields["args"] = [_value(argument) for argument in step.args]
    if step.save is not None:
        fields["save"] = step.save
    if isinstance(step.expect, int | float | Saved):
        fields["expect"] = _value(step.expect)
    elif step.expect is not None:
        fields["expect"] = [_value(result) for result in step.expect]
    if step.expect_trap is not None:
        fields["expect_trap"] = step.expect_trap or True
    if not step.may_grow:
        fields["may_grow"] = False
    if step.must_grow:
        fields["must_grow"] = True
    if step.repeat > 1:
        fields["repeat"] = step.repeat
    return fields


def _value(value: Value) -> int | float | str:
    return f"${value.name}" if isinstance(value, Saved) else value


def _data(key: str, hex_key: str, data: str | bytes) -> _Fields:
    if isinstance(data, str):
        return {key: data}
    is_text = all(0x20 <= byte < 0x7F for byte in data)
    return {key: data.decode()} if is_text else {hex_key: data.hex()}
