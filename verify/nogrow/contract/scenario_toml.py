"""This module writes a scenario as the TOML text that `load.py` reads."""

from nogrow.contract.model import Call, Saved, Scenario, Step, Value, Write
from nogrow.contract.toml_text import assignments, inline_table

_Fields = dict[str, object]


def spelled(scenario: Scenario) -> str:
    """Return the lines of `[[artifact.scenario]]`; reading them gives `scenario` again, without its host."""
    fields: _Fields = {"name": scenario.name}
    if scenario.repeat > 1:
        fields["repeat"] = scenario.repeat
    steps = [f"  {inline_table(_step(step))}," for step in scenario.steps]
    return "\n".join(["[[artifact.scenario]]", *assignments(fields), "steps = [", *steps, "]"])


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
