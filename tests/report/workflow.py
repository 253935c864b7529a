"""Parse workflow commands like the runner of GitHub Actions: `::name key=value,...::message`."""

import re
from typing import NamedTuple

COMMAND = re.compile(r"::(?P<name>[a-z-]+)(?: (?P<properties>[^:]*))?::(?P<message>.*)")


class Command(NamedTuple):
    name: str
    properties: dict[str, str]
    message: str


def commands(text: str) -> list[Command]:
    """Return the commands in a log, and check that it has nothing else that a runner would obey."""
    assert "##[" not in text
    assert "##vso" not in text
    lines = [line for line in re.split(r"\r\n|[\r\n]", text) if line.lstrip().startswith("::")]
    return [_command(line) for line in lines]


def _command(line: str) -> Command:
    match = COMMAND.fullmatch(line)
    assert match is not None, line
    pairs = (pair.partition("=") for pair in (match["properties"] or "").split(",") if pair)
    properties = {key: _plain(value, "%3A:", "%2C,") for key, _, value in pairs}
    return Command(match["name"], properties, _plain(match["message"]))


def _plain(text: str, *more: str) -> str:
    for escape in (*more, "%0D\r", "%0A\n", "%25%"):
        text = text.replace(escape[:3], escape[3])
    return text
