"""A report as one page that needs nothing else: data, script and style in one file."""
