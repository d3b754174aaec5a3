"""The forms of a report: by name, and by the suffix of the file that it goes to."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from stepdown import __version__
from stepdown.errors import StepdownError
from stepdown.flow import record
from stepdown.model.image import ImageConfig
from stepdown.model.surface import Surface
from stepdown.model.trial import Outcome
from stepdown.model.vulnerability import Inventory, Scan
from stepdown.report import cyclonedx, junit, markdown, sarif, spdx, structure, text

SUFFIXES = {
    ".cdx.json": "cyclonedx",
    ".spdx.json": "spdx",
    ".yaml": "structure-test",
    ".txt": "text",
    ".md": "md",
    ".html": "html",
    ".json": "json",
    ".sarif": "sarif",
    ".xml": "junit",
}


def form_of(path: Path) -> str:
    """Return the form that a file's name asks for, empty where it asks for none."""
    return next((form for suffix, form in SUFFIXES.items() if path.name.endswith(suffix)), "")


def rendered(outcome: Outcome, form: str, *, verbose: bool = False) -> str:
    """Return the report on a run in one of the REPORTS.

    Raises StepdownError where the record does not hold what the form shows.
    """
    if form in {"cyclonedx", "spdx"}:
        return bill(*_image(outcome), form=form, time=outcome.started)
    write = _WRITERS.get(form)
    return text.render(outcome, verbose=verbose) if write is None else write(outcome)


def _html(outcome: Outcome) -> str:
    from stepdown.report import html  # noqa: PLC0415  (the templates take a while to load)

    return html.render(outcome)


def _json(outcome: Outcome) -> str:
    return record.to_json(outcome).decode()


def _structure(outcome: Outcome) -> str:
    return structure.render(*_guarded(outcome))


_WRITERS: dict[str, Callable[[Outcome], str]] = {
    "md": markdown.render,
    "html": _html,
    "json": _json,
    "sarif": sarif.render,
    "junit": junit.render,
    "structure-test": _structure,
}


def bill(inventory: Inventory, scan: Scan | None, *, form: str, time: str) -> str:
    """Return the bill of materials of one image."""
    if form == "spdx":
        return spdx.render(inventory, version=__version__, time=time)
    return cyclonedx.render(inventory, scan, version=__version__, time=time)


def _guarded(outcome: Outcome) -> tuple[Surface, ImageConfig]:
    """Return what was measured of the answer."""
    best = outcome.best
    if best is None or best.surface is None or best.config is None:
        raise StepdownError(
            "There is no image to write a structure test for.",
            hint="It needs a run in which a smaller base works.",
        )
    # The name under which the run built it is gone with the run.
    return msgspec.structs.replace(best.surface, image="IMAGE"), best.config


def _image(outcome: Outcome) -> tuple[Inventory, Scan | None]:
    """Return what is known of the answer, of the old image where there is no answer."""
    best, scans = outcome.best, outcome.scans
    if best is not None and best.inventory is not None:
        return best.inventory, scans.after if scans else None
    if outcome.baseline.inventory is not None:
        return outcome.baseline.inventory, scans.before if scans else outcome.scan
    raise StepdownError(
        "The record holds no list of packages.",
        hint="It is of an earlier version, or no image was built. Run stepdown again.",
    )
