"""A scenario to the text of a contract that says it."""

import json
import math

from nogrow.contract.model import Call, Saved, Scenario, Step, Value, Write


def spelled(scenario: Scenario) -> str:
    """The lines of `[[artifact.scenario]]`, which `load.py` reads as `scenario` again, its host left out."""
    lines = ["[[artifact.scenario]]", f"name = {quoted(scenario.name)}"]
    if scenario.repeat > 1:
        lines.append(f"repeat = {scenario.repeat}")
    lines += ["steps = [", *(f"  {{ {', '.join(_step(one))} }}," for one in scenario.steps), "]"]
    return "\n".join(lines)


def _step(step: Step) -> list[str]:
    match step:
        case Call():
            return _call(step)
        case Write(data, at):
            return [_data("write", "write_hex", data), f"at = {_value(at)}"]
    expected = _data("expect", "expect_hex", step.expect)
    return [f"read = {_value(step.length)}", f"at = {_value(step.at)}", expected]


def _call(step: Call) -> list[str]:
    parts = [f"call = {quoted(step.export)}"]
    if step.args:
        parts.append(f"args = {_values(step.args)}")
    if step.save is not None:
        parts.append(f"save = {quoted(step.save)}")
    if isinstance(step.expect, int | float | Saved):
        parts.append(f"expect = {_value(step.expect)}")
    elif step.expect is not None:
        parts.append(f"expect = {_values(step.expect)}")
    if step.expect_trap is not None:
        parts.append(f"expect_trap = {quoted(step.expect_trap) if step.expect_trap else 'true'}")
    parts += ["may_grow = false"] * (not step.may_grow) + ["must_grow = true"] * step.must_grow
    return parts + [f"repeat = {step.repeat}"] * (step.repeat > 1)


def _values(values: tuple[Value, ...]) -> str:
    return f"[{', '.join(map(_value, values))}]"


def _value(value: Value) -> str:
    if isinstance(value, Saved):
        return f'"${value.name}"'
    # TOML's integers have 64 bits with a sign in most readers; a contract may give either form.
    if isinstance(value, float) and math.isfinite(value):
        return repr(value) if any(one in repr(value) for one in ".e") else f"{value!r}.0"
    return f'"{value}"' if isinstance(value, float) else str(value)


def _data(key: str, hexadecimal: str, data: str | bytes) -> str:
    raw = data.encode() if isinstance(data, str) else data
    if all(0x20 <= one < 0x7F for one in raw):
        return f"{key} = {quoted(raw.decode())}"
    return f"{key} = {quoted(data)}" if isinstance(data, str) else f'{hexadecimal} = "{raw.hex()}"'


def quoted(text: str) -> str:
    """The text as a string of TOML, for keys too; characters that a terminal could obey are escaped."""
    # JSON's escapes are TOML's; JSON leaves characters as they are that TOML refuses, or that can't be seen.
    shown = json.dumps(text, ensure_ascii=False)
    return "".join(one if one.isprintable() else _escaped(ord(one)) for one in shown)


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
