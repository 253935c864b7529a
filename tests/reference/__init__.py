"""Provide a second decoder and a second prover, plain and slow, to test the product against."""
