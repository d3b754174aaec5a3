"""Which known breakages the messages of failed checks show."""

from collections.abc import Iterable, Iterator

from stepdown.model.image import Tier, Value
from stepdown.model.recipe import Breakage, Channel
from stepdown.model.trial import Finding, Message
from stepdown.verify.lines import constant, lines
from stepdown.verify.quote import failing_step, follows, telling
from stepdown.verify.signatures import LONGEST, Shown, Signatures

UNKNOWN = "unknown"
_STATUS = " status: "  # of an HTTP answer
_NOTHING = (
    "Nothing was printed that looks like an error and that the baseline did not print, so there is"
    " nothing to explain it."
)
_UNCLEAR = "No recipe knows this message. It is the first line that looks like an error."


class Hit(Value, frozen=True, kw_only=True):
    """A line of a check that shows a breakage; `check` is empty where no check was made."""

    check: str
    channel: Channel
    shown: Shown

    @property
    def breakage(self) -> Breakage:
        """What the line shows."""
        return self.shown.breakage


class _Failure(Value, frozen=True, kw_only=True):
    """The line to quote of a check that shows no known breakage; empty where none tells."""

    check: str
    channel: Channel
    line: str


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
    also given a suspected one. A check whose messages show no known breakage gets the Finding
    `unknown` with the line that tells most, unless that failure follows from another finding.
    """
    usual = {constant(line) for text in ignore for line in lines(text)}
    known = Signatures(b for b in breakages if tier is None or not b.tiers or tier in b.tiers)
    told = _without_consequences(tuple(messages), usual)
    hits = [hit for check, message in told for hit in _hits(check, message, known, usual)]
    explained = {hit.check for hit in hits}
    unclear = _failures([(c, m) for c, m in told if c not in explained], usual)
    found = findings(_proven_first(hits))
    return (*found, *_unknown(_first_causes(unclear, found)))


def _without_consequences(
    messages: tuple[tuple[str, Message], ...], usual: set[str]
) -> tuple[tuple[str, Message], ...]:
    """Leave out what else is new about an HTTP answer whose status is new."""
    answers = [message.text for _, message in messages if message.channel is Channel.HTTP]
    statuses = (text for text in answers if _STATUS in text and constant(text) not in usual)
    changed = {text.partition(_STATUS)[0] for text in statuses}
    return tuple(
        (check, message)
        for check, message in messages
        if message.channel is not Channel.HTTP
        or _STATUS in message.text
        or not any(message.text.startswith(f"{request} ") for request in changed)
    )


def _hits(check: str, message: Message, known: Signatures, usual: set[str]) -> Iterator[Hit]:
    new = [line for line in dict.fromkeys(lines(message.text)) if constant(line) not in usual]
    for shown in known.shown(new):
        best = next((one for one in shown if message.channel in one.channels), None)
        if best is not None:
            yield Hit(check=check, channel=message.channel, shown=best)


def _proven_first(hits: list[Hit]) -> list[Hit]:
    proven = {hit.check for hit in hits if hit.breakage.deterministic}
    return [hit for hit in hits if hit.breakage.deterministic or hit.check not in proven]


def findings(hits: Iterable[Hit]) -> tuple[Finding, ...]:
    """Merge what has one cause: the same breakage of the same subject, or of an unnamed one."""
    causes: dict[tuple[str, str], list[Hit]] = {}
    for hit in hits:
        causes.setdefault((hit.breakage.id, hit.shown.subject), []).append(hit)
    named = {breakage: subject for breakage, subject in reversed(causes) if subject}
    merged: dict[tuple[str, str], list[Hit]] = {}
    for (breakage, subject), group in causes.items():
        merged.setdefault((breakage, subject or named.get(breakage, "")), []).extend(group)
    return tuple(_finding(group) for group in merged.values())


def _finding(hits: list[Hit]) -> Finding:
    best = next((hit for hit in hits if hit.shown.subject), hits[0])
    return Finding(
        breakage=best.breakage.id,
        title=best.breakage.title,
        checks=tuple(dict.fromkeys(hit.check for hit in hits if hit.check)),
        channel=best.channel,
        evidence=best.shown.evidence,
        cause=best.breakage.cause,
        remedies=best.breakage.remedies,
        deterministic=best.breakage.deterministic,
    )


def _failures(messages: list[tuple[str, Message]], usual: set[str]) -> list[_Failure]:
    """Return the telling line of each check, or its first channel where none tells."""
    best: dict[str, _Failure] = {}
    for check, message in messages:
        built = message.channel is Channel.BUILD
        text = failing_step(message.text) if built else message.text
        line = telling([line for line in lines(text) if constant(line) not in usual])
        if check not in best or (line and not best[check].line):
            best[check] = _Failure(check=check, channel=message.channel, line=line)
    return list(best.values())


def _first_causes(failures: list[_Failure], found: tuple[Finding, ...]) -> list[_Failure]:
    """Leave out failures that follow from a proven cause, or from one with a line of its own."""
    causes = [failure for failure in failures if not follows(failure.line)]
    if causes or any(finding.deterministic for finding in found):
        return causes
    return failures


def _unknown(failures: list[_Failure]) -> Iterator[Finding]:
    for channel, line in dict.fromkeys((f.channel, f.line) for f in failures):
        alike = (f.check for f in failures if (f.channel, f.line) == (channel, line))
        yield Finding(
            breakage=UNKNOWN,
            title="No known cause",
            checks=tuple(alike),
            channel=channel,
            evidence=line[:LONGEST],
            cause=_UNCLEAR if line else _NOTHING,
        )
