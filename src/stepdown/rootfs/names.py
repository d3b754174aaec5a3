"""Names from an image, made fit for a page, a terminal or JSON."""


def shown(text: str) -> str:
    r"""Return `text` with everything escaped that a terminal or JSON cannot carry.

    Bytes that are no UTF-8 (lone surrogates here) become `\xNN`, control and other unprintable
    characters become Python escapes; printable text stays as it is.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    if "\udc80" <= character <= "\udcff":
        return f"\\x{ord(character) - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")
