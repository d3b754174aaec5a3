"""The report on a batch: rows of a ledger -> text, Markdown, HTML, CSV or JSON."""

import msgspec

from stepdown.model import encoding
from stepdown.model.schema import published
from stepdown.report import gfm, plain
from stepdown.report.document import Document
from stepdown.report.fleet import sheet, told
from stepdown.report.fleet.facts import SCHEMA, Fleet, Row
from stepdown.report.fleet.gather import gather

FORMS = ("text", "md", "html", "csv", "json")

__all__ = ["FORMS", "Row", "gather", "render", "schema"]


def render(
    rows: tuple[Row, ...], form: str, earlier: tuple[Row, ...] = (), *, width: int = 80
) -> str:
    """Return the report in one of the FORMS; the same rows in any order give the same bytes.

    With the rows of an `earlier` ledger it says what changed since. `width` is that of text.
    """
    fleet = gather(rows, earlier)
    match form:
        case "html":
            from stepdown.report.fleet import page  # noqa: PLC0415  (the templates take a while)

            return page.render(fleet)
        case "csv":
            return sheet.render(fleet)
        case "json":
            return msgspec.json.format(encoding.to_json(fleet), indent=2).decode() + "\n"
        case "md":
            return gfm.write(_document(fleet))
        case _:
            return plain.write(_document(fleet), width=width)


def _document(fleet: Fleet) -> Document:
    sections = (
        *told.outcomes(fleet),
        *told.trend(fleet),
        *told.gained(fleet),
        *told.obstacles(fleet),
        *told.recipes(fleet),
        *told.shared(fleet),
        *told.bases(fleet),
        *told.labels(fleet),
        *told.entries(fleet),
    )
    return Document(told.lead(fleet), sections)


def schema() -> bytes:
    """Return the JSON Schema of the JSON form, made from the model."""
    return published(Fleet, name="fleet", number=SCHEMA, title="Report on a batch of stepdown")
