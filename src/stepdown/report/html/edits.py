"""The diff with the reason beside each change."""

from collections.abc import Iterable, Iterator

import msgspec

from stepdown.model.plan import Edit, Rewrite
from stepdown.model.trial import Trial
from stepdown.report import changes, words
from stepdown.report.document import Block


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the diff with its numbers in both files; `sign` is a plus, a minus or a space.

    A line that is new has no old number, one that went no new one: that is 0.
    """

    old: int
    new: int
    sign: str
    text: str


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """The reason of an edit and the fixer that made it."""

    text: str
    fixer: str


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that belong together: unchanged ones, or a change with its reasons.

    `skipped` unchanged lines before them are not shown.
    """

    lines: tuple[Line, ...]
    reasons: tuple[Why, ...] = ()
    skipped: int = 0

    @property
    def changed(self) -> bool:
        """Whether this is a change."""
        return any(line.sign != " " for line in self.lines)


class Patch(msgspec.Struct, frozen=True, kw_only=True):
    """The diff of one file, chunk by chunk; `other` are reasons that belong to no line of it."""

    chunks: tuple[Chunk, ...]
    other: tuple[Why, ...] = ()


def patch(trial: Trial, text: str) -> tuple[Patch | Block, ...]:
    """Return the diff with its reasons, then the remedies, and what was left as it is.

    `text` is the old file, into which the edits' offsets point.
    """
    rewrite = trial.rewrite
    explained = _explained(tuple(_chunks(_lines(rewrite))), rewrite.edits, text)
    return (explained, *changes.remedies(trial.applied), *changes.untouched(rewrite))


def _lines(rewrite: Rewrite) -> Iterator[Line]:
    """Yield the lines of all hunks; their headers say where each begins."""
    old = new = 0
    for text in rewrite.diff.removesuffix("\n").split("\n"):
        sign = text[:1] or " "
        if text.startswith("@@"):
            old, new = (int(side.split(",")[0]) for side in _ranges(text))
        elif old and sign in "+- ":
            gone, came = sign == "-", sign == "+"
            yield Line(old=0 if came else old, new=0 if gone else new, sign=sign, text=text[1:])
            old, new = old + (not came), new + (not gone)


def _ranges(header: str) -> tuple[str, str]:
    _, old, new, *_ = header.split()
    return old[1:], new[1:]


def _chunks(lines: Iterable[Line]) -> Iterator[Chunk]:
    """Part what changed from what did not, and two places from each other."""
    held: list[Line] = []
    skipped = seen = 0  # `seen` is the number of the last line of the old file
    for line in lines:
        gap = max(line.old - seen - 1, 0)
        if held and (gap or (held[-1].sign == " ") != (line.sign == " ")):
            yield Chunk(lines=tuple(held), skipped=skipped)
            held, skipped = [], 0
        held, skipped, seen = [*held, line], skipped or gap, line.old or seen
    if held:
        yield Chunk(lines=tuple(held), skipped=skipped)


def _explained(chunks: tuple[Chunk, ...], edits: tuple[Edit, ...], text: str) -> Patch:
    """Give every edit to the change that lies nearest to the place where it was made."""
    spans = _spans(chunks)
    reasons: dict[int, list[Why]] = {}
    other: list[Why] = []
    for edit in edits:
        why = Why(text=words.closed(edit.reason), fixer=edit.fixer)
        made = tuple(text.count("\n", 0, offset) + 1 for offset in (edit.start, edit.end))
        nearest = min(spans, key=lambda at: _distance(spans[at], made), default=None)
        held = other if nearest is None else reasons.setdefault(nearest, [])
        if why not in held:
            held.append(why)
    explained = (
        msgspec.structs.replace(chunk, reasons=tuple(reasons.get(at, ())))
        for at, chunk in enumerate(chunks)
    )
    return Patch(chunks=tuple(explained), other=tuple(other))


def _spans(chunks: tuple[Chunk, ...]) -> dict[int, tuple[int, int]]:
    """Return where each change lies in the old file: its first line and the one after its last."""
    spans: dict[int, tuple[int, int]] = {}
    shift = 0  # how many lines the new file has more, up to here
    for at, chunk in enumerate(chunks):
        removed = [line.old for line in chunk.lines if line.sign == "-"]
        added = [line.new for line in chunk.lines if line.sign == "+"]
        if chunk.changed:
            start = removed[0] if removed else added[0] - shift
            spans[at] = (start, start + len(removed))
            shift += len(added) - len(removed)
    return spans


def _distance(span: tuple[int, int], made: tuple[int, ...]) -> int:
    start, end = span
    first, last = made
    return max(start - last, first - end, 0)
