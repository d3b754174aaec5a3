"""Merge requests by git alone, where there is no token for a forge's interface.

Less can be known then: whether a request is open, was closed or merged is not asked. The branch
tells whether it carries the change already and whether somebody changed it.
"""

from enum import StrEnum

import msgspec

from stepdown.errors import StepdownError
from stepdown.flow.publish.decide import (
    Action,
    Create,
    LeaveAlone,
    Nothing,
    Standing,
    Wishes,
    decide,
)
from stepdown.flow.publish.papers import Papers
from stepdown.flow.publish.publish import Published, Terms, looked, order
from stepdown.model.image import Value
from stepdown.model.remote import Pushed
from stepdown.model.trial import Outcome
from stepdown.ports import Remote

_LINE = 900
"""Characters of a push option: servers keep them in variables of the environment."""


class Way(StrEnum):
    """How git alone brings a change to people.

    `options` asks GitLab for a merge request by push options, `review` asks Gitea or Forgejo for a
    pull request by pushing to refs/for, `branch` pushes and passes on the address that the server
    prints, `patches` writes a file.
    """

    OPTIONS = "options"
    REVIEW = "review"
    BRANCH = "branch"
    PATCHES = "patches"


USUAL = {"gitlab": Way.OPTIONS, "gitea": Way.REVIEW}
"""The best way of each kind of forge; `branch` for all others."""


class Courier(Value, frozen=True, kw_only=True):
    """Brings changes by git alone. `folder` is for patches; with `rehearse` nothing is written."""

    terms: Terms
    way: Way
    repository: str
    folder: str = ""
    rehearse: bool = False

    def publish(self, remote: Remote, outcome: Outcome) -> Published:
        """Bring one change; a branch that carries it already stays as it is."""
        if self.way is Way.PATCHES:
            return self._written(remote, Papers(outcome=outcome))
        branch, look = looked(remote, self.terms, outcome.plan.target)
        papers = Papers(outcome=outcome)
        wishes = Wishes(rebase=self.terms.rebase)
        action = decide(look, (), papers.have(remote.author()), wishes)
        if isinstance(action, LeaveAlone) and self.way is Way.REVIEW:
            action = Create(reason="A review needs no branch.", push=True)
        if isinstance(action, Create) and not action.push:
            action = Nothing(reason=f"{branch} carries this change already.")
        done = self._published(branch, action)
        if self.rehearse or not isinstance(action, Create):
            return done
        commit = remote.commit(order(papers, self.terms))
        expected = look.tip.commit if look.tip else ""
        return self._brought(done, remote, papers, (look.target, commit, expected))

    def _brought(
        self, done: Published, remote: Remote, papers: Papers, where: tuple[str, str, str]
    ) -> Published:
        target, commit, expected = where
        match self.way:
            case Way.REVIEW:
                if remote.offered(commit):
                    same = Nothing(reason="It is up for review already.")
                    return msgspec.structs.replace(done, action=same, commit=commit)
                pushed = remote.offer(target, commit, self._review(done.branch, papers))
            case Way.OPTIONS:
                options = self._options(target, papers)
                pushed = remote.push(done.branch, commit, expected, options)
            case _:
                pushed = remote.push(done.branch, commit, expected)
        asked = self.way is not Way.OPTIONS or pushed.options
        return msgspec.structs.replace(
            done,
            commit=commit,
            url=pushed.url,
            way=self.way.value if asked else Way.BRANCH.value,
            notes=self._notes(pushed),
        )

    def _written(self, remote: Remote, papers: Papers) -> Published:
        """Write a patch; that needs no server."""
        have, branch = papers.have(""), self.terms.branch
        works = have.standing is Standing.WORKS
        action = Create(reason="A patch.", push=False) if works else Nothing(reason=have.reason)
        done = self._published(branch, action)
        if self.rehearse or not works:
            return done
        commit = remote.commit(order(papers, self.terms))
        file = remote.patch(commit, self._folder())
        return msgspec.structs.replace(done, commit=commit, url=file)

    def _published(self, branch: str, action: Action) -> Published:
        return Published(
            repository=self.repository, branch=branch, action=action, way=self.way.value
        )

    def _folder(self) -> str:
        if not self.folder:
            raise StepdownError("No folder for the patches is named.", hint="Use --patches FOLDER.")
        return self.folder

    def _notes(self, pushed: Pushed) -> tuple[str, ...]:
        if self.way is Way.OPTIONS and not pushed.options:
            return ("The server takes no push options: open the request by hand.", *pushed.said)
        if self.terms.reviewers:
            return ("git alone cannot ask for reviewers.", *pushed.said)
        return pushed.said

    def _options(self, target: str, papers: Papers) -> tuple[str, ...]:
        """Return what GitLab is asked for. A push option has one line, so the report is short."""
        terms = self.terms
        return (
            "merge_request.create",
            f"merge_request.target={target}",
            f"merge_request.title={papers.title}",
            f"merge_request.description={_brief(papers)}",
            *(("merge_request.draft",) if terms.draft else ()),
            *(f"merge_request.label={label}" for label in terms.labels),
            *(f"merge_request.assign={name}" for name in terms.assignees),
        )

    def _review(self, branch: str, papers: Papers) -> tuple[str, ...]:
        """Return what Gitea and Forgejo are told; the topic finds the same request again."""
        title = f"WIP: {papers.title}" if self.terms.draft else papers.title
        return (
            f"topic={branch}",
            f"title={title}",
            f"description={_brief(papers)}",
            "force-push=true",
        )


def _brief(papers: Papers) -> str:
    text = papers.have("").reason
    more = " The commit's message lists the edits and the checks."
    return f"{text[:_LINE]}{more}"
