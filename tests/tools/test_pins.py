"""Test that the development pins agree with pyproject.toml."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from tools.pins import PINS

ROOT = Path(__file__).resolve().parents[2]
PIN = re.compile(r"^([\w.-]+)==(\S+?)(?: ; (.+?))? \\$", re.MULTILINE)


def requirements() -> list[Requirement]:
    """Return the development requirements in pyproject.toml, including those of the project's own extras."""
    document = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = document["project"]
    extras = project["optional-dependencies"]
    waiting = [
        Requirement(requirement)
        for requirement in (*project["dependencies"], *document["build-system"]["requires"])
    ]
    waiting.append(Requirement("nogrow[dev]"))
    needed = []
    while waiting:
        requirement = waiting.pop()
        if requirement.name == "nogrow":
            waiting += [Requirement(each) for name in requirement.extras for each in extras[name]]
        elif requirement.marker is None or requirement.marker.evaluate():
            needed.append(requirement)
    return needed


def pinned() -> dict[str, str]:
    """Return the pinned version of each package for this Python."""
    text = (ROOT / PINS).read_text("utf-8")
    return {
        canonicalize_name(name): version
        for name, version, marker in PIN.findall(text)
        if not marker or Marker(marker).evaluate()
    }


@pytest.mark.parametrize("wanted", sorted(requirements(), key=str), ids=str)
def test_pins_satisfy_the_requirements(wanted: Requirement) -> None:
    version = pinned().get(canonicalize_name(wanted.name))
    assert version is not None, "not pinned: `invoke pin-deps` writes the pins anew"
    assert Version(version) in wanted.specifier, "`invoke pin-deps` writes the pins anew"


def test_pins_have_hashes_and_no_index_address() -> None:
    text = (ROOT / PINS).read_text("utf-8")
    packages = [
        package for package in re.split(r"^(?=\w)", text, flags=re.MULTILINE) if not package.startswith("#")
    ]
    assert len(packages) == len(PIN.findall(text)) >= len(requirements())
    assert all("--hash=sha256:" in package for package in packages)
    assert not re.search(r"://|--index|--find-links|--trusted|file:", text)
