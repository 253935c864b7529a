"""Colour text for terminals with escape sequences."""

_FOREGROUND = {"red": 31, "green": 32, "yellow": 33, "blue": 34, "magenta": 35, "cyan": 36}


def styled(text: str, colour: str | None = None, *, bold: bool = False) -> str:
    """Return the text with the escape sequences that colour it, and with one that ends the style."""
    codes = ([] if colour is None else [_FOREGROUND[colour]]) + ([1] if bold else [])
    return "".join(f"\x1b[{code}m" for code in codes) + f"{text}\x1b[0m"
