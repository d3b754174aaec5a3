"""The attack surface of one image as countable facts, and the difference of two."""

from enum import StrEnum

from stepdown.model.image import Value


class Known(StrEnum):
    """How far a number can be trusted."""

    MEASURED = "measured"
    PARTIAL = "partial"
    UNKNOWN = "unknown"


class Measure(Value, frozen=True, kw_only=True):
    """One number with its list. `value` is None exactly when it is unknown; `reason` says why.

    `items` is sorted; for sizes it is empty and `value` is in bytes.
    """

    key: str
    title: str
    value: int | None
    items: tuple[str, ...] = ()
    known: Known = Known.MEASURED
    reason: str = ""


class Layer(Value, frozen=True, kw_only=True):
    """One layer of an image: its size in bytes and the instruction that made it."""

    size: int
    made_by: str


class OriginRow(Value, frozen=True, kw_only=True):
    """How much of one measure the base has, too, and what was added; None where not known."""

    key: str
    title: str
    base: int | None = None
    added: int | None = None
    added_items: tuple[str, ...] = ()


class Origin(Value, frozen=True, kw_only=True):
    """What of an image comes with the image `base`, row by row in the card's order."""

    base: str
    rows: tuple[OriginRow, ...]


class Surface(Value, frozen=True, kw_only=True):
    """The card of one image. `measures` keeps the order of the report.

    `support` says until when the distribution repairs faults, empty where that is not known.
    `layers` come lowest first and leave out empty ones. `known` is `partial` where the image could
    not be read to its end.
    """

    image: str
    image_id: str
    os: str
    support: str = ""
    libc: str
    architecture: str
    user: str
    measures: tuple[Measure, ...]
    warnings: tuple[str, ...] = ()
    layers: tuple[Layer, ...] = ()
    origin: Origin | None = None
    known: Known = Known.MEASURED


class Change(StrEnum):
    """The direction of one row."""

    SMALLER = "smaller"
    SAME = "same"
    LARGER = "larger"
    UNKNOWN = "unknown"


class SurfaceRow(Value, frozen=True, kw_only=True):
    """One row of the card, before and after. `added` and `removed` are sorted."""

    key: str
    title: str
    before: int | None
    after: int | None
    change: Change
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    reason: str = ""


class SurfaceDelta(Value, frozen=True, kw_only=True):
    """The difference of two cards, row by row in the card's order."""

    before: Surface
    after: Surface
    rows: tuple[SurfaceRow, ...]
    warnings: tuple[str, ...] = ()
