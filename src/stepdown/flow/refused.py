"""The causes of a rung that was refused: what would break, known before anything is built."""

from collections.abc import Iterable, Iterator

from stepdown.model.plan import Refusal, Rewrite
from stepdown.model.recipe import Breakage, Channel
from stepdown.model.trial import Finding


def causes(rewrite: Rewrite, breakages: Iterable[Breakage]) -> tuple[Finding, ...]:
    """Return one Finding for each breakage for which a place was refused that blocks."""
    known = {breakage.id: breakage for breakage in breakages}
    first: dict[str, Refusal] = {}
    for refusal in rewrite.refusals:
        if refusal.blocking and refusal.breakage in known:
            first.setdefault(refusal.breakage, refusal)
    return tuple(_findings(first, known))


def _findings(first: dict[str, Refusal], known: dict[str, Breakage]) -> Iterator[Finding]:
    for id_, refusal in first.items():
        breakage = known[id_]
        yield Finding(
            breakage=id_,
            title=breakage.title,
            checks=(),
            channel=Channel.DOCKERFILE,
            evidence=f"line {refusal.line}: {refusal.excerpt}",
            cause=breakage.cause,
            remedies=breakage.remedies,
            deterministic=breakage.deterministic,
        )
