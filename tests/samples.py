"""Outcomes for merge requests, from the saved record, about a file that a test names."""

from pathlib import Path

import msgspec

from stepdown.flow import record
from stepdown.model.trial import Outcome, Trial, Verdict

BEFORE = "FROM debian:12\nRUN true\n"
AFTER = "FROM debian:12-slim\nRUN true\n"
OTHER = "FROM alpine:3.23\nRUN true\n"
TITLE = "Move Dockerfile from node:24 to nodejs24-debian13:nonroot"

_SAVED = record.load(Path(__file__).parent / "unit/record/outcome.json")


def working(repository: Path | str, commit: str) -> Outcome:
    """An answer for `Dockerfile` at a commit."""
    target = msgspec.structs.replace(
        _SAVED.plan.target,
        repository=str(repository),
        commit=commit,
        dockerfile="Dockerfile",
        context=".",
        text=BEFORE,
    )
    plan = msgspec.structs.replace(_SAVED.plan, target=target)
    return rewritten(msgspec.structs.replace(_SAVED, plan=plan, delivery=None), AFTER)


def rewritten(outcome: Outcome, text: str) -> Outcome:
    """The same with another file as the answer."""
    best, *others = outcome.trials
    rewrite = msgspec.structs.replace(best.rewrite, text=text)
    return msgspec.structs.replace(
        outcome, trials=(msgspec.structs.replace(best, rewrite=rewrite), *others)
    )


def other(outcome: Outcome) -> Outcome:
    """A later run that found another answer: Alpine."""
    alpine = msgspec.structs.replace(outcome.trials[1].candidate)
    first = msgspec.structs.replace(outcome.trials[0], candidate=alpine)
    later = msgspec.structs.replace(outcome, trials=(first, *outcome.trials[2:]))
    return rewritten(later, OTHER)


def judged(outcome: Outcome, verdict: Verdict) -> Outcome:
    """The same without an answer: every trial ended with this verdict."""
    trials = tuple(_judged(trial, verdict) for trial in outcome.trials)
    return msgspec.structs.replace(outcome, trials=trials, answer=None)


def _judged(trial: Trial, verdict: Verdict) -> Trial:
    return msgspec.structs.replace(trial, verdict=verdict)


def later(outcome: Outcome) -> Outcome:
    """The same results at another time."""
    return msgspec.structs.replace(outcome, started="2026-12-24T00:00:00Z", seconds=99.0)
