"""What became of a merge request, in words for people."""

from stepdown.flow.publish.decide import Action, Update
from stepdown.flow.publish.plain import Way
from stepdown.flow.publish.publish import Published
from stepdown.report.words import capitalised

_DONE = {
    "create": "opened",
    "update": "brought up to date",
    "leave_alone": "left alone",
    "stay_closed": "stays closed",
    "done": "done",
    "close": "closed",
    "nothing": "as it was",
    "held": "waits",
}
_WOULD = {
    **_DONE,
    "create": "would be opened",
    "update": "would be updated",
    "close": "would be closed",
    "held": "would wait",
}
_BY_GIT = {
    Way.BRANCH: "the branch {branch} {is_} pushed; the merge request is opened by hand",
    Way.OPTIONS: "the branch {branch} {is_} pushed, and a merge request asked for",
    Way.REVIEW: "the change {is_} put up for review",
    Way.PATCHES: "the patch {is_} written",
}
"""Git alone opens no request: it asks for one, or leaves that to people."""


def said(done: Published, *, rehearse: bool = False) -> str:
    """Return what was done in a few words, or what would be done."""
    if _asked_by_git(done):
        return _BY_GIT[Way(done.way)].format(
            branch=done.branch, is_="would be" if rehearse else "is"
        )
    return word(done, rehearse=rehearse)


def word(done: Published, *, rehearse: bool = False) -> str:
    """Return what was done as one word or two, for a count."""
    if _asked_by_git(done):
        return "would be pushed" if rehearse else "pushed"
    return (_WOULD if rehearse else _DONE)[done.kind]


def reason(done: Published) -> str:
    """Return why, empty where git alone pushes: it cannot know which requests there are."""
    return "" if _asked_by_git(done) else done.reason


def headline(done: Published, *, rehearse: bool = False) -> str:
    """Return what was done as the start of a sentence."""
    text = said(done, rehearse=rehearse)
    return capitalised(text) if _asked_by_git(done) else f"Merge request: {text}"


def expected(action: Action) -> str:
    """Return what is expected of a change that works, before anybody knows which one it is."""
    if isinstance(action, Update):
        return f"#{action.request.number} is open, and follows where the result is another one."
    return action.reason


def _asked_by_git(done: Published) -> bool:
    return bool(done.way) and done.kind == "create"
