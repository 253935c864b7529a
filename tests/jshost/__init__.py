"""Test the analysis of JavaScript host code."""
