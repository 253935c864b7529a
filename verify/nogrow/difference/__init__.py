"""This package compares two builds of modules and reports what has changed between them."""
