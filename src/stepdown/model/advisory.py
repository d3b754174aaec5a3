"""Advisories in the form of the Open Source Vulnerability schema, and what is asked about them."""

import msgspec

from stepdown.model.image import Value


class Score(msgspec.Struct, frozen=True):
    """A severity: the kind of its score and the score, which is a CVSS vector mostly."""

    type: str = ""
    score: str = ""


class Subject(msgspec.Struct, frozen=True):
    """Which package is meant. `ecosystem` carries the release, as in `Debian:12`."""

    name: str = ""
    ecosystem: str = ""


class Event(msgspec.Struct, frozen=True):
    """Where a range begins or ends; one of the fields is set."""

    introduced: str = ""
    fixed: str = ""
    last_affected: str = ""
    limit: str = ""


class Range(msgspec.Struct, frozen=True):
    """Versions between events, in whatever order these are listed."""

    type: str = ""
    events: tuple[Event, ...] = ()


class Judgement(msgspec.Struct, frozen=True):
    """What a database adds, in a form of its own: Debian's urgency, GitHub's severity in words."""

    urgency: object = None
    severity: object = None


class Affected(msgspec.Struct, frozen=True):
    """The affected versions of one package."""

    package: Subject | None = None
    ranges: tuple[Range, ...] = ()
    versions: tuple[str, ...] = ()
    severity: tuple[Score, ...] = ()
    ecosystem_specific: Judgement | None = None


class Advisory(msgspec.Struct, frozen=True):
    """One record. Fields that stepdown does not use are not kept."""

    id: str
    modified: str = ""
    withdrawn: str | None = None
    aliases: tuple[str, ...] = ()
    upstream: tuple[str, ...] = ()
    severity: tuple[Score, ...] = ()
    affected: tuple[Affected, ...] = ()
    database_specific: Judgement | None = None


class Query(Value, frozen=True, kw_only=True):
    """One package in one ecosystem: for a distribution the source package and its version."""

    ecosystem: str
    name: str
    version: str


class Feed(Value, frozen=True, kw_only=True):
    """What a source of advisories answered.

    `advisories` are in the order of the queries, each with all records that may concern it.
    `by_version` tells that the source chose them for that very version. `absent` are ecosystems
    about which it has nothing, `unreadable` counts records that could not be read. `failure` says
    why there is no answer at all.
    """

    source: str
    data: str = ""
    data_date: str = ""
    advisories: tuple[tuple[Advisory, ...], ...] = ()
    by_version: bool = False
    absent: frozenset[str] = frozenset()
    unreadable: int = 0
    failure: str = ""
