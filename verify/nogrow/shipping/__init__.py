"""What was judged, written down with the digests of what is shipped, and held against it later."""
