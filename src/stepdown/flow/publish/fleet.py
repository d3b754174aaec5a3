"""Publishes what a batch found, one after the other and in the order of the ledger.

One repository that fails does not stop the others. Workers never come here: the token that may
write stays with whoever runs this.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager

from stepdown.errors import Interrupted, StepdownError
from stepdown.flow.publish.publish import Published, Publisher, Site
from stepdown.model.fleet import Entry, Report
from stepdown.model.image import Value
from stepdown.model.request import Hosted
from stepdown.model.trial import Outcome

Open = Callable[[Entry, Report], AbstractContextManager[Site]]
"""Makes ready what one entry is published with: a repository with the commit, remote and forge."""


class Failed(Value, frozen=True, kw_only=True):
    """A change that could not be published, with the words of the error."""

    brief: str
    details: str = ""
    hint: str = ""


class Passed(Value, frozen=True, kw_only=True):
    """An entry of which nothing is published, and why."""

    reason: str


Ended = Published | Failed | Passed


def publish_all(
    found: Iterable[tuple[Entry, Report, Outcome | None]], open_site: Open, publisher: Publisher
) -> Iterator[tuple[Entry, Ended]]:
    """Yield what became of each entry, as it happens."""
    for entry, report, outcome in found:
        yield entry, _one(entry, report, outcome, open_site, publisher)


def _one(
    entry: Entry,
    report: Report,
    outcome: Outcome | None,
    open_site: Open,
    publisher: Publisher,
) -> Ended:
    if outcome is None:
        return Passed(reason=f"{report.result}: {report.reason}")
    try:
        with open_site(entry, report) as site:
            if why := _closed(site.forge.repository()):
                return Passed(reason=why)
            return publisher.publish(site, outcome)
    except Interrupted:
        raise
    except StepdownError as error:
        return Failed(brief=error.brief, details=error.details, hint=error.hint)


def _closed(hosted: Hosted) -> str:
    if hosted.archived:
        return f"{hosted.name} is archived."
    return f"{hosted.name} is empty." if hosted.empty else ""
