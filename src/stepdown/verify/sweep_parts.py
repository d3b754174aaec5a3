"""What a sweep showed, and what of it is worse than before. Pure."""

from collections.abc import Iterator, Mapping

from stepdown.model.image import Value
from stepdown.model.recipe import Channel
from stepdown.model.trial import Message
from stepdown.rootfs.closure import untagged
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify.sweep_jobs import APPLICATION

_KINDS = {"pypi": "python", "npm": "node"}
Key = tuple[str, str]
Installed = Mapping[Key, frozenset[str]]
"""Versions by language and name of package."""


class Part(Value, frozen=True, kw_only=True):
    """One thing that was loaded, or not: a module, a flag of a package, a compiled add-on.

    `text` is the error or the flag's value; `absent` says that there is no such thing at all.
    """

    language: str
    owner: str
    part: str
    ok: bool
    version: str = ""
    text: str = ""
    absent: bool = False

    @property
    def addon(self) -> bool:
        """Whether it is one of several builds of the same thing, of which one is enough."""
        return self.part.startswith("addon ")

    @property
    def key(self) -> Key:
        """What makes it the same on both sides: an add-on's builds for any platform are one."""
        return self.language, untagged(self.part) if self.addon else self.part


class Swept(Value, frozen=True, kw_only=True):
    """What came of a sweep: its parts, how many were not reached, and what went wrong with it."""

    parts: tuple[Part, ...] = ()
    left: int = 0
    trouble: tuple[Message, ...] = ()
    seconds: float = 0

    @property
    def best(self) -> dict[Key, Part]:
        """The parts by key; where there are several, one that loads."""
        return {part.key: part for part in sorted(self.parts, key=lambda part: part.ok)}

    @property
    def loaded(self) -> dict[Key, Part]:
        """The parts that load."""
        return {key: part for key, part in self.best.items() if part.ok}


class Worse(Value, frozen=True, kw_only=True):
    """What loaded before and does not now; `after` is None where it is not there at all.

    `goes_on` tells that other parts of the same package still load.
    """

    before: Part
    after: Part | None
    goes_on: bool

    @property
    def silent(self) -> bool:
        """Whether the package works without it, so that no error would ever tell."""
        missing = self.after is None or self.after.absent
        own = self.before.owner == APPLICATION  # a module of the language is no part of it
        return not own and self.goes_on and (missing or (self.after is not None and self.after.ok))

    @property
    def sentence(self) -> str:
        """What is worse, in one line."""
        old, new = self.before, self.after
        owner = f"{old.owner} {old.version}".rstrip()
        if self.silent:
            change = f" is {new.text}, and was {old.text}" if new and new.ok else ""
            return f"{owner} goes on without its compiled part: {old.part}{change}"
        why = new.text.partition("\n")[0] if new else "nothing in the image could load it"
        return f"{old.part} of {owner} does not load any more: {why}"

    @property
    def messages(self) -> Iterator[Message]:
        """The error as it was raised, and what it means where the package goes on without."""
        if self.after is not None and not self.after.ok:
            yield Message(channel=Channel.LOG, text=self.after.text)
        if self.silent or self.after is None:
            yield Message(channel=Channel.STATIC, text=self.sentence)


def worse(loaded: Mapping[Key, Part], swept: Swept, versions: Installed) -> dict[Key, Worse]:
    """Return what of `loaded` is worse in `swept`; `versions` are those that are installed there.

    Another version of a package may have other parts. A package that is not there at all was
    perhaps not wanted (see `gone`). What was not reached in time is not known to be worse.
    """
    best, partial = swept.best, swept.left > 0
    owners = {part.owner for part in swept.parts if part.ok}
    return {
        key: Worse(before=before, after=best.get(key), goes_on=before.owner in owners)
        for key, before in sorted(loaded.items())
        if _is_worse(before, best.get(key), versions, partial=partial)
    }


def _is_worse(before: Part, after: Part | None, versions: Installed, *, partial: bool) -> bool:
    if before.owner == APPLICATION:  # it is in both images, whatever its version
        return not partial if after is None else not after.ok
    there = versions.get((before.language, before.owner), frozenset())
    if after is None:
        wanted = before.version in there if before.addon else bool(there)
        return wanted and not partial
    if after.absent:
        return before.version in there
    return not after.ok or after.text != before.text


def gone(loaded: Mapping[Key, Part], swept: Swept) -> list[str]:
    """Return the packages of which something that loaded before is not there at all."""
    best = swept.best
    afters = ((before.owner, best.get(key)) for key, before in loaded.items())
    missing = {owner for owner, after in afters if after is None or after.absent}
    return sorted(missing) if not swept.left else []


def installed(fs: RootFS) -> Installed:
    """Return the versions of all packages of languages, by language and name."""
    versions: dict[Key, set[str]] = {}
    for package in fs.languages:
        key = (_KINDS.get(package.kind, package.kind), package.name)
        versions.setdefault(key, set()).add(package.version)
    return {key: frozenset(found) for key, found in versions.items()}
