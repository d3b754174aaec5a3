"""The tables of what is in the images: packages, commands and files."""

from collections.abc import Iterable, Iterator

import msgspec

from stepdown.model.surface import Known, Surface
from stepdown.model.trial import Outcome
from stepdown.report import card, words
from stepdown.report.headline import winner
from stepdown.report.html.grid import Cell, Column, Grid, Row, State, grid

_PACKAGES = ("os_packages", "language_packages", "runtimes")
_FILES = {
    "setuid_setgid": "setuid or setgid",
    "file_capabilities": "file capabilities",
    "world_writable": "everybody may write it",
    "unowned_binaries": "belongs to no package",
}
_ROLES = {
    "shells": "shell",
    "package_managers": "package manager",
    "language_package_managers": "package manager of a language",
    "network_tools": "network tool",
    "compilers": "compiler or build tool",
    "interpreters": "interpreter or editor",
    "debuggers": "debugger or tracer",
    "privilege_tools": "changes user, rights or namespace",
}


class Sides(msgspec.Struct, frozen=True):
    """The cards to compare; without `after` there is only the image of today."""

    before: Surface
    after: Surface | None

    def items(self, key: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the names behind one measure, before and after."""
        return _items(self.before, key), _items(self.after, key)

    def state(self, key: str, *, before: bool, after: bool) -> State:
        """Return what became of a name; a list that is not complete proves no absence."""
        if self.after is None:
            return State.TODAY
        if before and after:
            return State.KEPT
        if after:
            return State.NEW if _complete(self.before, key) else State.ONLY_AFTER
        return State.GONE if _complete(self.after, key) else State.ONLY_BEFORE

    def origins(self, key: str) -> frozenset[str] | None:
        """Return what was added to the base, None where that is not known."""
        side = self.after or self.before
        rows = side.origin.rows if side.origin else ()
        found = next((row for row in rows if row.key == key and row.added is not None), None)
        return frozenset(found.added_items) if found else None


def sides(outcome: Outcome) -> Sides | None:
    """Return the cards of this run, None where nothing was measured."""
    best = winner(outcome)
    if best is not None and best.delta is not None:
        return Sides(best.delta.before, best.delta.after)
    return Sides(outcome.baseline.surface, None) if outcome.baseline.surface else None


def _items(side: Surface | None, key: str) -> frozenset[str]:
    found = card.measure(side, key)
    return frozenset(found.items if found else ())


def _complete(side: Surface, key: str) -> bool:
    found = card.measure(side, key)
    return found is not None and found.known is Known.MEASURED


def packages(outcome: Outcome) -> Grid | None:
    """Return the packages by kind and name, with their versions on both sides."""
    cards = sides(outcome)
    if cards is None:
        return None
    if cards.after is None:
        versions: tuple[Column, ...] = (Column("Version", mono=True),)
    else:
        versions = (Column("Before", mono=True), Column("After", mono=True))
    known = any(cards.origins(key) is not None for key in _PACKAGES)
    columns = (Column("Package", mono=True), Column("Kind"), *versions, *_from(known=known))
    rows = (row for key in _PACKAGES for row in _package_rows(cards, key, known=known))
    note = "Of the system, of programming languages, and runtimes that belong to no package."
    return grid("packages", "Packages", note, columns, rows)


def _from(*, known: bool) -> tuple[Column, ...]:
    return (Column("Comes with"),) if known else ()


def _package_rows(cards: Sides, key: str, *, known: bool) -> Iterator[Row]:
    before, after = (_versions(key, items) for items in cards.items(key))
    added = cards.origins(key)
    items = frozenset[str]().union(*cards.items(key))
    whole = {_split(key, item)[:2]: item for item in sorted(items)}
    for kind, name in sorted({**before, **after}):
        old, new = (side.get((kind, name), ()) for side in (before, after))
        state = cards.state(key, before=bool(old), after=bool(new))
        if state is State.KEPT and old != new:
            state = State.CHANGED
        texts = [", ".join(old)] if cards.after is None else [", ".join(old), ", ".join(new)]
        origin = [_origin(whole[kind, name], added)] if known else []
        yield Row(state, tuple(Cell(text) for text in (name, kind, *texts, *origin)))


def _versions(key: str, items: Iterable[str]) -> dict[tuple[str, str], tuple[str, ...]]:
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for kind, name, version in sorted(_split(key, item) for item in items):
        found[kind, name] = (*found.get((kind, name), ()), version)
    return found


def _split(key: str, item: str) -> tuple[str, str, str]:
    """Return kind, name and version of one item of the card."""
    kind, rest = {"os_packages": "system", "runtimes": "runtime"}.get(key, ""), item
    if not kind and " " in item:
        kind, _, rest = item.partition(" ")
    name, _, version = rest.partition(" ")
    return kind, name, version


def _origin(item: str, added: frozenset[str] | None) -> str:
    if added is None:
        return words.UNKNOWN
    return "the application" if item in added else "the base"


def commands(outcome: Outcome) -> Grid | None:
    """Return the commands that can be called, with what an intruder could use them for."""
    cards = sides(outcome)
    if cards is None:
        return None
    roles = _roles(cards)
    added = cards.origins("commands")
    known = added is not None
    columns = (Column("Command", mono=True), Column("What it is"), *_from(known=known))
    rows = (
        Row(state, (Cell(name), Cell(roles.get(name, "")), *_origins(name, added)))
        for name, state in _names(cards, "commands")
    )
    note = "What can be called by its name."
    return grid("commands", "Commands", note, columns, rows)


def _origins(name: str, added: frozenset[str] | None) -> tuple[Cell, ...]:
    return () if added is None else (Cell(_origin(name, added)),)


def _names(cards: Sides, key: str) -> Iterator[tuple[str, State]]:
    before, after = cards.items(key)
    for name in sorted(before | after):
        yield name, cards.state(key, before=name in before, after=name in after)


def _roles(cards: Sides) -> dict[str, str]:
    found: dict[str, tuple[str, ...]] = {}
    for key, role in _ROLES.items():
        for name in frozenset[str]().union(*cards.items(key)):
            found[name] = (*found.get(name, ()), role)
    return {name: ", ".join(roles) for name, roles in found.items()}


def files(outcome: Outcome) -> Grid | None:
    """Return the files that stand out: by their mode, by their owner, as tools off PATH."""
    cards = sides(outcome)
    if cards is None:
        return None
    columns = (Column("File", mono=True), Column("Why it is listed"))
    rows = (
        Row(state, (Cell(name), Cell(why)))
        for key, why in (_FILES | _ROLES).items()
        for name, state in _names(cards, key)
        if key in _FILES or name.startswith("/")
    )
    note = "Setuid and setgid programs, what everybody may write, and tools that are not on PATH."
    return grid("files", "Files that stand out", note, columns, rows)
