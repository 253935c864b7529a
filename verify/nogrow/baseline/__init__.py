"""This package keeps verdicts in a lock file and reports what has become worse since."""
