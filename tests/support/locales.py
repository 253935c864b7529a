"""Says which tests need a locale whose names of files may have any character."""

import sys

import pytest

unicode_names = pytest.mark.skipif(
    sys.getfilesystemencoding() != "utf-8", reason="names of files are not UTF-8 in this locale"
)
