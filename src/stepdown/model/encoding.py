"""Values as JSON bytes, also where a text holds bytes that are no UTF-8."""

import re

import msgspec


def to_json(value: object) -> bytes:
    """Return `value` as compact JSON; fields keep the order of the model.

    A lone surrogate (a byte of a file, a log or a file name that is no UTF-8) becomes a visible
    backslash escape.
    """
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return msgspec.json.encode(_visible(msgspec.to_builtins(value)))


def visible(text: str) -> str:
    r"""Return `text` with lone surrogates spelled out; a byte that is no UTF-8 reads `\xe9`."""
    bytes_spelled = re.sub("[\udc80-\udcff]", lambda one: f"\\x{ord(one[0]) & 0xFF:02x}", text)
    return bytes_spelled.encode("utf-8", "backslashreplace").decode("utf-8")


def _visible(value: object) -> object:
    match value:
        case str():
            return visible(value)
        case dict():
            return {_visible(key): _visible(item) for key, item in value.items()}
        case list() | tuple():
            return [_visible(item) for item in value]
        case _:
            return value
