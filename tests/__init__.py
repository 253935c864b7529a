"""The tests of nogrow; `invoke test` runs them."""
