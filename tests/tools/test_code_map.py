"""Check that the documents name the modules of the package as they are today."""

import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "verify" / "nogrow"
# A row about a whole folder names its modules behind the first cell.
WHOLE_FOLDERS = ("| `html/", "| `project/", "| `util/", "| `cli/")


def modules() -> set[str]:
    """Return the paths of all modules but those that only make a folder a package."""
    paths = (path for suffix in ("py", "wat", "js") for path in PACKAGE.rglob(f"*.{suffix}"))
    names = {str(path.relative_to(PACKAGE)) for path in paths if path.name != "__init__.py"}
    return names | {"report/html/__init__.py"}


def named_modules() -> Counter[str]:
    """Return the paths of the modules in the code map, with the number of times that it names each."""
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    code_map = text[text.index("## Code map") : text.index("### Outside the package")]
    names: Counter[str] = Counter()
    package = ""
    for line in code_map.splitlines():
        if heading := re.match(r"### (?:`(\w+)`)?", line):
            package = heading[1] or ""
        elif line.startswith("| "):
            folder = package
            row = line if line.startswith(WHOLE_FOLDERS) else line.split(" | ")[0]
            for inner, name in re.findall(r"`((?:\w+/)*)(\w+\.(?:py|wat|js))?`", row):
                folder = f"{package}/{inner}".strip("/") if inner else folder
                if name:
                    path = f"{folder}/{name}".lstrip("/")
                    names[path if (PACKAGE / path).exists() or package else name] += 1
    return names


def test_code_map_names_every_module_once() -> None:
    assert named_modules() == Counter(modules())


@pytest.mark.parametrize("document", ["ARCHITECTURE.md", "CONTRIBUTING.md", "docs/guarantees.md"])
def test_document_names_existing_files(document: str) -> None:
    text = (ROOT / document).read_text("utf-8")
    paths = set(re.findall(r"`((?:[\w-]+/)+[\w-]+\.(?:py|wat|js|mjs))`", text))
    folders = (ROOT, PACKAGE, PACKAGE / "report")
    assert {path for path in paths if not any((folder / path).exists() for folder in folders)} == set()
