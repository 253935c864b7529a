"""Foreign text to text that a terminal shows and never obeys."""


def printable(text: str) -> str:
    r"""Return `text` with each character that is not plainly visible escaped.

    Control characters, marks that turn the direction of writing, lone surrogates and line ends
    become `\x1b` or `\u{202e}`.
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else _escaped(ord(one)) for one in text)


def _escaped(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{{{code:x}}}"
