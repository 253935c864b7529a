"""Find the modules in the files and archives that are going to be shipped. Nothing is extracted to disk."""
