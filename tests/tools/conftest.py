"""Provide the project's built artifacts to the tests of the demonstration."""

from tests.project.conftest import built_root

__all__ = ["built_root"]
