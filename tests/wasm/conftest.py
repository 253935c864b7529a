"""The project's own artifacts are modules to be read, too."""

from tests.build.conftest import built_root

__all__ = ["built_root"]
