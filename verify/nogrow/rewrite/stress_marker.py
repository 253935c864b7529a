"""This module marks stressed copies, so that a release refuses them.

The mark is an empty custom section at the end of the file (WebAssembly 3.0, section 5.5.3).
"""

from nogrow.errors import ModuleError
from nogrow.rewrite.splice import leb
from nogrow.wasm.component import core_modules
from nogrow.wasm.sections import SectionId, is_component, read_sections

_NAME = b"nogrow.stress"


def marked(data: bytes) -> bytes:
    """Return the core module with the mark."""
    content = leb(len(_NAME)) + _NAME
    return data + bytes((SectionId.CUSTOM,)) + leb(len(content)) + content


def is_marked(data: bytes) -> bool:
    """Return whether the module is a stressed copy, or the component has one as a core module.

    A file that cannot be read has no mark; whoever judges it reports that.
    """
    # Most files are not, and their sections need not be read.
    if _NAME not in data:
        return False
    try:
        parts = [data[part.start : part.end] for part in core_modules(data)] if is_component(data) else [data]
        return any(section.name == _NAME.decode() for part in parts for section in read_sections(part))
    except ModuleError:
        return False
