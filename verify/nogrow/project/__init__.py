"""The build: finding the tools, making the guests, and looking at them with other tools."""
