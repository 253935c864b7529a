"""A second decoder and a second prover, plain and slow, that the product is tested against."""
