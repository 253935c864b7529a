"""What is going to be shipped: files and archives to the modules in them. Nothing is extracted to the user's tree."""
