"""Makes the project's built artifacts available to the tests of the decoder."""

from tests.project.conftest import built_root

__all__ = ["built_root"]
