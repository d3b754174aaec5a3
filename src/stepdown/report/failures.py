"""Why a rung failed: its findings with cause, evidence and remedies, or what else is known."""

from collections.abc import Iterator

from stepdown.model.recipe import Channel, Remedy, RemedyKind
from stepdown.model.trial import (
    Blame,
    BuildFailed,
    CheckRun,
    CheckState,
    Finding,
    Outcome,
    Trial,
    Verdict,
)
from stepdown.report import reproduce, words
from stepdown.report.changes import changes, refused
from stepdown.report.document import (
    Block,
    Bullets,
    Inline,
    Listing,
    Paragraph,
    Section,
    bullets,
    fold,
    paragraph,
)
from stepdown.report.evidence import evidence
from stepdown.report.headline import said

_LOG_TAIL = 12

CHANNELS = {
    Channel.DAEMON: "the engine's message",
    Channel.LOG: "the container's log",
    Channel.BUILD: "the build log",
    Channel.HEALTH: "the health check's log",
    Channel.STATIC: "the image's files",
    Channel.HTTP: "an HTTP answer",
    Channel.DOCKERFILE: "the Dockerfile",
}


def failures(outcome: Outcome) -> tuple[Section, ...]:
    """Return one section per trial that does not work, in the order in which they were tried."""
    failed = (trial for trial in outcome.trials if trial.verdict is not Verdict.WORKS)
    return tuple(_failure(outcome, trial) for trial in failed)


def _failure(outcome: Outcome, trial: Trial) -> Section:
    tries = sum(other.candidate.image == trial.candidate.image for other in outcome.trials)
    again = f", try {trial.attempt}" if max(tries, trial.attempt) > 1 else ""
    return Section(
        f"{words.capitalised(trial.candidate.tier.value)}: {said(outcome, trial)}{again}",
        (
            paragraph(f"{trial.candidate.image}: {words.closed(trial.reason)}"),
            *_repaired(trial),
            *_blocked(trial),
            *findings(trial.findings),
            *_unexplained(trial),
            *blame(trial),
            *bullets(tuple((words.closed(note),) for note in trial.notes)),
            paragraph("To see it again:"),
            Listing(reproduce.again(outcome, trial), "sh"),
            *fold("What was changed for it", *changes(trial)),
            *(fold("Evidence", *evidence(outcome, trial)) if trial.checks else ()),
        ),
    )


def _blocked(trial: Trial) -> tuple[Block, ...]:
    """Return the places that were refused, where they may be what stands in the way."""
    stuck = trial.verdict is Verdict.NOT_BUILT
    refusals = (r for r in trial.rewrite.refusals if r.blocking or stuck)
    return bullets(tuple(refused(r) for r in refusals))


def _repaired(trial: Trial) -> tuple[Block, ...]:
    """Return the remedies that were applied before this try, and did not help."""
    texts = (f"{words.closed(a.remedy.text)} ({a.breakage})" for a in trial.applied)
    return tuple(paragraph(f"Already applied: {text}") for text in texts)


def findings(found: tuple[Finding, ...]) -> tuple[Block, ...]:
    """Return each finding: title, cause, the line that shows it, and the ways out in order."""
    return tuple(block for finding in found for block in _finding(finding))


def _finding(finding: Finding) -> Iterator[Block]:
    known = "" if finding.breakage == words.UNKNOWN else f" ({finding.breakage})"
    checks = f"; seen by {words.listed(finding.checks)}" if finding.checks else ""
    cause = f" {words.closed(words.capitalised(finding.cause))}" if finding.cause else ""
    yield Paragraph((f"{finding.title.rstrip('.')}{known}{checks}.{cause}",))
    if finding.evidence:
        yield Paragraph((f"Evidence, from {CHANNELS[finding.channel]}:",))
        yield Listing((finding.evidence,), log=True)
    if finding.remedies:
        yield Paragraph(("Ways out, the best first:",))
        yield Bullets(tuple(remedy(r) for r in finding.remedies), ordered=True)
    for number, way in enumerate(finding.remedies, 1):
        if way.lines:
            yield Paragraph((f"Way out {number}, in this Dockerfile{_asked(way)}:",))
            yield Listing(way.lines, "diff")


def _asked(way: Remedy) -> str:
    """Say what somebody has to agree to, nothing where it is done by itself."""
    if way.kind in (RemedyKind.OTHER_BASE, RemedyKind.NEARER_BASE):
        return " (--base names it; without --base, or with --unsafe-fixes, it is tried)"
    return "" if way.safe else " (only done with --unsafe-fixes)"


def remedy(way: Remedy) -> Inline:
    """Return one way out, with what it adds."""
    detail = "; ".join(_added(way))
    return (words.closed(way.text), f" ({detail})" if detail else "")


def _added(way: Remedy) -> Iterator[str]:
    if way.paths:
        yield " ".join(way.paths)
    elif way.kind is not RemedyKind.COPY_FILES:
        packages = (("apt", way.apt), ("apk", way.apk))
        yield from (f"{manager}: {' '.join(names)}" for manager, names in packages if names)
    yield from (f"{name}={value}" for name, value in way.environment.items())


def _unexplained(trial: Trial) -> Iterator[Block]:
    """Yield what was seen where no finding says more."""
    if trial.findings:
        return
    if isinstance(trial.build, BuildFailed):
        yield from build_failed(trial.build)
    yield from failed_checks(trial.checks)


def build_failed(build: BuildFailed) -> Iterator[Block]:
    """Yield why a build failed and the end of its log."""
    timed = " It ran out of time." if build.timed_out else ""
    yield from _with_log(f"The build failed: {words.closed(build.reason)}{timed}", build.log)


def failed_checks(checks: tuple[CheckRun, ...]) -> Iterator[Block]:
    """Yield each check that failed, with the end of what it printed, or was not carried out."""
    for run in checks:
        if run.state is CheckState.FAILED:
            lines = (line for message in run.messages for line in message.text.splitlines())
            yield from _with_log(
                f"Check {run.check} failed: {words.closed(run.summary)}", tuple(lines)
            )
        elif run.state is CheckState.BROKEN:
            yield paragraph(
                f"Check {run.check} could not be carried out: {words.closed(run.summary)}"
            )


def _with_log(sentence: str, lines: tuple[str, ...]) -> Iterator[Block]:
    kept = tuple(line for line in lines if line.strip())
    if not kept:
        yield paragraph(sentence)
        return
    yield paragraph(f"{sentence} The log ends with:")
    missing = len(kept) - _LOG_TAIL
    if missing > 0:
        kept = (f"… ({words.count(missing, 'earlier line')} not shown)", *kept[-_LOG_TAIL:])
    yield Listing(kept, tail=True, log=True)


def blame(trial: Trial) -> Iterator[Block]:
    """Yield whether the rewrite or the base is at fault, where that is known."""
    reason = f" {words.closed(words.capitalised(trial.blame_reason))}" if trial.blame_reason else ""
    match trial.blame:
        case Blame.BASE:
            yield paragraph(f"At fault: the new base, not the edits.{reason}")
        case Blame.REWRITE:
            yield paragraph(f"At fault: the edits, not the new base.{reason}")
        case Blame.UNKNOWN if reason:
            yield paragraph(f"Not known whether the edits or the new base are at fault.{reason}")
        case Blame.UNKNOWN:
            return
