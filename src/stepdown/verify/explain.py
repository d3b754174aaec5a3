"""What an error text shows of which nothing else is known: neither the image nor the channel."""

import re
from collections.abc import Iterable, Iterator

from stepdown.model.image import Value
from stepdown.model.recipe import Breakage, Channel
from stepdown.model.trial import Finding
from stepdown.verify.diagnose import UNKNOWN, Hit, findings
from stepdown.verify.lines import lines
from stepdown.verify.quote import telling
from stepdown.verify.signatures import LONGEST, Shown, Signatures

_BEST = 3
# Words of a line that give its channel away.
_MARKS = (
    (Channel.BUILD, re.compile(r"failed to (?:solve|compute)|runc run failed|buildkit|^E: ")),
    (Channel.HEALTH, re.compile(r"[Hh]ealth ?check|[Uu]nhealthy|probe (?:failed|errored)")),
    (
        Channel.DAEMON,
        re.compile(
            r"response from daemon|OCI runtime create|runc create|create (?:shim )?task"
            r'|exec: "[^"]{1,200}": stat |container_linux\.go|[Cc]annot start service'
        ),
    ),
)
_USUAL = (Channel.LOG, Channel.STATIC)


class _Guess(Value, frozen=True, kw_only=True):
    """A hit; `sure` is false for what the line would mean on a less likely channel."""

    hit: Hit
    sure: bool


def explain(text: str, breakages: Iterable[Breakage]) -> tuple[Finding, ...]:
    """Return the causes that `text` shows, at most three, the likeliest root cause first.

    A line counts for what it shows on the channel that its words give away. What proves its cause
    stands before what only suggests one, and the specific before the general, because general
    messages are consequences: a wheel fails to build because there is no compiler.
    """
    said = tuple(dict.fromkeys(lines(text)))
    shown = zip(said, Signatures(breakages).shown(said), strict=True)
    guesses = sorted((guess for pair in shown for guess in _guesses(*pair)), key=_rank)
    return findings(guess.hit for guess in guesses)[:_BEST]


def unknown(text: str) -> Finding:
    """Return what to say of a text that shows no known breakage, with the line that tells most."""
    return Finding(
        breakage=UNKNOWN,
        title="No known cause",
        checks=(),
        channel=Channel.LOG,
        evidence=telling(tuple(lines(text)))[:LONGEST],
        cause="No recipe knows this text. Try the lines around it, above all the first error.",
    )


def _rank(guess: _Guess) -> tuple[bool, bool, int]:
    breakage = guess.hit.breakage
    return not guess.sure, not breakage.deterministic, -breakage.specific


def _guesses(line: str, shown: tuple[Shown, ...]) -> Iterator[_Guess]:
    """Yield the most specific hit on the likely channel, and a more specific one on another."""
    if not shown:
        return
    likely = frozenset(_likely(line))
    first = next((one for one in shown if one.channels & likely), shown[0])
    yield _guess(first, likely, sure=True)
    if shown[0].breakage != first.breakage:
        yield _guess(shown[0], likely, sure=False)


def _guess(shown: Shown, likely: frozenset[Channel], *, sure: bool) -> _Guess:
    channel = min(shown.channels & likely or shown.channels, key=list(Channel).index)
    return _Guess(hit=Hit(check="", channel=channel, shown=shown), sure=sure)


def _likely(line: str) -> tuple[Channel, ...]:
    named = (channel for channel, mark in _MARKS if mark.search(line))
    return tuple(named)[:1] or _USUAL
