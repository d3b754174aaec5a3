"""`stepdown publish`, and the part of `stepdown migrate` that opens a merge request."""

import sys
from dataclasses import replace
from pathlib import Path

import msgspec

from stepdown.adapters.checkout import GitCheckout
from stepdown.adapters.runs import open_run
from stepdown.cli import delivered
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
    Update,
    Wishes,
    decide,
)
from stepdown.flow.publish.papers import Papers
from stepdown.flow.publish.publish import Published, leave_word, looked
from stepdown.model.encoding import to_json
from stepdown.model.facts import Target
from stepdown.model.remote import Look
from stepdown.model.trial import Delivery, Outcome
from stepdown.report import request


def check(wanted: Wanted, target: Target) -> Action:
    """Make sure, before anything is built, that a request can be opened and is wanted.

    Returns what would be done with a change that works. Raises NothingToDoError where a person
    closed the last request or works on the branch, RepositoryError where the commit is not what the
    remote has, ForgeError for missing rights. Who works on the branch is told so once, unless this
    is a rehearsal.
    """
    made = counter(replace(wanted, rehearse=True))
    for note in made.notes:
        say(note)
    if wanted.options.patches:
        return Create(reason="A patch needs no remote.", push=False)
    with made.redactor.errors():
        look, action = expected(made, target)
        if isinstance(action, LeaveAlone) and made.site and not wanted.rehearse:
            leave_word(made.site.forge, look, action)
        _refuse(action)
    return action


def expected(made: Counter, target: Target) -> tuple[Look, Action]:
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
    return look, decide(look, found, have, wishes)


def _refuse(action: Action) -> None:
    match action:
        case StayClosed() | LeaveAlone() | Done():
            url = action.request.url if action.request else ""
            raise NothingToDoError(
                action.reason, details=url, hint="Nothing was built; the branch is as it was."
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
    say(clean(f"{delivered.headline(done)}{': ' + done.url if done.url else ''}"))
    for line in filter(None, (delivered.reason(done), *done.notes)):
        say(clean(f"  {line}"))


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
            sys.stdout.write(rehearsal(done, outcome, made.limit))
        else:
            tell(done, made)
        return GREEN if outcome.best is not None else NO_CANDIDATE


def rehearsal(done: Published, outcome: Outcome, limit: int) -> str:
    """Return what would be done, in words, with the texts that would be written.

    `limit` is that of a description.
    """
    papers = Papers(outcome=outcome, limit=limit)
    would = delivered.headline(done, rehearse=True)
    lines = (
        f"{would}. {delivered.reason(done)}".rstrip(),
        f"Repository: {done.repository}{f', branch {done.branch}' if done.branch else ''}",
        *((f"Way: {done.way}",) if done.way else ()),
        *((f"Request: {done.url}",) if done.url else ()),
    )
    text = "\n".join(lines) + "\n"
    if done.held or not isinstance(done.action, Create | Update):
        return text
    before = done.action.request.body if isinstance(done.action, Update) else ""
    body = papers.body(before, done.branch, "0" * 40)
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
