"""`stepdown recipes`: what is known of base images, and whether that is sound."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from stepdown.errors import UsageError
from stepdown.flow import catalog
from stepdown.flow.families import ended
from stepdown.model.encoding import to_json
from stepdown.model.image import ImageRef, Tier, Value
from stepdown.model.ladder import locate
from stepdown.model.recipe import Catalog, Family, Rung


class Line(Value, frozen=True, kw_only=True):
    """One family in the list."""

    name: str
    language: str
    repositories: tuple[str, ...]
    tiers: tuple[Tier, ...]
    vendors: tuple[str, ...]
    approved: int


class Checked(Value, frozen=True, kw_only=True):
    """What a check of the recipes found; faults end it earlier, as an error."""

    day: str
    families: int
    images: int
    warnings: tuple[str, ...]


def families(own: Path | None, *, as_json: bool) -> int:
    """Print one line for each family."""
    lines = tuple(map(_line, _recipes(own).families))
    if as_json:
        return _print(to_json(lines).decode())
    width = max(len(line.name) for line in lines)
    for line in lines:
        vendors = f"; on request {', '.join(line.vendors)}" if line.vendors else ""
        approved = f"; {line.approved} of your own" if line.approved else ""
        _print(f"{line.name:<{width}}  {' > '.join(line.tiers)}{vendors}{approved}")
    return 0


def show(name: str, own: Path | None, *, as_json: bool) -> int:
    """Print a family with all its rungs, or the rung to which an image belongs."""
    known = _recipes(own)
    family, rungs = _found(name, known)
    if as_json:
        return _print(to_json({"family": family, "rungs": rungs}).decode())
    words = f" ({family.language})" if family.language else ""
    _print(f"{family.name}{words}: {', '.join(family.repositories) or 'no repository'}")
    for rung in rungs:
        _print("")
        for line in _described(rung):
            _print(line)
    return 0


def check(own: Path | None, day: str, *, as_json: bool) -> int:
    """Check every recipe; print warnings about support. Raises RecipeError for what is wrong."""
    known = _recipes(own)
    today = day or datetime.now(tz=UTC).date().isoformat()
    found = Checked(
        day=today,
        families=len(known.families),
        images=sum(len(family.rungs) for family in known.families),
        warnings=tuple(ended(known.families, today)),
    )
    if as_json:
        return _print(to_json(found).decode())
    for warning in found.warnings:
        _print(f"warning: {warning}")
    _print(f"{found.families} families with {found.images} images are sound on {found.day}.")
    return 0


def _recipes(own: Path | None) -> Catalog:
    return catalog.load() if own is None else catalog.with_own(own)


def _line(family: Family) -> Line:
    proposed = [rung for rung in family.rungs if not rung.withheld]
    return Line(
        name=family.name,
        language=family.language,
        repositories=family.repositories,
        tiers=tuple(dict.fromkeys(r.tier for r in proposed if r.approved or not r.vendor)),
        vendors=tuple(sorted({r.vendor for r in proposed if r.vendor and not r.approved})),
        approved=sum(rung.approved for rung in family.rungs),
    )


def _found(name: str, known: Catalog) -> tuple[Family, tuple[Rung, ...]]:
    for family in known.families:
        if family.name == name:
            return family, family.rungs
    place = locate(ImageRef.parse(name), known.families)
    if place is not None:
        return place.family, (place.rung,)
    raise UsageError(
        f"No recipe is called {name}, and none knows an image of that name.",
        hint=f"Families: {', '.join(family.name for family in known.families)}.",
    )


def _described(rung: Rung) -> Iterator[str]:
    yield f"{rung.tier}: {rung.image}"
    for name, value in _facts(rung):
        if value:
            yield f"    {name + ':':<16}{value}"


def _facts(rung: Rung) -> Iterator[tuple[str, str]]:
    yield "vendor", rung.vendor
    yield "approved", "by your recipes" if rung.approved else ""
    yield "versions", ", ".join(rung.versions) or rung.version
    yield "C library", rung.libc.value
    yield "release", rung.release
    yield "shell", "yes" if rung.shell else "no"
    yield "packages by", rung.package_manager.value
    yield "entrypoint", " ".join(rung.entrypoint)
    yield (
        "runtime",
        rung.interpreter + ("" if rung.on_path or not rung.interpreter else ", not on PATH"),
    )
    yield "PATH", ":".join(rung.path)
    yield "commands", ", ".join(rung.brings)
    yield "user", f"{rung.user}, home {rung.home}, folder {rung.workdir}"
    yield "support", rung.end_of_life or ", ".join(f"{v} to {end}" for v, end in rung.ends)
    yield "expected", _figures(rung)
    yield "never proposed", rung.withheld
    yield "why", rung.reason
    yield "evidence", rung.evidence


def _figures(rung: Rung) -> str:
    figures = (
        (rung.expected_packages, "packages"),
        (rung.expected_megabytes, "MB on disk"),
        (rung.expected_download, "MB to download"),
    )
    known = [f"{figure:g} {unit}" for figure, unit in figures if figure is not None]
    return f"{', '.join(known)} ({rung.as_of})" if known else ""


def _print(text: str) -> int:
    sys.stdout.write(f"{text}\n")
    return 0
