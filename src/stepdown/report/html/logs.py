"""What was printed while the images were built and checked, folded, image by image."""

from collections.abc import Iterator

from stepdown.model.trial import BuildFailed, Built, CheckRun, Outcome
from stepdown.report import words
from stepdown.report.document import Block, Fold, Listing, Section, fold, paragraph, section
from stepdown.report.failures import CHANNELS
from stepdown.report.ladder import short

MOST_LINES = 300
MOST_CHARACTERS = 20_000
"""Of one log; a page of a dozen failed rungs stays below 3 MB."""


def logs(outcome: Outcome) -> tuple[Section, ...]:
    """Return the end of every log; the record holds what is more."""
    baseline, tier = outcome.baseline, outcome.plan.target.tier.value
    blocks = [*_image(f"{tier}, today: {baseline.image}", baseline.build, baseline.checks)]
    for trial in outcome.trials:
        candidate = trial.candidate
        again = f", try {trial.attempt}" if trial.attempt > 1 else ""
        title = f"{candidate.tier.value}{again}: {short(candidate.image)}"
        blocks += _image(title, trial.build, trial.checks)
    if not blocks:
        return ()
    note = paragraph("The end of each; the record holds what is more.")
    return section("Logs", note, *blocks)


def _image(
    title: str, build: Built | BuildFailed | None, checks: tuple[CheckRun, ...]
) -> tuple[Block, ...]:
    return fold(title, *_build(build), *(block for run in checks for block in _check(run)))


def _build(build: Built | BuildFailed | None) -> tuple[Block, ...]:
    if build is None:
        return ()
    took = words.duration(build.seconds)
    return _folded(f"Build, {took}", build.log)


def _check(run: CheckRun) -> Iterator[Block]:
    for message in run.messages:
        title = f"Check {run.check}, {words.STATES[run.state]}: {CHANNELS[message.channel]}"
        yield from _folded(title, tuple(message.text.splitlines()))


def _folded(title: str, lines: tuple[str, ...]) -> tuple[Block, ...]:
    if not any(line.strip() for line in lines):
        return ()
    kept = _end(lines)
    missing = len(lines) - len(kept)
    if missing > 0:
        kept = (f"… ({words.count(missing, 'earlier line')} not shown)", *kept)
    return (Fold(title, (Listing(kept, tail=True, log=True),)),)


def _end(lines: tuple[str, ...]) -> tuple[str, ...]:
    """Return the last lines, at least one, within both limits."""
    kept, room = 1, MOST_CHARACTERS - len(lines[-1])
    for line in reversed(lines[-MOST_LINES:-1]):
        room -= len(line)
        if room < 0:
            break
        kept += 1
    return lines[-kept:]
