"""This package drafts a first contract for the modules of a project."""
