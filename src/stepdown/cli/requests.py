"""`stepdown publish`, and the part of `stepdown migrate` that opens a merge request."""

import sys
from dataclasses import replace
from pathlib import Path

import msgspec

from stepdown.adapters.checkout import GitCheckout
from stepdown.adapters.runs import open_run
from stepdown.cli.counter import Counter, Wanted, counter, say
from stepdown.cli.desk import RECORD
from stepdown.cli.exits import GREEN, NO_CANDIDATE
from stepdown.cli.requestflags import RequestOptions
from stepdown.errors import ForgeError, NothingToDoError, RecordError, RepositoryError
from stepdown.flow import record
from stepdown.flow.publish.decide import (
    Action,
    Create,
    Done,
    Have,
    LeaveAlone,
    Nothing,
    Standing,
    StayClosed,
    Wishes,
    decide,
)
from stepdown.flow.publish.papers import Papers
from stepdown.flow.publish.plain import Way
from stepdown.flow.publish.publish import Published, looked
from stepdown.model.encoding import to_json
from stepdown.model.facts import Target
from stepdown.model.trial import Delivery, Outcome
from stepdown.report import request


def check(wanted: Wanted, target: Target) -> Action:
    """Make sure, before anything is built, that a request can be opened and is wanted.

    Returns what would be done with a change that works. Raises NothingToDoError where a person
    closed the last request or works on the branch, RepositoryError where the commit is not what the
    remote has, ForgeError for missing rights.
    """
    made = counter(replace(wanted, rehearse=True))
    for note in made.notes:
        say(note)
    if wanted.options.patches:
        return Create(reason="A patch needs no remote.", push=False)
    with made.redactor.errors():
        action = expected(made, target)
        _refuse(action)
    return action


def expected(made: Counter, target: Target) -> Action:
    """Return what would be done with a change that works and that nobody has seen yet."""
    branch, look = looked(made.remote, made.terms, target)
    found = made.site.forge.find(made.site.source(branch), look.target) if made.site else ()
    text = target.text.encode("utf-8", "surrogateescape")
    have = Have(
        standing=Standing.WORKS,
        reason="",
        commit=target.commit,
        path=target.dockerfile,
        before=text,
        after=text + b"\n# any other\n",
        author=made.remote.author(),
        state="",
    )
    wishes = Wishes(reopen=made.terms.reopen, rebase=made.terms.rebase)
    return decide(look, found, have, wishes)


def _refuse(action: Action) -> None:
    match action:
        case StayClosed() | LeaveAlone() | Done():
            raise NothingToDoError(
                action.reason, hint="Nothing was built; everything is as it was."
            )
        case Nothing():
            raise RepositoryError(
                action.reason, hint="A request shows what was verified on its own base branch."
            )
        case _:
            pass


def brought(wanted: Wanted, outcome: Outcome) -> Outcome:
    """Publish; return the outcome with its delivery.

    What fails can be tried again with `stepdown publish`.
    """
    made = counter(wanted)
    try:
        done = made.publish(outcome)
    except (ForgeError, RepositoryError) as error:
        error.hint = f"{error.hint} The results are kept: `stepdown publish` goes on from here."
        raise
    tell(done, made)
    best = outcome.best
    if best is None or not done.commit:
        return outcome
    delivery = Delivery(
        repository=outcome.plan.target.repository,
        branch=done.branch,
        commit=done.commit,
        dockerfile=outcome.plan.target.dockerfile,
        title=request.title(outcome),
        request=done.url,
    )
    return msgspec.structs.replace(outcome, delivery=delivery)


def tell(done: Published, made: Counter) -> None:
    """Say on standard error what became of the request."""
    clean = made.redactor.clean
    say(clean(f"{_said(done, made)}{': ' + done.url if done.url else ''}"))
    if done.kind != "create" or made.site is not None:
        say(clean(f"  {done.reason}"))
    for note in done.notes:
        say(clean(f"  {note}"))


def _said(done: Published, made: Counter) -> str:
    """Return what was done in words; git alone opens no request, it asks for one."""
    if made.site is None and done.kind == "create":
        return _BY_GIT[made.courier.way].format(branch=done.branch)
    return f"Merge request: {_WORDS[done.kind]}"


_BY_GIT = {
    Way.BRANCH: "The branch {branch} is pushed; the merge request is opened by hand",
    Way.OPTIONS: "The branch {branch} is pushed, and a merge request is asked for",
    Way.REVIEW: "The change is up for review",
    Way.PATCHES: "The patch is written",
}
_WORDS = {
    "create": "opened",
    "update": "brought up to date",
    "leave_alone": "left alone",
    "stay_closed": "stays closed",
    "done": "done",
    "close": "closed",
    "nothing": "as it was",
    "held": "waits",
}
_WOULD = {"create": "would be opened", "update": "would be updated", "close": "would be closed"}


def publish(path: Path, saved: Path | None, options: RequestOptions, **more: object) -> int:
    """Publish a record that was saved; without one, that of the last run in this repository."""
    dry_run, as_json = bool(more["dry_run"]), bool(more["as_json"])
    with open_run() as run:
        checkout = GitCheckout.open(path, run)
        outcome = record.load(saved or _kept(checkout))
        _refuse_another(checkout, outcome)
        branch = str(more["branch"])
        made = counter(
            Wanted(
                root=Path(checkout.root), run=run, options=options, branch=branch, rehearse=dry_run
            )
        )
        for note in made.notes:
            say(note)
        done = made.publish(outcome)
        if as_json:
            sys.stdout.write(to_json(done).decode() + "\n")
        elif dry_run:
            sys.stdout.write(rehearsal(done, outcome, made))
        else:
            tell(done, made)
        return GREEN if outcome.best is not None else NO_CANDIDATE


def rehearsal(done: Published, outcome: Outcome, made: Counter) -> str:
    """Return what would be done, in words, with the texts."""
    papers = Papers(outcome=outcome)
    would = _WOULD.get(done.kind, _WORDS[done.kind])
    lines = (
        f"Merge request: {would}. {done.reason}",
        f"Repository: {done.repository}, branch {done.branch}",
        *((f"Way: {made.courier.way}",) if made.site is None else ()),
        *((f"Request: {done.url}",) if done.url else ()),
    )
    text = "\n".join(lines) + "\n"
    if outcome.best is None:
        return text
    body = papers.body("", done.branch, "0" * 40)
    return f"{text}\n{papers.message()}\n{papers.title}\n\n{body}"


def _kept(checkout: GitCheckout) -> Path:
    path = checkout.kept(RECORD)
    if not path.is_file():
        raise RecordError(
            "There is no record of a run in this repository.",
            hint="`stepdown migrate --merge-request` makes one; --record names another.",
        )
    return path


def _refuse_another(checkout: GitCheckout, outcome: Outcome) -> None:
    """Refuse a record whose commit is not here; it may come from another checkout."""
    target = outcome.plan.target
    if checkout.read(target.dockerfile, target.commit) is None:
        raise RepositoryError(
            f"{target.dockerfile} is not in the commit {target.commit[:12]} of this repository.",
            hint="The record belongs to another repository, or the commit was not fetched.",
        )
