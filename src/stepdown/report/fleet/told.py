"""A fleet in sentences and tables: the sections that text, Markdown and HTML share."""

from collections.abc import Iterator

from stepdown.model.fleet import Result
from stepdown.model.image import Tier
from stepdown.report import words
from stepdown.report.document import (
    Block,
    Code,
    Inline,
    Names,
    Paragraph,
    Section,
    Table,
    bullets,
    fold,
    paragraph,
    section,
)
from stepdown.report.fleet.facts import (
    Change,
    Fleet,
    Group,
    Item,
    Move,
    Obstacle,
    Outcomes,
    Standing,
    Sum,
)
from stepdown.report.fleet.groups import undigested
from stepdown.report.fleet.results import TITLES, meaning

_MOVES = {Move.FURTHER: "on another base", Move.CHANGED: "with another result"}
_MOST_OBSTACLES = 10
_MOST_GROUPS = 25
_MOST_SHARED = 10


def lead(fleet: Fleet) -> tuple[Paragraph, ...]:
    """Return the answer in sentences made of facts."""
    improved = _standing(fleet, Standing.IMPROVED)
    entries = words.count(fleet.entries, "entry", "entries")
    where = words.count(fleet.repositories, "repository", "repositories")
    rest = (
        (Standing.SETTLED, "{} with nothing to do"),
        (Standing.BROKEN, "{} broken"),
        (Standing.OPEN, "{} to decide"),
        (Standing.TROUBLE, "{} in trouble"),
        (Standing.WAITING, "{} waiting"),
    )
    parts = [text.format(n) for one, text in rest if (n := _standing(fleet, one))]
    others = f" {words.capitalised(words.listed(parts))}." if parts else ""
    works = "works" if improved == 1 else "work"
    return (
        paragraph(f"{improved} of {entries} in {where} {works} on a smaller base.{others}"),
        *_gained(fleet),
    )


def _standing(fleet: Fleet, standing: Standing) -> int:
    return sum(one.count for one in fleet.outcomes if meaning(one.result).standing is standing)


def _gained(fleet: Fleet) -> Iterator[Paragraph]:
    keys = {
        "commands": "{} commands",
        "os_packages": "{} packages",
        "shells": "{} shells",
        "size_visible": "{}",
    }
    known = {one.key: one for one in fleet.sums if one.known and one.key in keys}
    less = [keys[key].format(less) for key, one in known.items() if (less := _less(one))]
    if less:
        yield paragraph(f"Together they lose {words.listed(less)}, as far as it is known.")


def _less(one: Sum) -> str:
    """Return by how much a sum shrank, empty where it did not."""
    if one.before is None or one.after is None or one.after >= one.before:
        return ""
    return _figure(one.key, one.before - one.after)


def _figure(key: str, value: int | None) -> str:
    """Return a sum in words; how many run as root is a number here."""
    if value is not None and words.is_flag(key):
        return str(value)
    return words.figure(key, value)


def outcomes(fleet: Fleet) -> tuple[Section, ...]:
    """Return how many entries ended how, beside the earlier numbers where there are some."""
    trend = fleet.trend is not None
    header = ("result", "entries", *(("earlier",) if trend else ()), "what it means")
    rows = tuple(_outcome(one, trend=trend) for one in fleet.outcomes)
    return section("Results", Table(header, rows, frozenset({1, 2} if trend else {1})))


def _outcome(one: Outcomes, *, trend: bool) -> tuple[Inline, ...]:
    told = meaning(one.result)
    earlier = ((str(one.earlier),),) if trend else ()
    return ((told.title,), (str(one.count),), *earlier, (TITLES[told.standing],))


def gained(fleet: Fleet) -> tuple[Section, ...]:
    """Return the sums over the improved entries, each with of how many it is known."""
    if not fleet.sums:
        return ()
    rows = tuple(
        (
            (one.title,),
            (_figure(one.key, one.before),),
            (_figure(one.key, one.after),),
            (f"{one.known} of {one.of}",),
            (f"▲ larger in {one.grown}" if one.grown else "",),
        )
        for one in fleet.sums
    )
    note = "Sums of the improved entries whose number is known on both sides."
    header = ("", "before", "after", "known in", "")
    return section("What is gained", paragraph(note), Table(header, rows, frozenset({1, 2, 3})))


def bases(fleet: Fleet) -> tuple[Section, ...]:
    """Return the entries by the base of today, with the smallest base that works most often."""
    header = ("base of today", "entries", "how they stand", "most often to")
    rows = (
        ((Code(one.name),), *_group(one), (_short(one.answers[0].image) if one.answers else "",))
        for one in fleet.bases
    )
    return section("By base", *_groups(header, tuple(rows)))


def labels(fleet: Fleet) -> tuple[Section, ...]:
    """Return the entries by label."""
    several = any(len(item.labels) > 1 for item in fleet.items)
    note = (paragraph("An entry with several labels counts in each."),) if several else ()
    rows = tuple(((one.name,), *_group(one)) for one in fleet.labels)
    return section("By label", *note, *_groups(("label", "entries", "how they stand"), rows))


def _groups(header: tuple[str, ...], rows: tuple[tuple[Inline, ...], ...]) -> tuple[Block, ...]:
    """Return the largest groups, the rest folded; nothing where there are none."""
    if not rows:
        return ()
    shown, rest = rows[:_MOST_GROUPS], rows[_MOST_GROUPS:]
    more = fold(f"{len(rest)} more", Table(header, rest, frozenset({1}))) if rest else ()
    return (Table(header, shown, frozenset({1})), *more)


def _group(group: Group) -> tuple[Inline, Inline]:
    parts = ", ".join(f"{part.count} {TITLES[part.standing]}" for part in group.parts)
    return (str(group.count),), (parts,)


def obstacles(fleet: Fleet) -> tuple[Section, ...]:
    """Return the causes that stop most entries, and what removing one would open."""
    shown, rest = fleet.obstacles[:_MOST_OBSTACLES], fleet.obstacles[_MOST_OBSTACLES:]
    blocks = [block for one in shown for block in _obstacle(one)]
    header = ("cause", "on", "entries")
    rows = tuple(((*_about(one),), (one.where,), (str(len(one.entries)),)) for one in rest)
    more = fold(f"{len(rest)} more causes", Table(header, rows, frozenset({2}))) if rest else ()
    return section("What stops smaller bases", *blocks, *more)


def _about(one: Obstacle) -> Inline:
    subject: Inline = (" (", Code(one.subject), ")") if one.subject else ()
    return (words.closed(one.title).rstrip("."), *subject)


def _obstacle(one: Obstacle) -> Iterator[Block]:
    count = len(one.entries)
    fails = words.count(count, "entry fails", "entries fail")
    where: Inline = (one.where,) if one.where in set(Tier) else (Code(one.where),)
    yield paragraph(f"{fails} on ", *where, ": ", *_about(one), f". {_opens(one)}")
    yield Names("Entries", one.entries)


def _opens(one: Obstacle) -> str:
    """Say what the removal of this one cause would open, as far as that is known."""
    if not one.alone:
        return "Nowhere is it the only known cause: more has to change."
    some = f" of {len(one.alone)}" if len(one.alone) < len(one.entries) else ""
    said = f"Without it, nothing known stands in the way{some}"
    if not one.blocked:
        return f"{said}; a larger base works there already."
    if len(one.blocked) == len(one.alone):
        return f"{said}; no smaller base works there today."
    return f"{said}; in {len(one.blocked)} no smaller base works today."


def recipes(fleet: Fleet) -> tuple[Section, ...]:
    """Return the bases that no recipe knows, with what one recipe would open."""
    points = tuple(
        (
            "One recipe for ",
            Code(one.base or "(not named)"),
            f" opens {words.count(len(one.entries), 'entry', 'entries')}: ",
            _few(one.entries),
        )
        for one in fleet.unknown_bases
    )
    return section("Bases without a recipe", *bullets(points))


def _few(names: tuple[str, ...], most: int = 5) -> str:
    more = (f"{len(names) - most} more",) if len(names) > most else ()
    return words.closed(words.listed((*names[:most], *more)))


def shared(fleet: Fleet) -> tuple[Section, ...]:
    """Return reasons that many entries give in the same words."""
    points = tuple(
        (
            f"{words.count(len(one.entries), 'entry', 'entries')}, ",
            f"{meaning(one.result).title}: {one.reason} Next: {one.next} ",
            f"In {_few(one.entries)}",
        )
        for one in fleet.shared[:_MOST_SHARED]
    )
    return section("Reasons that several share", *bullets(points))


def trend(fleet: Fleet) -> tuple[Section, ...]:
    """Return what changed since the earlier ledger."""
    if fleet.trend is None:
        return ()
    found = fleet.trend.changes
    counts = ((move, sum(one.move is move for one in found)) for move in Move)
    said = [f"{count} {_MOVES.get(move, move.value)}" for move, count in counts if count]
    stand = "entry stands" if fleet.trend.same == 1 else "entries stand"
    lead = words.capitalised(f"{fleet.trend.same} {stand} as before.")
    points = tuple(_change(one) for one in found)
    said_lead = f"{words.listed(said)}; {lead}" if said else lead
    return section("Since the earlier ledger", paragraph(said_lead), *bullets(points))


def _change(one: Change) -> Inline:
    match one.move:
        case Move.NEW:
            moved: Inline = (f"{meaning(one.now).title}.",)
        case Move.GONE:
            moved = (f"it was: {meaning(one.earlier).title}.",)
        case Move.FURTHER:
            moved = (_short(one.earlier_answer), " → ", _short(one.answer))
        case _:
            why = "" if one.now is Result.IMPROVED else f" {one.reason}"
            moved = (f"{meaning(one.earlier).title} → {meaning(one.now).title}.{why}",)
    return (f"{one.move.value}: {one.name}: ", *moved)


def entries(fleet: Fleet) -> tuple[Section, ...]:
    """Return every entry with its reason and what to do next, by result."""
    return tuple(
        made
        for one in fleet.outcomes
        if one.count
        for made in section(_titled(one), *bullets(tuple(_listed(fleet, one))))
    )


def _titled(one: Outcomes) -> str:
    return f"{words.capitalised(meaning(one.result).title)}: {one.count}"


def _listed(fleet: Fleet, one: Outcomes) -> Iterator[Inline]:
    for item in fleet.items:
        if item.result is one.result:
            then = () if item.standing is Standing.SETTLED else (" Next: ", item.next)
            yield (item.name, *moved(item), ": ", item.reason, *then)


def moved(item: Item) -> Inline:
    """Return the bases of an entry, as far as there are any."""
    if not item.base:
        return ()
    answer: Inline = (" → ", _short(item.answer)) if item.answer else ()
    return (", ", _short(item.base), *answer)


def _short(image: str) -> Code:
    return Code(undigested(image))
