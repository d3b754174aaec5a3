"""Which known breakages the messages of failed checks show."""

from collections.abc import Iterable, Iterator
from itertools import islice

from msgspec.structs import replace

from stepdown.model.image import Tier, Value
from stepdown.model.recipe import Breakage, Channel, Remedy, RemedyKind
from stepdown.model.trial import Finding, Message
from stepdown.verify import grounds
from stepdown.verify.grounds import Failure, Suspect
from stepdown.verify.lines import constant, failures, lines
from stepdown.verify.quote import failing_step, follows, telling
from stepdown.verify.refine import refine
from stepdown.verify.scene import Scene
from stepdown.verify.signatures import LONGEST, Shown, Signatures
from stepdown.verify.sources import frames

UNKNOWN = "unknown"
_STATUS = " status: "  # of an HTTP answer
_NOTHING = (
    "Nothing was printed that looks like an error and that the baseline did not print, so there is"
    " nothing to explain it."
)
_UNCLEAR = "No recipe knows this message. It is the first line that looks like an error."
_TO_DO = Remedy(
    kind=RemedyKind.ADVICE,
    text="Run what failed alone on both images and compare what they print; the last differences"
    " between the two outputs lie nearest to the cause.",
)
_MOST_LINES = 5_000  # of what was printed, for what no message tells


class Hit(Value, frozen=True, kw_only=True):
    """A line of a check that shows a breakage; `check` is empty where no check was made."""

    check: str
    channel: Channel
    shown: Shown

    @property
    def breakage(self) -> Breakage:
        """What the line shows."""
        return self.shown.breakage


class _Part(Value, frozen=True, kw_only=True):
    """What was printed up to the next failed test."""

    check: str
    channel: Channel
    text: str


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
    scene: Scene | None = None,
) -> tuple[Finding, ...]:
    """Name the causes that the messages of failed checks show, one Finding for each cause.

    `messages` are pairs of a check's name and a message of it. Each line counts for the most
    specific breakage that it shows in its channel. `ignore` are texts of the baseline: lines that
    are there too, but for times and addresses, show nothing. A check with a proven cause is not
    also given a suspected one. For what no message explains, `scene` gives a suspicion; without
    one it gets the Finding `unknown` with the line that tells most. What follows from another
    finding gets none.
    """
    usual = {constant(line) for text in ignore for line in lines(text)}
    possible = tuple(b for b in breakages if tier is None or not b.tiers or tier in b.tiers)
    told = _without_consequences(tuple(messages), usual)
    parts = [
        _Part(check=check, channel=message.channel, text=text)
        for check, message in told
        for text in failures(message.text)
    ]
    seen = _shown(parts, Signatures(possible), usual)
    hits = _refined([hit for some in seen for hit in some], possible, scene)
    explained = {hit.check for hit in hits}
    silent = [(check, message) for check, message in told if check not in explained]
    found = findings(_roots(_proven_first(hits)))
    unclear = _first_causes(_failures(silent, usual), found)
    if unclear or scene is None:
        wanted = {failure.check for failure in unclear}
        untold = [part for part in parts if part.check in wanted]
        return (*found, *_suspected(unclear, _failure(untold, usual, scene), possible, scene))
    untold = [part for part, some in zip(parts, seen, strict=True) if not some]
    return (*found, *_beside(found, _failure(untold, usual, scene), possible, scene))


def _shown(parts: list[_Part], known: Signatures, usual: set[str]) -> list[tuple[Hit, ...]]:
    """Return what each part shows; a line that several parts repeat shows it in each."""
    return [tuple(_hits(part, known, usual)) for part in parts]


def _refined(hits: list[Hit], possible: tuple[Breakage, ...], scene: Scene | None) -> list[Hit]:
    """Name the causes more exactly where the candidate's files tell more than the message."""
    if scene is None:
        return hits
    known = {breakage.id: breakage for breakage in possible}
    return [
        replace(hit, shown=refine(hit.shown, scene.after, scene.volumes, known)) for hit in hits
    ]


def _roots(hits: list[Hit]) -> list[Hit]:
    """Lay what is known to follow from another breakage that is shown on that one, behind it."""
    shown = {hit.breakage.id: hit.breakage for hit in hits}
    causes = [next((id_ for id_ in hit.breakage.follows if id_ in shown), "") for hit in hits]
    roots = [hit for hit, cause in zip(hits, causes, strict=True) if not cause]
    return roots + [
        replace(hit, shown=replace(hit.shown, breakage=shown[cause], subject=""))
        for hit, cause in zip(hits, causes, strict=True)
        if cause
    ]


def _failure(parts: list[_Part], usual: set[str], scene: Scene | None) -> Failure:
    """Join what the parts say that is new."""
    checks = tuple(dict.fromkeys(part.check for part in parts))
    printed = dict.fromkeys(line for part in parts for line in lines(part.text))
    new = (line for line in printed if constant(line) not in usual)
    return Failure(
        checks=checks,
        channel=parts[0].channel if parts else Channel.LOG,
        differences=scene.reasons(checks) if scene else (),
        lines=tuple(islice(new, _MOST_LINES)),
    )


def _suspected(
    unclear: list[_Failure], failure: Failure, possible: tuple[Breakage, ...], scene: Scene | None
) -> tuple[Finding, ...]:
    """Return what the scene makes likely, else that the cause is unknown."""
    ranked = scene.suspects(possible, failure) if scene and unclear else ()
    return grounds.findings(ranked, failure) or tuple(_unknown(unclear, ranked))


def _beside(
    found: tuple[Finding, ...], failure: Failure, possible: tuple[Breakage, ...], scene: Scene
) -> tuple[Finding, ...]:
    """Return causes of failed tests that show none, where the code near to them tells one."""
    if not frames(failure.lines):
        return ()
    known = {finding.breakage for finding in found}
    ranked = scene.suspects((b for b in possible if b.id not in known), failure)
    return grounds.findings(tuple(one for one in ranked if one.frames), failure)


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


def _hits(part: _Part, known: Signatures, usual: set[str]) -> Iterator[Hit]:
    new = [line for line in dict.fromkeys(lines(part.text)) if constant(line) not in usual]
    for shown in known.shown(new):
        best = next((one for one in shown if part.channel in one.channels), None)
        if best is not None:
            yield Hit(check=part.check, channel=part.channel, shown=best)


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


def _unknown(failures: list[_Failure], others: tuple[Suspect, ...]) -> Iterator[Finding]:
    for channel, line in dict.fromkeys((f.channel, f.line) for f in failures):
        alike = (f.check for f in failures if (f.channel, f.line) == (channel, line))
        yield Finding(
            breakage=UNKNOWN,
            title="No known cause",
            checks=tuple(alike),
            channel=channel,
            evidence=line[:LONGEST],
            cause=(_UNCLEAR if line else _NOTHING) + grounds.mentioned(others),
            remedies=(_TO_DO,),
        )
