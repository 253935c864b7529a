"""Measure how well nogrow finds stale views in host code, with cases whose answers are known."""
