"""Names of branches, forks and people, alike on all forges."""

from collections.abc import Callable, Iterable, Mapping
from urllib.parse import urlsplit, urlunsplit

from stepdown.adapters.forges.faults import Fault
from stepdown.errors import ForgeError
from stepdown.model.request import MergeRequest, RequestState


def split(source: str, own: str) -> tuple[str, str]:
    """Return the full name of the repository that a source lives in, and the branch there.

    `own` is the repository that is asked; a name without an owner's part is taken for the owner.
    """
    name, _, branch = source.rpartition(":")
    if not name:
        return own, branch
    return (name if "/" in name else f"{name}/{own.rpartition('/')[2]}"), branch


def joined(name: str, branch: str, own: str) -> str:
    """Return the source: the branch, with the name of its repository where that is another one."""
    return branch if name.casefold() == own.casefold() else f"{name}:{branch}"


def without_user(url: str) -> str:
    """Return the URL without a user's name or password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def ours(found: Iterable[MergeRequest], source: str, target: str) -> tuple[MergeRequest, ...]:
    """Return the requests from `source` to `target`, newest first."""
    fitting = (r for r in found if r.target == target and _same(r.source, source))
    return tuple(sorted(fitting, key=lambda request: -request.number))


def still_open(found: Iterable[MergeRequest]) -> MergeRequest | None:
    """Return the newest one that is open."""
    return next((r for r in found if r.state is RequestState.OPEN), None)


def said(texts: Iterable[str], text: str) -> bool:
    """Tell whether a comment is there; forges change ends of lines and of texts."""
    wanted = _plain(text)
    return any(_plain(one) == wanted for one in texts)


def people(
    wanted: Iterable[str], known: Mapping[str, str], forge: str, role: str
) -> tuple[list[str], list[str]]:
    """Return the forge's ids of people, and a note about each that it does not know."""
    folded = {name.casefold(): ident for name, ident in known.items()}
    names = list(dict.fromkeys(wanted))
    ids = [folded[name.casefold()] for name in names if name.casefold() in folded]
    notes = [
        f"{name} is no {role}: {forge} knows nobody of that name here who can be one."
        for name in names
        if name.casefold() not in folded
    ]
    return ids, notes


def without(what: str, names: Iterable[str], forge: str) -> list[str]:
    """Return the note about something that a forge does not have."""
    names = tuple(names)
    return [f"{', '.join(names)}: {forge} has no {what}."] if names else []


def attempt(what: str, do: Callable[[], list[str]]) -> list[str]:
    """Do what may fail without harm; return its notes, or one about the failure."""
    try:
        return do()
    except Fault as fault:
        return [f"{what}: {fault.brief} {fault.hint}"]
    except ForgeError as fault:
        return [f"{what}: {fault.brief}"]


def _same(one: str, other: str) -> bool:
    """Compare sources: names of repositories are the same in any case, branches are not."""
    name, _, branch = one.rpartition(":")
    wanted, _, there = other.rpartition(":")
    return branch == there and name.casefold() == wanted.casefold()


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
