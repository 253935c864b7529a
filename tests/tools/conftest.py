"""The demo's tests run over the same built artifacts as the project's."""

from tests.project.conftest import built_root

__all__ = ["built_root"]
