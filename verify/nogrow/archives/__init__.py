"""Find the modules in the files and archives to be shipped, without extracting anything to disk."""
