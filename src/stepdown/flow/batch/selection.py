"""The selection of a batch: lines of text, CSV or JSON become entries. Pure.

A line that is not understood is an error with its number; nothing is taken then.
"""

import csv
import io
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase

import msgspec

from stepdown.errors import UsageError
from stepdown.flow.batch.addresses import address
from stepdown.model.fleet import Entry

_NAMES = {
    "repository": "repository",
    "repo": "repository",
    "url": "repository",
    "path": "repository",
    "base": "base",
    "branch": "base",
    "dockerfile": "dockerfile",
    "context": "context",
    "test": "test",
    "labels": "labels",
    "label": "labels",
}
_KNOWN = "repository (or url, path), base (or branch), dockerfile, context, test, labels"
_LABELS = re.compile(r"[\s,;]+")
_FORMS = {"csv": "csv", "jsonl": "json", "ndjson": "json", "json": "json"}
REGEX = "re:"


def parse(content: bytes, name: str) -> tuple[Entry, ...]:
    """Return the entries of a file; its form is told by its name, else by its first line.

    Text has a repository on each line, then words like `base=main` or `labels=team:web`; `#` begins
    a comment. CSV has a header, JSON an object on each line. Raises UsageError with the line.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is no UTF-8 text.", details=str(error), hint=_help()) from error
    reader = {"csv": _csv, "json": _json, "text": _text}[_form(text, name)]
    found: dict[tuple[str, str, str, str], int] = {}
    entries = []
    for number, fields in reader(text, name):
        entry = _entry(fields, name, number)
        what = (entry.repository, entry.base, entry.dockerfile, entry.context)
        first = found.setdefault(what, number)
        if first != number:
            raise _wrong(name, number, f"it says the same as line {first}")
        entries.append(entry)
    return tuple(entries)


def chosen(
    entries: Iterable[Entry], include: tuple[str, ...], exclude: tuple[str, ...]
) -> tuple[Entry, ...]:
    """Return the entries that one of `include` fits (all, where it is empty) and no `exclude`.

    A pattern is a glob over the whole repository or its last parts, or `re:` and a regular
    expression that is searched for.
    """
    return tuple(
        entry
        for entry in entries
        if (not include or any(fits(entry, one) for one in include))
        and not any(fits(entry, one) for one in exclude)
    )


def fits(entry: Entry, pattern: str) -> bool:
    """Tell whether a pattern means this entry."""
    if pattern.startswith(REGEX):
        return re.search(pattern.removeprefix(REGEX), entry.repository) is not None
    whole = entry.repository.removesuffix("/").removesuffix(".git")
    parts = whole.replace(":", "/").split("/")
    tails = ("/".join(parts[at:]) for at in range(len(parts)))
    return fnmatchcase(whole, pattern) or any(fnmatchcase(tail, pattern) for tail in tails)


def check_patterns(patterns: Iterable[str]) -> None:
    """Raise UsageError for a regular expression that is none."""
    for pattern in patterns:
        try:
            re.compile(pattern.removeprefix(REGEX) if pattern.startswith(REGEX) else "")
        except re.error as error:
            raise UsageError(
                f"{pattern} is no regular expression: {error}.", hint="Without re: it is a glob."
            ) from error


def _form(text: str, name: str) -> str:
    suffix = name.rpartition(".")[2].lower()
    if suffix in _FORMS:
        return _FORMS[suffix]
    first = next((s for line in text.splitlines() if (s := line.strip()) and s[0] != "#"), "")
    if first.startswith("{"):
        return "json"
    words = [word.strip().lower() for word in first.split(",")]
    header = len(words) > 1 and all(word in _NAMES for word in words)
    return "csv" if header or first.lower() in ("repository", "url", "path", "repo") else "text"


def _text(text: str, name: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            words = shlex.split(line, comments=True)
        except ValueError as error:
            raise _wrong(name, number, str(error).lower()) from error
        if not words:
            continue
        fields: dict[str, object] = {"repository": words[0]}
        for word in words[1:]:
            key, equals, value = word.partition("=")
            if not equals:
                raise _wrong(name, number, f"{word!r} is no NAME=VALUE")
            fields[key] = value
        yield number, fields


def _csv(text: str, name: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True, skipinitialspace=True)
    try:
        for row in reader:
            if None in row or None in row.values():
                raise _wrong(name, reader.line_num, "it has not as many columns as the header")
            yield reader.line_num, {key.strip(): value for key, value in row.items() if value}
    except csv.Error as error:
        raise _wrong(name, reader.line_num, str(error)) from error


def _json(text: str, name: str) -> Iterator[tuple[int, Mapping[str, object]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                yield number, msgspec.json.decode(line, type=dict[str, object])
            except msgspec.DecodeError as error:
                raise _wrong(name, number, f"it is no JSON object: {error}") from error


def _entry(fields: Mapping[str, object], name: str, number: int) -> Entry:
    known: dict[str, object] = {}
    for key, value in fields.items():
        field = _NAMES.get(key.lower())
        if field is None:
            raise _wrong(name, number, f"{key!r} is unknown", hint=f"Known: {_KNOWN}.")
        if field in known:
            raise _wrong(name, number, f"{field} is given twice")
        known[field] = _labels(value) if field == "labels" else value
    try:
        entry = msgspec.convert(known, Entry)
    except msgspec.ValidationError as error:
        raise _wrong(name, number, str(error)) from error
    return checked(entry, f"{name}, line {number}")


def checked(entry: Entry, place: str) -> Entry:
    """Return the entry with its repository's address as git takes it. Raises UsageError."""
    for what, path in (("dockerfile", entry.dockerfile), ("context", entry.context)):
        if path.startswith("/") or ".." in path.split("/") or "\0" in path:
            raise UsageError(
                f"{place}: the {what} {path} is not inside of the repository.",
                hint="Give it relative to the repository's root.",
            )
    if entry.base.startswith("-") or any(c.isspace() or not c.isprintable() for c in entry.base):
        raise UsageError(f"{place}: {entry.base!r} is no branch.", hint="Give a branch's name.")
    return msgspec.structs.replace(entry, repository=address(entry.repository, place))


def _labels(value: object) -> object:
    return tuple(filter(None, _LABELS.split(value))) if isinstance(value, str) else value


def _wrong(name: str, number: int, what: str, hint: str = "") -> UsageError:
    return UsageError(f"{name}, line {number}: {what}.", hint=hint or _help())


def _help() -> str:
    return f"Each line names a repository, and may say more: {_KNOWN}."
