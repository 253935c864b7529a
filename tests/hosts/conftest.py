"""The hosts' tests run over the same built artifacts as the build's."""

from tests.build.conftest import built_root

__all__ = ["built_root"]
