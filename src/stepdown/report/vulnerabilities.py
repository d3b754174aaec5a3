"""Known vulnerabilities of one image or of two, as a section of a report."""

from collections.abc import Iterator

from stepdown.model.surface import Change, Known
from stepdown.model.vulnerability import Fix, Pending, Scan, ScanDelta, Severity, Vulnerability
from stepdown.report import gfm, plain, words
from stepdown.report.document import (
    Block,
    Document,
    Inline,
    Names,
    Section,
    Table,
    bullets,
    fold,
    paragraph,
    section,
)

TITLE = "Known vulnerabilities"
_CHANGES = {
    Change.SMALLER: "smaller",
    Change.SAME: "same",
    Change.LARGER: "▲ LARGER",
    Change.UNKNOWN: "not comparable",
}
_MATCHED = (
    "Compared by the names of vulnerabilities, because distributions name packages otherwise."
)


def scan_text(scan: Scan, *, verbose: bool = False, width: int = 80) -> str:
    """Return one scan as text; the lists when `verbose`."""
    return plain.write(_document(scan_section(scan)), width=width, verbose=verbose)


def scan_markdown(scan: Scan) -> str:
    """Return one scan as Markdown, with the lists folded."""
    return gfm.write(_document(scan_section(scan)))


def delta_text(delta: ScanDelta, *, verbose: bool = False, width: int = 80) -> str:
    """Return the difference as text; all lists when `verbose`."""
    return plain.write(_document(delta_section(delta)), width=width, verbose=verbose)


def delta_markdown(delta: ScanDelta) -> str:
    """Return the difference as Markdown, new vulnerabilities first."""
    return gfm.write(_document(delta_section(delta)))


def scan_section(scan: Scan) -> tuple[Section, ...]:
    """Return what is known of one image, never a number that is not known."""
    lists = tuple(
        Names(title, names)
        for title, names in (
            ("Fixable", _lines(scan.fixable)),
            ("Without a fix", _lines(scan.unfixed)),
            ("Ruled out by a statement", _lines(_suppressed(scan))),
            ("Undecided", _undecided(scan)),
        )
        if names
    )
    table = Table(("", "count"), tuple(_rows(scan)), frozenset({1}))
    return section(
        TITLE,
        paragraph(_source(scan)),
        table,
        *bullets(tuple(_remarks(scan))),
        *_exploited(scan.counted),
        *fold("Vulnerabilities by name", *lists),
    )


def delta_section(delta: ScanDelta) -> tuple[Section, ...]:
    """Return the difference: what is new first, then the numbers and why some say nothing."""
    rows = tuple(
        (
            (row.title,),
            (_figure(row.before, delta.before),),
            (_figure(row.after, delta.after),),
            (_CHANGES[row.change],),
        )
        for row in delta.rows
    )
    return section(
        TITLE,
        paragraph(f"Before: {words.lowered(_source(delta.before))}"),
        paragraph(f"After: {words.lowered(_source(delta.after))}"),
        *((paragraph(f"No difference is claimed. {delta.reason}"),) if delta.reason else ()),
        *_new(delta),
        Table(("", "before", "after", ""), rows, frozenset({1, 2})),
        *bullets(tuple(_delta_remarks(delta))),
        *_exploited(delta.after.counted),
        *fold("Vulnerabilities by name", *_delta_lists(delta)),
    )


def pending_text(found: Pending, *, verbose: bool = False, width: int = 80) -> str:
    """Return the updates that the distribution offers, as text."""
    return plain.write(_document(pending_section(found)), width=width, verbose=verbose)


def pending_markdown(found: Pending) -> str:
    """Return the updates that the distribution offers, as Markdown."""
    return gfm.write(_document(pending_section(found)))


def pending_section(found: Pending) -> tuple[Section, ...]:
    """Return how many updates are pending, and which."""
    number = f"{'≥ ' if found.known is Known.PARTIAL else ''}{len(found.updates)}"
    figure = words.UNKNOWN if found.known is Known.UNKNOWN else number
    of = f"{found.listed} of {words.count(found.inventory, 'package')} listed"
    advice = "Rebuild the image before bases are compared." if found.updates else ""
    names = tuple(f"{one.package} {one.installed} → {one.offered}" for one in found.updates)
    return section(
        "Updates pending",
        paragraph(f"{figure}, by {words.listed(found.indexes)}; {of}. {advice}".rstrip()),
        *bullets(tuple((words.closed(reason),) for reason in found.reasons)),
        *fold("Updates by name", *([Names("Updates", names)] if names else [])),
    )


def line(one: Vulnerability) -> str:
    """Return one vulnerability in one line."""
    fix = f", fixed in {one.fixed_in}" if one.fix is Fix.AVAILABLE and one.fixed_in else ""
    marks = "".join(
        mark
        for mark, there in (
            (", known to be exploited", one.exploited),
            (", unimportant to the distribution", one.unimportant),
            (f", {one.suppressed}", bool(one.suppressed)),
        )
        if there
    )
    return f"{one.id} {one.package} {one.version} ({one.severity}{fix}{marks})"


def _document(sections: tuple[Section, ...]) -> Document:
    return Document((), sections)


def _source(scan: Scan) -> str:
    date = f", data of {scan.data_date}" if scan.data_date else ""
    judged = f"{scan.evaluated} of {words.count(scan.inventory, 'package')} judged"
    return f"By {scan.scanner}{date}; {judged}."


def _rows(scan: Scan) -> Iterator[tuple[Inline, ...]]:
    yield ("Fixable",), (_figure(_number(scan.fixable), scan),)
    for severity in Severity:
        some = tuple(one for one in scan.fixable if one.severity is severity)
        if some:
            yield (f"Fixable, {severity}",), (_figure(_number(some), scan),)
    important = tuple(one for one in scan.unfixed if not one.unimportant)
    yield ("Without a fix",), (_figure(_number(important), scan),)
    unimportant = tuple(one for one in scan.unfixed if one.unimportant)
    if unimportant:
        yield ("Unimportant to the distribution",), (_figure(_number(unimportant), scan),)
    if _suppressed(scan):
        yield ("Ruled out by a statement",), (_figure(_number(_suppressed(scan)), scan),)


def _number(some: tuple[Vulnerability, ...]) -> int:
    return len({one.id for one in some})


def _figure(number: int | None, scan: Scan) -> str:
    if number is None or scan.known is Known.UNKNOWN:
        return words.UNKNOWN
    return f"≥ {number}" if scan.known is Known.PARTIAL else str(number)


def _remarks(scan: Scan) -> Iterator[Inline]:
    state = {Known.UNKNOWN: "Unknown", Known.PARTIAL: "At least"}.get(scan.known, "")
    for reason in scan.reasons:
        yield (f"{state}: {words.closed(reason)}" if state else words.closed(reason),)
    if scan.known is Known.UNKNOWN and scan.counted:
        seen = words.count(_number(scan.counted), "vulnerability", "vulnerabilities")
        yield (f"What was seen nevertheless: {seen}.",)
    for note in scan.notes:
        yield (words.closed(note),)


def _delta_remarks(delta: ScanDelta) -> Iterator[Inline]:
    reasons = dict.fromkeys(row.reason for row in delta.rows if row.reason)
    for reason in reasons:
        yield (words.closed(reason),)
    if delta.comparable and delta.before.system != delta.after.system:
        yield (_MATCHED,)
    before, after = (tuple(_remarks(scan)) for scan in (delta.before, delta.after))
    yield from (remark for remark in before if remark in after)
    yield from (("Before: ", *remark) for remark in before if remark not in after)
    yield from (("After: ", *remark) for remark in after if remark not in before)


def _new(delta: ScanDelta) -> Iterator[Block]:
    if delta.new:
        yield Names("New with the candidate", _lines(delta.new))


def _delta_lists(delta: ScanDelta) -> Iterator[Names]:
    lists = (
        ("Still there", _lines(delta.there)),
        ("Gone", _lines(delta.gone)),
        ("Without a fix, before", _lines(delta.before.unfixed)),
        ("Without a fix, after", _lines(delta.after.unfixed)),
        ("Ruled out by a statement, before", _lines(_suppressed(delta.before))),
        ("Ruled out by a statement, after", _lines(_suppressed(delta.after))),
        ("Undecided, before", _undecided(delta.before)),
        ("Undecided, after", _undecided(delta.after)),
    )
    for title, names in lists:
        if names:
            yield Names(title, names)


def _exploited(found: tuple[Vulnerability, ...]) -> Iterator[Block]:
    if names := _lines(tuple(one for one in found if one.exploited)):
        yield Names("Known to be exploited", names)


def _suppressed(scan: Scan) -> tuple[Vulnerability, ...]:
    return tuple(one for one in scan.vulnerabilities if one.suppressed)


def _lines(found: tuple[Vulnerability, ...]) -> tuple[str, ...]:
    return tuple(map(line, found))


def _undecided(scan: Scan) -> tuple[str, ...]:
    return tuple(f"{one.id} {one.package} {one.version}: {one.reason}" for one in scan.undecided)
