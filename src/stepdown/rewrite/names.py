"""Alpine's names for the package words of one RUN."""

from collections.abc import Mapping

from stepdown.dockerfile import ShellWord
from stepdown.model.recipe import PackageName
from stepdown.rewrite import apt


class Refused(Exception):  # noqa: N818  (a way out of a translation, not a fault)
    """The RUN cannot be translated; the text says why.

    `unresolved` names unknown packages, `hint` says what to do where that is known, and `breakage`
    is the id in recipes/breakages where it is another one than that of a foreign package manager.
    """

    def __init__(
        self,
        reason: str,
        unresolved: tuple[str, ...] = (),
        hint: str = "",
        breakage: str = "",
    ) -> None:
        super().__init__(reason)
        self.breakage = breakage
        self.unresolved = unresolved
        self.hint = hint


class Names:
    """Looks package words up, and remembers which ones are unknown."""

    def __init__(self, table: Mapping[str, PackageName], *, bash: bool) -> None:
        self._table = table
        self._bash = bash
        self._unknown: dict[str, None] = {}

    def of(self, word: ShellWord, notes: list[str] | None = None) -> tuple[str, ...]:
        """Return Alpine's names for a word; what falls away is said in `notes`.

        Raises Refused where the word is not fixed. An unknown name gives nothing, until `check`.
        """
        alpine: dict[str, None] = {}
        for name, version in self._read(word):
            alpine.update(dict.fromkeys(self._named(name, version, [] if notes is None else notes)))
        return tuple(alpine)

    def each(self, word: ShellWord) -> dict[str, tuple[str, ...]]:
        """Map the packages of a word, which are several in braces, to Alpine's names."""
        return {name: self._named(name, "", []) for name, _ in self._read(word)}

    def _read(self, word: ShellWord) -> tuple[tuple[str, str], ...]:
        found = apt.packages(word, bash=self._bash)
        if not found:
            raise Refused(f"The package {word.raw} is not a fixed name.")
        return found

    def _named(self, name: str, version: str, notes: list[str]) -> tuple[str, ...]:
        row = self._table.get(name)
        if row is None:
            self._unknown[name] = None
            return ()
        if version:
            notes.append(f"the version {version} of {name} is a Debian one and falls away")
        if not row.alpine:
            notes.append(f"{name} is not needed on Alpine")
        return row.alpine

    def check(self) -> None:
        """Raise Refused where a name was unknown."""
        if self._unknown:
            names = tuple(self._unknown)
            raise Refused(f"No Alpine package is known for {', '.join(names)}.", names)
