"""What becomes of a merge request: from what the remote has and what we have to one action.

Nothing here touches the world. Every action carries its reason, for people.
"""

from enum import StrEnum

from stepdown.deliver.description import Part, found
from stepdown.deliver.identity import identity
from stepdown.model.image import Value
from stepdown.model.remote import Look, Tip
from stepdown.model.request import MergeRequest, RequestState

_HAND_BACK = "Take that commit away to hand the branch back."


class Standing(StrEnum):
    """What the last run says of the change. Only `works` is a reason to offer it.

    `fails` says that it was shown not to work, `unknown` that nothing was shown either way.
    """

    WORKS = "works"
    FAILS = "fails"
    UNKNOWN = "unknown"


class Have(Value, frozen=True, kw_only=True):
    """What we have: a change of the Dockerfile `path` from `before` to `after`, and its standing.

    `commit` is the one that was verified. `reason` is the standing in one sentence. `author` is the
    e-mail address under which git commits here. `state` is the digest of what a reader would
    compare.
    """

    standing: Standing
    reason: str
    commit: str
    path: str
    before: bytes
    after: bytes
    author: str
    state: str

    @property
    def identity(self) -> str:
        """The fingerprint of the change."""
        return identity(self.path, self.after)


class Wishes(Value, frozen=True, kw_only=True):
    """What the user wants beyond the usual: `rebase` rebuilds the commit wherever it stands."""

    reopen: bool = False
    rebase: bool = False


class Create(Value, frozen=True, kw_only=True, tag="create"):
    """Open a request; `push` where the branch does not carry the change yet."""

    reason: str
    push: bool


class Update(Value, frozen=True, kw_only=True, tag="update"):
    """Bring a request up to date: its branch where `push` says so, and its description."""

    reason: str
    request: MergeRequest
    push: bool


class LeaveAlone(Value, frozen=True, kw_only=True, tag="leave_alone"):
    """A person works on it: on the `request`, where there is one. `tell` says that it is news."""

    reason: str
    request: MergeRequest | None = None
    tell: bool = False


class StayClosed(Value, frozen=True, kw_only=True, tag="stay_closed"):
    """A person closed the request."""

    reason: str
    request: MergeRequest


class Done(Value, frozen=True, kw_only=True, tag="done"):
    """The change was merged."""

    reason: str
    request: MergeRequest | None = None


class Close(Value, frozen=True, kw_only=True, tag="close"):
    """Close our own request: its change does not work any more."""

    reason: str
    request: MergeRequest


class Nothing(Value, frozen=True, kw_only=True, tag="nothing"):
    """Everything is as it should be, or there is nothing to offer."""

    reason: str
    request: MergeRequest | None = None


Action = Create | Update | LeaveAlone | StayClosed | Done | Close | Nothing


def decide(look: Look, requests: tuple[MergeRequest, ...], have: Have, wishes: Wishes) -> Action:
    """Return what to do.

    `requests` are all from our branch to the target, newest first, in every state.
    """
    opened = tuple(one for one in requests if one.state is RequestState.OPEN)
    if len(opened) > 1:
        numbers = ", ".join(f"#{one.number}" for one in opened)
        return LeaveAlone(
            reason=f"{len(opened)} requests from the same branch are open ({numbers}): close all "
            "but one."
        )
    request = opened[0] if opened else None
    if have.standing is not Standing.WORKS:
        return _not_offered(look, request, have)
    if (ended := _elsewhere(look, request, have)) is not None:
        return ended
    if look.tip is not None and (who := _stranger(look.tip, have)):
        return LeaveAlone(reason=who, request=request, tell=_to_be_told(request))
    if request is not None:
        return _open(look, request, have, wishes)
    return _absent(look, requests, have, wishes)


def _elsewhere(look: Look, request: MergeRequest | None, have: Have) -> Action | None:
    """Return what to do where the target is not what was verified, None where it is."""
    if look.file == have.after:
        return Done(reason=f"{look.target} has the change already.", request=request)
    if look.file != have.before:
        return Nothing(
            reason=f"{have.path} on {look.target} is not the file that was verified: run again on "
            "its current commit.",
            request=request,
        )
    if not look.known:
        return Nothing(
            reason=f"The commit under the change ({have.commit[:12]}) is not part of "
            f"{look.target} on the remote: push it there first, or name another branch with "
            "--into.",
            request=request,
        )
    return None


def _not_offered(look: Look, request: MergeRequest | None, have: Have) -> Action:
    part = found(request.body) if request else None
    if request is None or part is None:
        return Nothing(reason=have.reason, request=request)
    if have.standing is Standing.UNKNOWN:
        return Nothing(
            reason=f"{have.reason} That says nothing against the open request, so it stays.",
            request=request,
        )
    if look.tip is not None and (who := _stranger(look.tip, have)):
        why = f"{have.reason} The request stays open all the same. {who}"
        return LeaveAlone(reason=why, request=request, tell=_to_be_told(request))
    return Close(reason=have.reason, request=request)


def _stranger(tip: Tip, have: Have) -> str:
    """Say why the branch is not ours any more, empty where it is as we pushed it."""
    last = f"The branch's last commit ({tip.commit[:12]})"
    if not tip.identity:
        return f"{last} was not made by stepdown. {_HAND_BACK}"
    if len(tip.parents) != 1 or tip.changed != (have.path,):
        return f"{last} changes more than {have.path}. {_HAND_BACK}"
    if tip.content is None or identity(have.path, tip.content) != tip.identity:
        return f"{last} was changed after stepdown had made it. {_HAND_BACK}"
    if tip.author.lower() != have.author.lower():
        return f"{last} is by {tip.author}, and here git commits as {have.author}. {_HAND_BACK}"
    return ""


def _to_be_told(request: MergeRequest | None) -> bool:
    """Tell whether the request has a part of ours that does not say so yet."""
    part = found(request.body) if request else None
    return part is not None and not part.mark.edited


def _open(look: Look, request: MergeRequest, have: Have, wishes: Wishes) -> Action:
    part = found(request.body)
    if why := _to_push(look, have, wishes):
        return Update(reason=why, request=request, push=True)
    if why := _to_describe(part, look, have):
        return Update(reason=why, request=request, push=False)
    return Nothing(
        reason=f"#{request.number} is open with the same change and the same results.",
        request=request,
    )


def _to_push(look: Look, have: Have, wishes: Wishes) -> str:
    """Say why the branch has to be pushed, empty where it carries the change."""
    tip = look.tip
    if tip is None:
        return "The branch is not on the remote."
    if tip.identity != have.identity:
        return "The change is another one than before."
    if tip.below != look.file:
        return f"{have.path} has changed on {look.target} since: the change is made anew on it."
    if wishes.rebase and have.commit not in tip.parents:
        return f"{look.target} has moved on, and --rebase always asks to follow it."
    return ""


def _to_describe(part: Part | None, look: Look, have: Have) -> str:
    """Say why the description has to be written anew, empty where it says all.

    A person who took our part out of it does not get it back with every run.
    """
    if part is None:
        return ""
    if part.mark.state != have.state:
        return "The results are others than before."
    if look.tip is not None and part.mark.pushed != look.tip.commit:
        return "The description is of an earlier commit."
    return ""


def _absent(look: Look, requests: tuple[MergeRequest, ...], have: Have, wishes: Wishes) -> Action:
    last = requests[0] if requests else None
    push = _to_push(look, have, wishes)
    if last is None:
        return Create(reason="There is no request yet.", push=bool(push))
    part = found(last.body)
    if last.state is RequestState.MERGED and not wishes.reopen:
        if part is not None and part.mark.identity == have.identity:
            return Done(reason=f"#{last.number} was merged with this change.", request=last)
        return Create(reason=f"#{last.number} is merged; this is another change.", push=bool(push))
    if part is not None and part.mark.closed:
        return Create(
            reason=f"#{last.number} was closed because the change did not work; now it does.",
            push=bool(push),
        )
    if not wishes.reopen:
        who = f" by {last.closed_by}" if last.closed_by else ""
        return StayClosed(
            reason=f"#{last.number} was closed{who}; --reopen opens a new one.", request=last
        )
    return Create(reason=f"--reopen: #{last.number} is {last.state}.", push=bool(push))
