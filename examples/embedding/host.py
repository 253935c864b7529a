"""Run a text through every plugin: `python host.py TEXT`."""

import sys
from pathlib import Path

from plugins import PluginError, load


def main() -> None:
    """Load the plugins, say which are refused, and print what the others make of the text."""
    plugins, refused = load(Path(__file__).with_name("plugins"))
    for error in refused:
        print(f"refused: {error}")
    for name, plugin in plugins.items():
        try:
            print(f"{name}: {plugin.transform(sys.argv[1])}")
        except PluginError as error:
            print(f"ended: {error}")


if __name__ == "__main__":
    main()
