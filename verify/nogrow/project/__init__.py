"""This package does what the Invoke tasks ask for: it builds, inspects, judges, seals and releases.

Its functions raise `ToolError` if a program, a file or the plan of the project is not as they need it.
"""
