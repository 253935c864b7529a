"""This package diagnoses which tools a machine has, and says how to install the missing ones."""
