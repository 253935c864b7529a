"""A differential fuzzer: archives that are changed field by field, as nogrow and as other programs read them."""
