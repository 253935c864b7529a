"""This package does what the Invoke tasks ask for: it builds, inspects, judges, seals and releases."""
