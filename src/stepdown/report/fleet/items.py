"""Entries in their order, with the names by which a report calls them."""

from collections import Counter
from collections.abc import Iterable

from stepdown.model.fleet import Cause, Entry, Report
from stepdown.report import words
from stepdown.report.fleet.facts import Figure, Item, Row
from stepdown.report.fleet.results import meaning

Identity = tuple[str, str, str, str]
_NO_REASON = "It was not worked on yet."


def identity(entry: Entry) -> Identity:
    """Return what makes an entry the same in two ledgers."""
    return entry.repository, entry.base, entry.dockerfile, entry.context


def ordered(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the rows by repository and Dockerfile, each entry once: the last one counts."""
    found = {identity(row.entry): row for row in rows}
    return tuple(found[key] for key in sorted(found))


def items(rows: tuple[Row, ...]) -> tuple[Item, ...]:
    """Return what is told of each row, in the order of the rows."""
    names = _names(rows)
    return tuple(_item(row, names[identity(row.entry)]) for row in rows)


def _names(rows: tuple[Row, ...]) -> dict[Identity, str]:
    """Return short names, and whole ones where two entries would have the same."""
    short = {identity(row.entry): _short(row.entry) for row in rows}
    often = Counter(short.values())
    return {key: name if often[name] == 1 else _whole(key) for key, name in short.items()}


def _short(entry: Entry) -> str:
    path = entry.repository.rstrip("/").removesuffix(".git").replace(":", "/")
    last = [part for part in path.split("/") if part][-2:]
    file = "" if entry.dockerfile in {"", "Dockerfile"} else f" {entry.dockerfile}"
    return "/".join(last) + file


def _whole(key: Identity) -> str:
    repository, branch, dockerfile, context = key
    notes = (branch and f"on {branch}", context and f"with {context}")
    return " ".join(filter(None, (repository, dockerfile, *notes)))


def _item(row: Row, name: str) -> Item:
    entry, report = row.entry, row.report
    told = meaning(report.result if report else None)
    made = Item(
        repository=entry.repository,
        branch=entry.base,
        dockerfile=entry.dockerfile,
        context=entry.context,
        name=name,
        labels=entry.labels,
        standing=told.standing,
        result=None,
        base=row.base,
        reason=_NO_REASON,
        next=told.next,
    )
    return _reported(made, report) if report else made


def _reported(item: Item, report: Report) -> Item:
    return Item(
        repository=item.repository,
        branch=item.branch,
        dockerfile=item.dockerfile,
        context=item.context,
        name=item.name,
        labels=item.labels,
        standing=item.standing,
        result=report.result,
        base=report.base or item.base,
        answer=report.answer,
        tier=report.tier,
        commit=report.commit,
        reason=words.closed(report.reason),
        next=words.closed(report.hint) or item.next,
        figures=tuple(
            Figure(key=one.key, before=one.before, after=one.after) for one in report.gains
        ),
        causes=tuple(dict.fromkeys(cause_name(cause) for cause in report.causes)),
    )


def cause_name(cause: Cause) -> str:
    """Return a cause in one line: what it is, what it is about, and on which image."""
    about = f" ({cause.subject})" if cause.subject else ""
    return f"{cause.breakage} {cause.title}{about}, on {cause.image}"
