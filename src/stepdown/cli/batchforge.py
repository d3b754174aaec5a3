"""All repositories of an owner on a forge, for a batch: `--from-forge github:ORG`."""

from collections.abc import Iterator
from dataclasses import dataclass

from stepdown.adapters.credentials import Credential, Search
from stepdown.adapters.forges.login import Login
from stepdown.adapters.forges.opening import home, open_directory
from stepdown.adapters.forges.place import ALIASES, KINDS
from stepdown.adapters.redactor import Redactor
from stepdown.errors import UsageError
from stepdown.model.fleet import Entry
from stepdown.model.request import Hosted

Skipped = tuple[Entry, str]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Owners as KIND:OWNER; `root` is the address of the forge, `command` prints a token."""

    owners: tuple[str, ...] = ()
    root: str = ""
    command: str = ""

    def read(self) -> tuple[tuple[Entry, ...], tuple[Skipped, ...]]:
        """Ask the forges: what is to be looked at, and what is not, with the reason.

        Raises UsageError for an owner that names no forge, ForgeError.
        """
        found = [hosted for owner in self.owners for hosted in self._of(owner)]
        wanted = [_entry(one) for one in found if not _why_not(one)]
        skipped = [(_entry(one), _why_not(one)) for one in found if _why_not(one)]
        return tuple(wanted), tuple(skipped)

    def _of(self, word: str) -> Iterator[Hosted]:
        name, _, owner = word.partition(":")
        kind = ALIASES.get(name, name)
        if kind not in KINDS or not owner:
            raise UsageError(
                f"--from-forge {word} names no forge and owner.",
                hint=f"Give it like github:ORG or gitlab:GROUP; forges: {', '.join(KINDS)}.",
            )
        credential = Search(self.root or home(kind), kind, command=self.command).find()
        login = _login(credential)
        with Redactor(credential.secrets if credential else ()).errors():
            yield from open_directory(kind, login, root=self.root).repositories(owner)


def _login(credential: Credential | None) -> Login:
    if credential is None:
        return Login("")
    return Login(credential.token, credential.user, credential.source)


def _entry(hosted: Hosted) -> Entry:
    return Entry(repository=hosted.url, base=hosted.default_branch)


def _why_not(hosted: Hosted) -> str:
    """Say why a repository is not looked at, empty where it is."""
    if hosted.archived:
        return "It is archived."
    if hosted.empty:
        return "It is empty."
    return "It is a fork: the original is the place for a change." if hosted.fork else ""
