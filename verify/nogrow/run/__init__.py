"""Keep the import path of 0.1.0 that tests of other projects use."""
