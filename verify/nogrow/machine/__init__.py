"""The machine that nogrow runs on: its programs, how they are started, and a Rust among them."""
