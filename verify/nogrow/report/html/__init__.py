"""Render a report as one self-contained HTML page with its data, script and style."""
