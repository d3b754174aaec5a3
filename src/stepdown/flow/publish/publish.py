"""Carries out what was decided, step by step; killed at any moment, a rerun ends the same.

The order is always commit, push, request: each step leaves a state that `decide` reads as what is
still to be done. Nothing is remembered in between but on the remote itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

import msgspec

from stepdown.deliver import description
from stepdown.deliver.branch import request_branch
from stepdown.errors import ForgeError
from stepdown.flow.publish.decide import (
    Action,
    Close,
    Create,
    Done,
    LeaveAlone,
    Nothing,
    StayClosed,
    Update,
    Wishes,
    decide,
)
from stepdown.flow.publish.papers import Papers, noted
from stepdown.flow.publish.throttle import Throttle
from stepdown.model.facts import Target
from stepdown.model.image import Value
from stepdown.model.remote import Look
from stepdown.model.request import (
    Hosted,
    MergeRequest,
    NewRequest,
    Offer,
    RequestState,
    in_fork,
)
from stepdown.model.trial import Outcome
from stepdown.ports import CommitOrder, Forge, Remote
from stepdown.report import gfm

LONGEST = 60_000
"""Bytes of a description, where the forge would take more."""
_ROUNDS = 8
"""How often a forge may ask to come again before it is given up for this run."""


class Terms(Value, frozen=True, kw_only=True):
    """How the user wants requests. `branch` and `target` are empty for the usual ones.

    `hooks` runs the repository's commit hooks.
    """

    branch: str = ""
    target: str = ""
    draft: bool = False
    labels: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    signoff: bool = False
    hooks: bool = True
    reopen: bool = False
    rebase: bool = False


@dataclass(frozen=True, kw_only=True)
class Site:
    """Where one change goes: the `repository` (its full name) on `host`.

    `fork` is where the branch is pushed to, None where that is the repository itself. `beside`
    opens another repository of that host by its name, None where nobody can.
    """

    host: str
    repository: str
    remote: Remote
    forge: Forge
    fork: Hosted | None = None
    beside: Callable[[str], Forge] | None = None

    @property
    def limit(self) -> int:
        """How many bytes a description may have."""
        return min(self.forge.body_limit, LONGEST)

    def source(self, branch: str) -> str:
        """Return what the forge calls our branch."""
        return in_fork(self.fork, branch) if self.fork else branch


class Published(Value, frozen=True, kw_only=True):
    """What became of one change. `action` is the decision, `held` why it was not carried out.

    `way` is that of git alone (`plain.Way`), empty where the forge's own interface was used.
    `notes` tell what was asked for and could not be had.
    """

    repository: str
    branch: str
    action: Action
    commit: str = ""
    url: str = ""
    held: str = ""
    way: str = ""
    notes: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The action's name, `held` where it waits."""
        return "held" if self.held else str(self.action.__struct_config__.tag)

    @property
    def reason(self) -> str:
        """Why, in a sentence."""
        return self.held or self.action.reason


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """Publishes outcomes. With `rehearse` nothing is written, only decided."""

    terms: Terms
    throttle: Throttle
    rehearse: bool = False
    say: Callable[[str], None] = lambda _: None

    def publish(self, site: Site, outcome: Outcome) -> Published:
        """Bring one change to its forge; what the forge wants to be waited for is waited for."""
        asked = 0
        while True:
            try:
                done = self._once(site, outcome)
            except ForgeError as error:
                asked += 1
                if error.wait is None or self.rehearse or asked > _ROUNDS:
                    raise
                self._hold(site.host, error, error.wait)
            else:
                if done is not None:
                    return done

    def _hold(self, host: str, error: ForgeError, seconds: float) -> None:
        self.say(f"{host}: {error.brief} Waiting {seconds:.0f} seconds.")
        self.throttle.book.hold(host, self.throttle.clock() + seconds)
        self.throttle.sleep(seconds)

    def _once(self, site: Site, outcome: Outcome) -> Published | None:
        """Return what became of it, None after a pause: everything may have changed meanwhile."""
        job = _Job.begin(self.terms, site, outcome)
        action = job.decided()
        held = self._full(site) if isinstance(action, Create) else ""
        if held or self.rehearse:
            return job.result(action, held=held)
        if isinstance(action, Create | Update) and (pause := self.throttle.pause(site.host)) > 0:
            self.say(f"{site.host}: the budget allows the next change in {pause:.0f} seconds.")
            self.throttle.sleep(pause)
            return None
        done = job.carry_out(action)
        if (state := _state(done.action)) is not None:
            self.throttle.note(job.offer(self.throttle.campaign), state)
        return done

    def _full(self, site: Site) -> str:
        """Say why no further request may be opened, empty where one may.

        Before that, requests that nobody has looked at for a while are asked about: people merge
        and close them without telling us.
        """
        why = self.throttle.full(site.host)
        if not why or site.beside is None:
            return why
        for offer in self.throttle.doubtful(site.host):
            self.throttle.note(offer, _standing(site.beside, offer))
            if not (why := self.throttle.full(site.host)):
                break
        return why


@dataclass(frozen=True, kw_only=True)
class _Job:
    """One change on its way; looks at the remote once, when it begins."""

    terms: Terms
    site: Site
    papers: Papers
    branch: str
    look: Look
    requests: tuple[MergeRequest, ...]

    @classmethod
    def begin(cls, terms: Terms, site: Site, outcome: Outcome) -> "_Job":
        """Look at the remote and at the forge."""
        papers = Papers(outcome=outcome, limit=site.limit)
        branch, look = looked(site.remote, terms, outcome.plan.target)
        requests = site.forge.find(site.source(branch), look.target)
        return cls(
            terms=terms, site=site, papers=papers, branch=branch, look=look, requests=requests
        )

    def offer(self, campaign: str) -> Offer:
        """Return the request as the budget knows it."""
        return Offer(
            host=self.site.host,
            repository=self.site.repository,
            source=self.site.source(self.branch),
            target=self.look.target,
            campaign=campaign,
        )

    def decided(self) -> Action:
        """Return what to do."""
        wishes = Wishes(reopen=self.terms.reopen, rebase=self.terms.rebase)
        have = self.papers.have(self.site.remote.author())
        return decide(self.look, self.requests, have, wishes)

    def carry_out(self, action: Action) -> Published:
        """Do it."""
        match action:
            case Create():
                return self._create(action)
            case Update():
                return self._update(action, self._pushed(push=action.push))
            case LeaveAlone():
                leave_word(self.site.forge, self.look, action)
            case Close():
                self._close(action)
            case StayClosed() | Done() | Nothing():
                pass
            case _:
                assert_never(action)
        return self.result(action)

    def result(
        self, action: Action, *, commit: str = "", url: str = "", held: str = ""
    ) -> Published:
        """Return what became of it."""
        known = _request(action)
        return Published(
            repository=self.site.repository,
            branch=self.branch,
            action=action,
            commit=commit,
            url=url or (known.url if known else ""),
            held=held,
        )

    def _pushed(self, *, push: bool) -> str:
        """Return the commit that the branch is at, after pushing a new one where that is due."""
        tip = self.look.tip
        if tip is not None and not push:
            return tip.commit
        commit = self.site.remote.commit(order(self.papers, self.terms))
        self.site.remote.push(self.branch, commit, tip.commit if tip else "")
        return commit

    def _create(self, action: Create) -> Published:
        commit = self._pushed(push=action.push)
        try:
            made = self.site.forge.create(self._new(commit))
        except ForgeError:
            other = self._opened_meanwhile()
            if other is None:
                raise
            update = Update(reason="Another run opened it meanwhile.", request=other, push=False)
            return self._update(update, commit)
        done = self.result(action, commit=commit, url=made.url)
        return msgspec.structs.replace(done, notes=made.notes)

    def _new(self, commit: str) -> NewRequest:
        terms = self.terms
        return NewRequest(
            source=self.site.source(self.branch),
            target=self.look.target,
            title=self.papers.title,
            body=self.papers.body("", self.branch, commit),
            draft=terms.draft,
            labels=terms.labels,
            reviewers=terms.reviewers,
            assignees=terms.assignees,
        )

    def _opened_meanwhile(self) -> MergeRequest | None:
        """Return the request that is there all the same, by a run beside us or a lost answer."""
        found = self.site.forge.find(self.site.source(self.branch), self.look.target)
        return next((one for one in found if one.state is RequestState.OPEN), None)

    def _update(self, action: Update, commit: str) -> Published:
        request = action.request
        body = self.papers.body(request.body, self.branch, commit)
        self.site.forge.update(request.number, self.papers.retitled(request.title), body)
        return self.result(action, commit=commit)

    def _close(self, action: Close) -> None:
        """Say why, mark it as closed by us, then close it."""
        request, note = action.request, f"Closed by stepdown: {action.reason}"
        self.site.forge.comment(request.number, gfm.marked(note))
        part = description.found(request.body)
        if part is not None and not part.mark.closed:
            body = noted(request.body, note, closed=True)
            self.site.forge.update(request.number, request.title, body)
        self.site.forge.close(request.number)


def leave_word(forge: Forge, look: Look, action: LeaveAlone) -> None:
    """Say that a branch is left alone, where that is news.

    First as a comment, then in the description: there a later run sees that it was said.
    """
    request, tip = action.request, look.tip
    if request is None or tip is None or not action.tell:
        return
    note = f"stepdown leaves the branch alone from here on. {action.reason}"
    text = gfm.marked(f"{note} The report above is of the commit that it names.")
    forge.comment(request.number, text)
    body = noted(request.body, note, edited=tip.commit)
    forge.update(request.number, request.title, body)


def looked(remote: Remote, terms: Terms, target: Target) -> tuple[str, Look]:
    """Return the change's branch, and the remote as it is now.

    A request for another branch than the default one has a branch of its own.
    """
    branch = terms.branch or request_branch(target.dockerfile)
    look = remote.look(branch, terms.target, target.dockerfile, target.commit)
    if terms.branch or look.usual:
        return branch, look
    branch = request_branch(target.dockerfile, look.target)
    return branch, remote.look(branch, terms.target, target.dockerfile, target.commit)


def order(papers: Papers, terms: Terms) -> CommitOrder:
    """Return the commit that carries the change.

    Its time is that of the run, so that the same record always makes the same commit.
    """
    have = papers.have("")
    return CommitOrder(
        parent=have.commit,
        path=have.path,
        content=have.after,
        message=papers.message(),
        when=papers.outcome.started,
        signoff=terms.signoff,
        hooks=terms.hooks,
    )


def _standing(beside: Callable[[str], Forge], offer: Offer) -> RequestState:
    """Return where a request stands; one that cannot be seen any more waits for nobody."""
    try:
        found = beside(offer.repository).find(offer.source, offer.target)
    except ForgeError as error:
        if error.wait is not None:
            raise
        return RequestState.CLOSED
    states = [one.state for one in found]
    if RequestState.OPEN in states:
        return RequestState.OPEN
    return states[0] if states else RequestState.CLOSED


def _request(action: Action) -> MergeRequest | None:
    return None if isinstance(action, Create) else action.request


def _state(action: Action) -> RequestState | None:
    """Return where the request stands after an action, None where there is none."""
    match action:
        case Create() | Update():
            return RequestState.OPEN
        case Close():
            return RequestState.CLOSED
        case _:
            known = _request(action)
            return known.state if known else None
