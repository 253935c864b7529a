"""Tests of the decoder and the scan kernel."""
