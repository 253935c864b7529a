"""The project's own artifacts are modules to be read, too."""

from tests.project.conftest import built_root

__all__ = ["built_root"]
