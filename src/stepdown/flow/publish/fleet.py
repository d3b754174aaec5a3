"""Publishes what a batch found, one after the other and in the order of the ledger.

One repository that fails does not stop the others. Workers never come here: the token that may
write stays with whoever runs this.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from stepdown.errors import Interrupted, NothingToDoError, StepdownError
from stepdown.flow.publish.publish import Published
from stepdown.model.fleet import Entry, Report
from stepdown.model.image import Value
from stepdown.model.trial import Outcome


class WayOut(Protocol):
    """Brings one change to its forge."""

    def publish(self, outcome: Outcome) -> Published:
        """Bring it, or say what would be done."""


Open = Callable[[Entry, Report], AbstractContextManager[WayOut]]
"""Makes ready what one entry is published with: a repository with the commit, remote and forge."""


class Failed(Value, frozen=True, kw_only=True, tag="failed"):
    """A change that could not be published, with the words of the error."""

    brief: str
    details: str = ""
    hint: str = ""


class Passed(Value, frozen=True, kw_only=True, tag="passed"):
    """An entry of which nothing is published, and why."""

    reason: str


Ended = Published | Failed | Passed


def publish_all(
    found: Iterable[tuple[Entry, Report, Outcome | None]], open_way: Open
) -> Iterator[tuple[Entry, Ended]]:
    """Yield what became of each entry, as it happens.

    An entry without a record has nothing to publish. Raises Interrupted where the user stops.
    """
    for entry, report, outcome in found:
        yield entry, _one(entry, report, outcome, open_way)


def _one(entry: Entry, report: Report, outcome: Outcome | None, open_way: Open) -> Ended:
    if outcome is None:
        return Passed(reason=f"{report.result}: {report.reason}")
    try:
        with open_way(entry, report) as way:
            return way.publish(outcome)
    except Interrupted:
        raise
    except NothingToDoError as nothing:
        return Passed(reason=nothing.brief)
    except StepdownError as error:
        return Failed(brief=error.brief, details=error.details, hint=error.hint)
