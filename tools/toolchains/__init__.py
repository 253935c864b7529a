"""This package builds small guests with real compilers, and checks what nogrow says and writes about them."""
