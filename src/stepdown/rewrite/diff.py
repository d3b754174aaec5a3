"""The difference that edits make, as `git apply` reads it."""

from collections.abc import Iterable, Iterator

from stepdown.dockerfile.edit import order
from stepdown.dockerfile.lines import LINES
from stepdown.model.image import Value
from stepdown.model.plan import Edit

_CONTEXT = 3


class _Change(Value, frozen=True, kw_only=True):
    """Lines that give way to others, from the line `first` (from 0) up to `last`."""

    first: int
    last: int
    old: tuple[str, ...]
    new: tuple[str, ...]


def unified(path: str, before: str, edits: Iterable[Edit]) -> str:
    """Return the unified diff of the file `path` for `edits` of its text, empty for no change."""
    lines: list[str] = LINES.findall(before)
    shift, hunks = 0, []
    for group in _grouped(_changes(before, edits)):
        hunks.append("".join(_hunk(lines, group, shift)))
        shift += sum(len(one.new) - len(one.old) for one in group)
    if not hunks:
        return ""
    # A tab ends the name, so that a name with a space is read whole.
    tab = "\t" if " " in path else ""
    return "".join((f"--- a/{path}{tab}\n+++ b/{path}{tab}\n", *hunks))


def _changes(before: str, edits: Iterable[Edit]) -> Iterator[_Change]:
    """Yield the changed lines in the order of the text."""
    line = at = 0
    for start, end, text in _regions(before, edits):
        line, at = line + before.count("\n", at, start), start
        old, new = LINES.findall(before, start, end), LINES.findall(text)
        same = _common(old, new)
        old, new = old[same:], new[same:]
        tail = _common(old[::-1], new[::-1])
        if old != new:
            first, last = line + same, line + same + len(old) - tail
            old, new = old[: len(old) - tail], new[: len(new) - tail]
            yield _Change(first=first, last=last, old=tuple(old), new=tuple(new))


def _common(one: list[str], other: list[str]) -> int:
    """Return how many items at the beginning are the same."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _regions(before: str, edits: Iterable[Edit]) -> Iterator[tuple[int, int, str]]:
    """Yield the whole lines around the edits, and the text that takes their place."""
    parts: list[str] = []
    start = at = stop = -1
    for edit in order(edits):
        low = before.rfind("\n", 0, edit.start) + 1
        if low > stop:
            if parts:
                yield start, stop, "".join([*parts, before[at:stop]])
            parts, start, at = [], low, low
        parts += [before[at : edit.start], edit.text]
        at = edit.end
        stop = max(stop, _line_end(before, edit))
    if parts:
        yield start, stop, "".join([*parts, before[at:stop]])


def _line_end(before: str, edit: Edit) -> int:
    """Return where the lines of an edit end; one that takes and gives whole lines has no more."""
    whole = edit.text.endswith("\n") or not edit.text
    starts = edit.start == 0 or before[edit.start - 1] == "\n"
    ends = edit.end == edit.start or before[edit.end - 1] == "\n"
    if whole and starts and ends:
        return edit.end
    return before.find("\n", edit.end) + 1 or len(before)


def _grouped(changes: Iterable[_Change]) -> Iterator[list[_Change]]:
    """Yield the changes whose lines of context touch."""
    group: list[_Change] = []
    for change in changes:
        if group and change.first - group[-1].last > 2 * _CONTEXT:
            yield group
            group = []
        group.append(change)
    if group:
        yield group


def _hunk(lines: list[str], group: list[_Change], shift: int) -> Iterator[str]:
    first = at = max(group[0].first - _CONTEXT, 0)
    last = min(group[-1].last + _CONTEXT, len(lines))
    more = sum(len(one.new) - len(one.old) for one in group)
    old, new = _range(first, last), _range(first + shift, last + shift + more)
    yield f"@@ -{old} +{new} @@\n"
    for one in group:
        yield from map(_marked, " " * (one.first - at), lines[at : one.first])
        yield from map(_marked, "-" * len(one.old), one.old)
        yield from map(_marked, "+" * len(one.new), one.new)
        at = one.last
    yield from map(_marked, " " * (last - at), lines[at:last])


def _marked(mark: str, line: str) -> str:
    end = "" if line.endswith("\n") else "\n\\ No newline at end of file\n"
    return f"{mark}{line}{end}"


def _range(start: int, stop: int) -> str:
    """Write a range of lines; an empty one is named after the line before it."""
    count = stop - start
    if count == 1:
        return f"{start + 1}"
    return f"{start + 1 if count else start},{count}"
