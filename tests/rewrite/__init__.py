"""The tests of sealing."""
