"""Gather the files of a release, attest their verdicts with digests, and compare later releases with that."""
