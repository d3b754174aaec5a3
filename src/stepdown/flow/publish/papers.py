"""The texts of a merge request, from an outcome and from what stands there already."""

from hashlib import sha256

import msgspec

from stepdown.deliver import description
from stepdown.deliver.description import Mark, Part
from stepdown.deliver.identity import identity, with_trailers
from stepdown.flow.publish.decide import Have, Standing
from stepdown.model.image import Value
from stepdown.model.trial import BaselineVerdict, Delivery, Outcome, Trial, Verdict
from stepdown.report import account, gfm, request, words
from stepdown.report.document import Section, paragraph
from stepdown.report.headline import claim, winner

_ROUND = 400
"""Bytes that are kept free: line ends between the parts, and what forges add."""
_FIRST, _LONG = 3, 300
"""Of how many bases it is said why they fail, and in how many characters."""
_HOUSE = Section(
    "About this description",
    (
        paragraph(
            "A later run of stepdown replaces this report and keeps what stands above or below "
            "it. A branch that somebody changed is left alone, and a request that somebody closed "
            "stays closed."
        ),
    ),
)


class Papers(Value, frozen=True, kw_only=True):
    """The texts for one outcome. `limit` is the forge's for a description, in bytes."""

    outcome: Outcome
    limit: int = 60_000

    @property
    def title(self) -> str:
        """The title, as stepdown would choose it."""
        return request.title(self.outcome)

    def have(self, author: str) -> Have:
        """Return what the outcome has to offer; `author` is who commits here."""
        target, best = self.outcome.plan.target, winner(self.outcome)
        text = best.rewrite.text if best else target.text
        return Have(
            standing=_standing(self.outcome),
            reason=_reason(self.outcome),
            commit=target.commit,
            path=target.dockerfile,
            before=_bytes(target.text),
            after=_bytes(text),
            author=author,
            state=self.state,
        )

    @property
    def state(self) -> str:
        """The digest of all that a reader would compare."""
        every = msgspec.json.encode(account.facts(self.outcome))
        return sha256(every).hexdigest()[:16]

    def message(self) -> str:
        """Return the commit's message with its trailer."""
        have = self.have("")
        return with_trailers(request.commit_message(self.outcome), have.identity)

    def retitled(self, current: str) -> str:
        """Return the title that a request gets: one that a person chose stays.

        A forge may have put something before it (`Draft:`), which stays too.
        """
        subject = self.outcome.plan.target.dockerfile
        ours = f"Move {subject} "
        at = current.find(ours)
        return f"{current[:at]}{self.title}" if at >= 0 else current

    def body(self, before: str, branch: str, commit: str) -> str:
        """Return the description of a request whose branch is at `commit`.

        `before` is the one that stands there, empty for a new request.
        """
        part = description.found(before)
        since = self._since(part)
        shown = _delivered(self.outcome, branch, commit)
        free = self.limit - description.around(before)
        mark = self._mark(commit, free)
        room = free - len(description.written(mark, "").encode())
        text = request.body(shown, limit=max(room - _ROUND, 0), first=since, last=(_HOUSE,))
        return description.replaced(before, description.written(mark, text))

    def _since(self, part: Part | None) -> tuple[Section, ...]:
        if part is None:
            return ()
        facts = account.facts(self.outcome)
        kept = {name for name, _ in part.mark.facts}
        cut = len(part.mark.facts) < len(facts) and part.mark.state != self.state
        after = tuple(fact for fact in facts if fact[0] in kept) if cut else facts
        return account.since(part.mark.facts, after, touched=part.touched)

    def _mark(self, commit: str, limit: int) -> Mark:
        best = winner(self.outcome)
        target = self.outcome.plan.target
        full = Mark(
            identity=identity(target.dockerfile, _bytes(best.rewrite.text)) if best else "",
            state=self.state,
            facts=account.facts(self.outcome),
            pushed=commit,
        )
        return description.room(full, limit)


def noted(before: str, note: str, *, edited: str = "", closed: bool = False) -> str:
    """Return a description in which our part says `note` at its start and remembers why.

    Returned as it is where it holds no part of ours.
    """
    part = description.found(before)
    if part is None:
        return before
    mark = msgspec.structs.replace(
        part.mark, edited=edited or part.mark.edited, closed=closed or part.mark.closed
    )
    text = f"> {gfm.marked(note)}\n\n{part.text}"
    return description.replaced(before, description.written(mark, text))


def _standing(outcome: Outcome) -> Standing:
    if winner(outcome) is not None:
        return Standing.WORKS
    if outcome.baseline.verdict is not BaselineVerdict.GREEN or not outcome.trials:
        return Standing.UNKNOWN
    last = {trial.candidate.image: trial for trial in outcome.trials}
    return Standing.FAILS if all(map(_failed, last.values())) else Standing.UNKNOWN


def _reason(outcome: Outcome) -> str:
    """Return the claim; where nothing works any more, with what went wrong on the first bases."""
    if _standing(outcome) is not Standing.FAILS:
        return claim(outcome)
    last = {trial.candidate.image: trial.reason for trial in outcome.trials}
    wrong = [words.closed(f"{image}: {why[:_LONG]}") for image, why in last.items()]
    return " ".join((claim(outcome), *wrong[:_FIRST]))


def _failed(trial: Trial) -> bool:
    return trial.verdict in {Verdict.REGRESSION, Verdict.NOT_BUILT}


def _delivered(outcome: Outcome, branch: str, commit: str) -> Outcome:
    target = outcome.plan.target
    delivery = Delivery(
        repository=target.repository,
        branch=branch,
        commit=commit,
        dockerfile=target.dockerfile,
        title=request.title(outcome),
    )
    return msgspec.structs.replace(outcome, delivery=delivery)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
