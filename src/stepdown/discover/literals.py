"""Absolute paths and time zones that are written down in a text."""

import re
from collections.abc import Iterator

from stepdown.model.facts import Trait

# Folders of the system; anything else that begins with a slash is rather part of an address.
_PATH = re.compile(
    r"/(?:bin|dev|etc|home|lib|lib64|opt|root|run|sbin|srv|tmp|usr|var)(?:/[\w.+@~-]+)+/?"
)
_ZONE = re.compile(
    r"(?:Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific)"
    r"/[A-Z]\w+(?:/[A-Z]\w+)?"
)
_QUOTED = re.compile(
    r"(?P<quote>[\"'`])(?P<value>/[\w.+@~/-]{3,200}|[A-Z][a-z]+/[A-Z][\w/]{2,40})(?P=quote)"
)
_VALUE = re.compile(
    r"(?:^|[\s=:\"'])(?P<value>/[\w.+@~/-]{3,200}|[A-Z][a-z]+/[A-Z][\w/]{2,40})(?=$|[\s;,\"'])",
    re.MULTILINE,
)


def named(value: str) -> Iterator[tuple[Trait, str]]:
    """Yield what a whole string names, if anything."""
    if _PATH.fullmatch(value):
        yield Trait.PATH, value.rstrip("/")
    elif _ZONE.fullmatch(value):
        yield Trait.ZONE, value


def found(text: str, *, quoted: bool) -> Iterator[tuple[int, Trait, str]]:
    """Yield what a text names, and where: in quotes, or anywhere in a file of settings."""
    for match in (_QUOTED if quoted else _VALUE).finditer(text):
        for trait, subject in named(match["value"]):
            yield match.start("value"), trait, subject


# Texts of errors that each C library words otherwise, first those of musl.
_WORDINGS = re.compile(
    r"Name does not resolve|Name has no usable address|Try again"
    r"|Name or service not known|Temporary failure in name resolution"
    r"|No address associated with hostname|Servname not supported for ai_socktype"
)
# What SQLite is asked in a query, and the option with which it must be built.
_QUERIES = {
    "SOUNDEX": re.compile(r"\bsoundex\s*\(", re.IGNORECASE),
    "ENABLE_UPDATE_DELETE_LIMIT": re.compile(
        r"\A\s*(?:DELETE\s+FROM|UPDATE)\s+\w+\b(?![^;]*\bSELECT\b)[^;]*\bLIMIT\s+[\d?:@]",
        re.IGNORECASE,
    ),
    "ENABLE_FTS5": re.compile(r"\bUSING\s+fts5\b", re.IGNORECASE),
    "ENABLE_FTS4": re.compile(r"\bUSING\s+fts[34]\b", re.IGNORECASE),
    "ENABLE_RTREE": re.compile(r"\bUSING\s+rtree\b", re.IGNORECASE),
    "ENABLE_DBSTAT_VTAB": re.compile(r"\b(?:FROM|JOIN)\s+dbstat\b", re.IGNORECASE),
    "ENABLE_STMTVTAB": re.compile(r"\bFROM\s+sqlite_stmt\b", re.IGNORECASE),
}


def said(value: str) -> Iterator[tuple[Trait, str]]:
    """Yield what a string is made for: a query, or a comparison with the text of an error."""
    for wording in _WORDINGS.findall(value):
        yield Trait.WORDING, wording
    for option, pattern in _QUERIES.items():
        if pattern.search(value):
            yield Trait.QUERY, option
