"""What the improved entries gain together, as far as it is known."""

from collections.abc import Iterable

from stepdown.report.fleet.facts import Figure, Item, Standing, Sum

TITLES = {
    "commands": "Commands that can be called",
    "os_packages": "Packages of the operating system",
    "language_packages": "Packages of programming languages",
    "shells": "Shells",
    "package_managers": "Package managers of the operating system",
    "setuid_setgid": "Setuid and setgid programs",
    "runs_as_root": "Images that run as root",
    "size_visible": "Size of visible files",
}
"""The measures that are summed, by the keys of the surface card."""


def sums(items: Iterable[Item]) -> tuple[Sum, ...]:
    """Return one sum for each measure; nothing where no entry is improved."""
    improved = [item for item in items if item.standing is Standing.IMPROVED]
    return tuple(_sum(key, improved) for key in TITLES) if improved else ()


def _sum(key: str, improved: list[Item]) -> Sum:
    found = (figure(item, key) for item in improved)
    pairs = [known for one in found if one is not None and (known := _pair(one)) is not None]
    return Sum(
        key=key,
        title=TITLES[key],
        before=sum(before for before, _ in pairs) if pairs else None,
        after=sum(after for _, after in pairs) if pairs else None,
        known=len(pairs),
        of=len(improved),
        grown=sum(after > before for before, after in pairs),
    )


def figure(item: Item, key: str) -> Figure | None:
    """Return one measure of an entry, None where it was not measured."""
    return next((one for one in item.figures if one.key == key), None)


def _pair(one: Figure) -> tuple[int, int] | None:
    """Return both numbers; a sum of one side alone would compare different entries."""
    if one.before is None or one.after is None:
        return None
    return one.before, one.after
