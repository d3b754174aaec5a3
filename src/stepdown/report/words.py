"""How numbers, times and foreign text are put into words."""

import re
from collections.abc import Sequence

from stepdown.model import encoding
from stepdown.model.trial import BaselineVerdict, CheckState, Tally, Verdict

UNKNOWN = "unknown"

VERDICTS = {
    Verdict.WORKS: "works",
    Verdict.REGRESSION: "regression",
    Verdict.INTERMITTENT: "intermittent",
    Verdict.INCONCLUSIVE: "inconclusive",
    Verdict.NOT_BUILT: "not built",
    Verdict.NO_EVIDENCE: "no evidence",
}

BASELINE_VERDICTS = {
    BaselineVerdict.GREEN: "baseline",
    BaselineVerdict.RED: "fails today",
    BaselineVerdict.NOT_BUILT: "not built",
}

STATES = {
    CheckState.PASSED: "passed",
    CheckState.FAILED: "failed",
    CheckState.ABSENT: "absent",
    CheckState.BROKEN: "not carried out",
}

_ESCAPE_SEQUENCE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\))")
_FOREIGN = re.compile(r"[^ -~]+")


def visible(text: str) -> str:
    """Return `text` without terminal escape sequences and with unprintable characters spelled out.

    Line ends and tabs become single spaces; what could move a cursor, change the direction of
    writing or hide text becomes a backslash escape.
    """
    if text.isprintable():
        return text
    plain = _ESCAPE_SEQUENCE.sub("", text).strip("\r\n")
    plain = encoding.visible(re.sub(r"[\r\n\t]+", " ", plain))
    return _FOREIGN.sub(lambda found: _printable(found.group()), plain)


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else _spelled(c) for c in text)


def _spelled(character: str) -> str:
    if character.isspace():
        return " "
    return character.encode("unicode_escape").decode("ascii")


def count(number: int, singular: str, plural: str = "") -> str:
    """Return `1 test`, `12 tests`."""
    return f"{number} {singular if number == 1 else plural or singular + 's'}"


def listed(words: Sequence[str]) -> str:
    """Return `a, b and c`."""
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last


def capitalised(sentence: str) -> str:
    """Return the sentence with its first letter in upper case, the rest as it is."""
    return sentence[:1].upper() + sentence[1:]


def lowered(title: str) -> str:
    """Return the title for the middle of a sentence; an abbreviation at its start stays."""
    return title[:1].lower() + title[1:] if title[1:2].islower() else title


def closed(sentence: str) -> str:
    """Return the sentence with a full stop, unless it has an end already."""
    stripped = sentence.rstrip()
    return stripped if not stripped or stripped[-1] in ".!?:…" else f"{stripped}."


def size(value: int) -> str:
    """Return bytes as megabytes with one decimal (1 MB = 10^6 bytes)."""
    return f"{megabytes(value)} MB"


def megabytes(value: int) -> str:
    """Return the number of megabytes; a small file is never called nothing."""
    tenth = 100_000
    return "< 0.1" if 0 < value < tenth else f"{value / 1_000_000:.1f}"


def duration(seconds: float) -> str:
    """Return `0.4 s`, `42 s`, `4 min 05 s` or `1 h 12 min`."""
    if seconds < 9.95:  # noqa: PLR2004  (what rounds to ten is shown without a decimal)
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours} h {minutes_left:02} min" if hours else f"{minutes} min {rest:02} s"


def figure(key: str, value: int | None) -> str:
    """Return one number of the card in words: sizes in MB, yes or no for flags, never 0 for None.

    `key` is the measure's key: `size...` are bytes, `runs_as_root` is 0 or 1.
    """
    if value is None:
        return UNKNOWN
    if is_size(key):
        return size(value)
    if is_flag(key):
        return "yes" if value else "no"
    return str(value)


def is_flag(key: str) -> bool:
    """Return whether the measure with this key is 1 or 0 for yes or no."""
    return key == "runs_as_root"


def is_size(key: str) -> bool:
    """Return whether the measure with this key counts bytes."""
    return key.startswith("size")


def tests_passed(tally: Tally) -> str:
    """Return `12 of 12 tests passed`, with what was skipped."""
    skipped = f" ({tally.skipped} skipped)" if tally.skipped else ""
    return f"{tally.passed} of {count(tally.total, 'test')} passed{skipped}"
