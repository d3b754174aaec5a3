"""The flags of each instruction, and the values that the builder takes for them."""

import re
from collections.abc import Callable

from stepdown.dockerfile.instruction import Flag, Instruction

_TEXT, _BOOLEAN, _LIST = "text", "boolean", "list"
_FILES = {"chown": _TEXT, "chmod": _TEXT, "link": _BOOLEAN, "exclude": _LIST}
_KINDS: dict[str, dict[str, str]] = {
    "ADD": {**_FILES, "keep-git-dir": _BOOLEAN, "checksum": _TEXT, "unpack": _BOOLEAN},
    "COPY": {**_FILES, "from": _TEXT, "parents": _BOOLEAN},
    "FROM": {"platform": _TEXT},
    "HEALTHCHECK": dict.fromkeys(
        ("interval", "timeout", "start-period", "start-interval", "retries"), _TEXT
    ),
    "RUN": {"mount": _LIST, "network": _TEXT, "security": _TEXT, "device": _LIST},
}
_NONE: dict[str, str] = {}
_CSV = re.compile(r'(?:"(?:[^"]|"")*"|[^",]*)(?:,(?:"(?:[^"]|"")*"|[^",]*))*+')
_NANOSECONDS = {
    "ns": 1,
    "us": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3_600 * 10**9,
}
# The builder also knows the micro sign, but has spoilt it by then, as all flags not in ASCII.
_DURATION = re.compile(r"[-+]?(?:0|(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|ms|s|m|h))+)")
_PART = re.compile(r"([0-9.]+)([^0-9.]+)")
_SHORTEST = 10**6
_LONGEST = 2**63 - 1
_RETRIES = re.compile(r"\+?[0-9]+|-0+")


def problem(instruction: Instruction) -> str:
    """Say why the builder refuses the instruction's flags, or nothing."""
    if _ignored(instruction):
        return ""
    kinds = _KINDS.get(instruction.keyword, _NONE)
    seen: set[str] = set()
    for flag in instruction.flags:
        kind = kinds.get(flag.name)
        if kind is None:
            return f"unknown flag --{flag.name} of {instruction.keyword}"
        if flag.name in seen and kind != _LIST:
            return f"the flag --{flag.name} is given twice"
        seen.add(flag.name)
        if said := _value(flag, kind):
            return said
    return ""


def hint(keyword: str) -> str:
    """Say which flags an instruction takes."""
    names = [f"--{name}" for name in sorted(_KINDS.get(keyword, _NONE))]
    if not names:
        return f"{keyword} takes no flags. Put `--` before a first word that begins with dashes."
    times = " Write a length of time as in 1m30s." if keyword == "HEALTHCHECK" else ""
    return f"{keyword} takes {', '.join(names)}.{times}"


def _ignored(instruction: Instruction) -> bool:
    """Tell whether the builder reads flags, but does not look at them."""
    if instruction.keyword == "HEALTHCHECK":
        return instruction.arguments.upper().startswith("NONE")
    return instruction.keyword in ("ARG", "STOPSIGNAL")


def _value(flag: Flag, kind: str) -> str:
    if kind == _BOOLEAN:
        fine = flag.value is None or flag.value.lower() in ("true", "false")
        return "" if fine else f"the flag --{flag.name} takes true or false"
    if flag.value is None:
        return f"the flag --{flag.name} lacks its value"
    check = _VALUES.get(flag.name)
    fine = check is None or check(flag.value)
    return "" if fine else f"the flag --{flag.name} cannot be {flag.value!r}"


def _is_duration(value: str) -> bool:
    if not value:
        return True
    if not _DURATION.fullmatch(value):
        return False
    size = sum(float(part) * _NANOSECONDS[unit] for part, unit in _PART.findall(value))
    return int(size) == 0 or (_SHORTEST <= size <= _LONGEST and not value.startswith("-"))


def _is_count(value: str) -> bool:
    return not value or (bool(_RETRIES.fullmatch(value)) and float(value) < 2**31)


def _is_mount(value: str) -> bool:
    # Of the rest, variables may decide; the stage or image to mount from must be known.
    fields = [field.partition("=") for field in value.split(",")]
    sources = [text for name, _, text in fields if name.lower() == "from"]
    return bool(_CSV.fullmatch(value)) and not any("$" in text[:-1] for text in sources)


_VALUES: dict[str, Callable[[str], bool]] = {
    **dict.fromkeys(("interval", "timeout", "start-period", "start-interval"), _is_duration),
    "retries": _is_count,
    "mount": _is_mount,
    "network": lambda value: value in ("default", "none", "host"),
    "security": lambda value: value in ("sandbox", "insecure"),
}
