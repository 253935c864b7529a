import re
import shutil
from pathlib import Path

import pytest
from tools.docs.build import REFERENCE, build_docs, command_reference

from nogrow.errors import ToolError

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#([^)\s]+))?\)")


def test_command_reference_is_up_to_date() -> None:
    assert (ROOT / REFERENCE).read_text("utf-8") == command_reference(), "run `invoke docs`"


@pytest.mark.parametrize("name", ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"])
def test_links_of_root_documents_exist(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    targets = [target for target, _ in LINK.findall(text) if "://" not in target]
    assert [target for target in targets if not (ROOT / target).exists()] == []


def scratch(root: Path, text: str) -> Path:
    shutil.copytree(ROOT / "docs" / "_static", root / "docs" / "_static")
    (root / "docs" / "conf.py").write_text((ROOT / "docs" / "conf.py").read_text())
    (root / "docs" / "index.md").write_text(text)
    (root / "docs" / "other.md").write_text("# Other\n\n## Part\n")
    return root


def test_pages_are_built(tmp_path: Path) -> None:
    text = "# First\n\n[there](other.md#part)\n\n```{toctree}\nother\ncommands\n```\n"
    first = build_docs(scratch(tmp_path, text), lambda _: None)
    assert 'href="other.html#part"' in (tmp_path / first).read_text("utf-8")
    assert "nogrow check" in (tmp_path / "build" / "docs" / "commands.html").read_text("utf-8")


@pytest.mark.parametrize("target", ["gone.md", "other.md#gone"])
def test_broken_link_fails(target: str, tmp_path: Path) -> None:
    text = f"# First\n\n[there]({target})\n\n```{{toctree}}\nother\ncommands\n```\n"
    with pytest.raises(ToolError, match="gone"):
        build_docs(scratch(tmp_path, text), lambda _: None)


CARD = "<td>\n\n**Start**\n\n- [There](other.md)\n{more}\n</td>\n"


def test_cards_become_the_table_of_contents(tmp_path: Path) -> None:
    text = "# First\n\n" + CARD.format(more="- [Commands](commands.md)\n")
    first = build_docs(scratch(tmp_path, text), lambda _: None)
    page = (tmp_path / first).read_text("utf-8")
    assert re.search(r'class="caption".*Start', page)
    assert "toctree-l1" in page


def test_page_that_no_card_names_fails(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"commands\.md.*toctree"):
        build_docs(scratch(tmp_path, "# First\n\n" + CARD.format(more="")), lambda _: None)


def test_project_pages_have_no_warning(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    for name in ("examples", "verify"):
        (tmp_path / name).symlink_to(ROOT / name)
    assert (tmp_path / build_docs(tmp_path, lambda _: None)).exists()
