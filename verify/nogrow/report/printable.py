"""Foreign text to text that a terminal or the log of a build shows and never obeys."""


def printable(text: str) -> str:
    r"""Return `text` with each character that is not plainly visible escaped.

    Control characters, marks that turn the direction of writing, lone surrogates and line ends
    become `\x1b` or `\u{202e}`. `##` becomes `#\x23`.
    """
    if not text.isprintable():
        text = "".join(one if one.isprintable() else _escaped(ord(one)) for one in text)
    # `##[add-mask]` and `##vso[...]` are commands to the runners of GitHub and Azure, wherever in a line.
    return text.replace("##", r"#\x23") if "##" in text else text


def in_json(document: str) -> str:
    """Return the JSON text with no `##` in it; it means the same, as only strings can hold one."""
    return document.replace("##", r"#\u0023")


def _escaped(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{{{code:x}}}"
