"""What must be read beside the numbers of a scan."""

from collections.abc import Iterator
from datetime import date, timedelta

import msgspec

from stepdown.model.surface import Known, Measure
from stepdown.model.vulnerability import Inventory, Scan

ALPINE = (
    "Alpine publishes fixed vulnerabilities only, so that a fully updated Alpine shows none by "
    "construction. Compare fixable with fixable."
)
DEBIAN = (
    "Debian also lists what it has not fixed or calls unimportant, so that an updated image still "
    "shows some."
)
_NAMED = 5
_OLD = timedelta(days=7)


def noted(scan: Scan, inventory: Inventory, unowned: Measure | None, today: date) -> Scan:
    """Add the bias of the distribution's data, their age, and what no advisory is about.

    `unowned` is the card's measure of binaries that belong to no package.
    """
    notes = (*scan.notes, *_notes(scan, inventory, unowned, today))
    return msgspec.structs.replace(scan, notes=notes)


def _notes(scan: Scan, inventory: Inventory, unowned: Measure | None, today: date) -> Iterator[str]:
    if inventory.system == "alpine":
        yield ALPINE
    if inventory.system == "debian":
        yield DEBIAN
    yield from _age(scan, inventory, today)
    if unowned is not None and unowned.value:
        named = ", ".join(unowned.items[:_NAMED])
        more = f" and {unowned.value - _NAMED} more" if unowned.value > _NAMED else ""
        yield f"Binaries that belong to no package are not judged by packages: {named}{more}."


def _age(scan: Scan, inventory: Inventory, today: date) -> Iterator[str]:
    """Warn of data that are more than a week old, or older than the image."""
    day, made = _day(scan.data_date), _day(inventory.created)
    if day is None:
        if scan.known is not Known.UNKNOWN:
            yield "The date of the data is not known, so that they may be old."
        return
    if today - day > _OLD:
        yield f"The data are of {day}, {(today - day).days} days old."
    if made is not None and day < made:
        yield (
            f"The data of {day} are older than the image, which is of {made}: what is in it may be"
            " newer than what they know."
        )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
