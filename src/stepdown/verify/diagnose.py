"""Which known breakages the messages of failed checks show."""

import re
from collections.abc import Iterable, Iterator

from stepdown.model.image import Tier, Value
from stepdown.model.recipe import Breakage, Channel
from stepdown.model.trial import Finding, Message

UNKNOWN = "unknown"
_LONGEST = 300  # characters of evidence
_BEST = 3

# What stands before the text of a line: BuildKit's step and seconds; colours and cursor moves.
_STEP = re.compile(r"^(?:#\d+ (?:\d+\.\d* )?|\d{1,4}\.\d{1,3} )")
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")

# What differs between two runs of the same thing: times, durations, addresses, long hashes.
_VOLATILE = re.compile(
    r"\d{4}[-/]\d\d[-/]\d\d[T ]?|\d\d:\d\d:\d\d(?:[.,]\d+)?Z?|\b\d+(?:\.\d+)? ?(?:ms|s)\b"
    r"|0x[0-9a-f]+|\b[0-9a-f]{12,}\b"
)

_ERROR = re.compile(
    r"error|exception|fail|fatal|panic|cannot|can't|not found|denied|refused|unable|no such|"
    r"invalid|undefined|unknown|missing|unexpected|abort|killed|traceback",
    re.IGNORECASE,
)
# Lines that only say that something failed, not what.
_TRAILER = re.compile(
    r"^(?:npm (?:ERR!|error)(?: A complete log| *$| +code | +errno )|=+ .* =+$|-{3,}|>>> |"
    r"ERROR: (?:failed to solve|process )|error Command failed|FAILED \(|make: \*\*\*|"
    r"exit status )|did not complete successfully|^\s*(?:\d+ \||>)|^0 errors|\b0 failed"
)


_NOTHING = "Nothing was printed that the baseline did not print, so there is nothing to explain it."
_UNCLEAR = "No recipe knows this message. It is the last line that looks like an error."


class _Hit(Value, frozen=True, kw_only=True):
    """A line of a check that shows a breakage.

    `evidence` is the line, or its end where it is long; `subject` is what the pattern names.
    """

    breakage: Breakage
    check: str
    channel: Channel
    evidence: str
    subject: str


def diagnose(
    messages: Iterable[tuple[str, Message]],
    breakages: Iterable[Breakage],
    *,
    tier: Tier | None = None,
    ignore: Iterable[str] = (),
) -> tuple[Finding, ...]:
    """Name the causes that the messages of failed checks show, one Finding for each cause.

    `messages` are pairs of a check's name and a message of it. Each line counts for the most
    specific breakage that it shows in its channel. `ignore` are texts of the baseline: lines that
    are there too, but for times and addresses, show nothing. A check with a proven cause is not
    also given a suspected one, and a check whose messages show no known breakage gets the Finding
    `unknown` with its last line that looks like an error.
    """
    usual = {_constant(line) for text in ignore for line in _lines(text)}
    known = _Known(b for b in breakages if tier is None or not b.tiers or tier in b.tiers)
    spoken: dict[str, list[tuple[Channel, str]]] = {}
    silent: dict[str, Channel] = {}
    for check, message in messages:
        new = (line for line in _lines(message.text) if _constant(line) not in usual)
        spoken.setdefault(check, []).extend((message.channel, line) for line in new)
        silent.setdefault(check, message.channel)
    hits = [
        hit
        for check, lines in spoken.items()
        for channel, line in lines
        for hit in known.hits(check, channel, line)
    ]
    explained = {hit.check for hit in hits}
    last = {check: _last_error(lines, silent[check]) for check, lines in spoken.items()}
    unknown = {check: line for check, line in last.items() if check not in explained}
    return (*_findings(_proven_first(hits)), *_unknown(unknown))


def explain(text: str, breakages: Iterable[Breakage]) -> tuple[Finding, ...]:
    """Return the causes that `text` shows, the surest first, at most three; any channel counts."""
    known = _Known(breakages)
    hits = [
        hit for line in _lines(text) for channel in Channel for hit in known.hits("", channel, line)
    ]
    hits.sort(key=lambda hit: (-hit.breakage.deterministic, -hit.breakage.specific))
    return _findings(hits)[:_BEST]


def _lines(text: str) -> Iterator[str]:
    for raw in text.splitlines():
        line = _STEP.sub("", _ESCAPES.sub("", raw)).strip()
        if line:
            yield line


def _constant(line: str) -> str:
    return _VOLATILE.sub("*", line)


class _Known:
    """Breakages with their patterns compiled, the most specific first; each line is read once."""

    def __init__(self, breakages: Iterable[Breakage]) -> None:
        ordered = sorted(breakages, key=lambda breakage: -breakage.specific)
        self._patterns = {
            channel: [
                (breakage, re.compile(signature.pattern))
                for breakage in ordered
                for signature in breakage.signatures
                if not signature.channels or channel in signature.channels
            ]
            for channel in Channel
        }
        self._seen: dict[tuple[Channel, str], tuple[Breakage, str, str] | None] = {}

    def hits(self, check: str, channel: Channel, line: str) -> Iterator[_Hit]:
        """Yield the most specific breakage that the line shows, the recipes' first in a tie."""
        key = channel, line
        if key not in self._seen:
            self._seen[key] = self._shown(channel, line)
        shown = self._seen[key]
        if shown is not None:
            breakage, subject, evidence = shown
            yield _Hit(
                breakage=breakage,
                check=check,
                channel=channel,
                evidence=evidence,
                subject=subject,
            )

    def _shown(self, channel: Channel, line: str) -> tuple[Breakage, str, str] | None:
        for breakage, pattern in self._patterns[channel]:
            match = pattern.search(line)
            if match is not None:
                start = 0 if match.end() <= _LONGEST else match.start()
                subject = match.groupdict().get("name") or ""
                return breakage, subject, line[start : start + _LONGEST]
        return None


def _proven_first(hits: list[_Hit]) -> list[_Hit]:
    proven = {hit.check for hit in hits if hit.breakage.deterministic}
    return [hit for hit in hits if hit.breakage.deterministic or hit.check not in proven]


def _findings(hits: Iterable[_Hit]) -> tuple[Finding, ...]:
    """Merge what has one cause: the same breakage of the same subject, or of an unnamed one."""
    causes: dict[tuple[str, str], list[_Hit]] = {}
    for hit in hits:
        causes.setdefault((hit.breakage.id, hit.subject), []).append(hit)
    named = {breakage: subject for breakage, subject in reversed(causes) if subject}
    merged: dict[tuple[str, str], list[_Hit]] = {}
    for (breakage, subject), group in causes.items():
        merged.setdefault((breakage, subject or named.get(breakage, "")), []).extend(group)
    return tuple(_finding(group) for group in merged.values())


def _finding(hits: list[_Hit]) -> Finding:
    shown = next((hit for hit in hits if hit.subject), hits[0])
    breakage = shown.breakage
    return Finding(
        breakage=breakage.id,
        title=breakage.title,
        checks=tuple(dict.fromkeys(hit.check for hit in hits if hit.check)),
        channel=shown.channel,
        evidence=shown.evidence,
        cause=breakage.cause,
        remedies=breakage.remedies,
        deterministic=breakage.deterministic,
    )


def _unknown(last: dict[str, tuple[Channel, str]]) -> Iterator[Finding]:
    for channel, line in dict.fromkeys(last.values()):
        yield Finding(
            breakage=UNKNOWN,
            title="No known cause",
            checks=tuple(check for check, shown in last.items() if shown == (channel, line)),
            channel=channel,
            evidence=line[:_LONGEST],
            cause=_UNCLEAR if line else _NOTHING,
        )


def _last_error(lines: list[tuple[Channel, str]], channel: Channel) -> tuple[Channel, str]:
    """Return the last line that looks like an error; `channel` is for a check that is silent."""
    telling = [(where, line) for where, line in lines if not _TRAILER.search(line)] or lines
    errors = [(where, line) for where, line in telling if _ERROR.search(line)]
    return (errors or telling or [(channel, "")])[-1]
