"""Brings the rewriting of a divided file back to the edits of the file that the user has."""

from collections.abc import Iterable, Iterator
from itertools import accumulate

from msgspec.structs import replace

from stepdown.dockerfile import apply
from stepdown.errors import StepdownError
from stepdown.model.plan import Disposition, Edit, Refusal, Rewrite
from stepdown.rewrite.diff import unified
from stepdown.rewrite.split import FIXER, Divided, Piece


def fold(text: str, name: str, divided: Divided, after: Rewrite) -> Rewrite:
    """Return `after`, the rewriting of `divided`, as one of `text`, the file `name`.

    What was changed in the new stage's lines becomes part of the edits that add them. Raises
    StepdownError where that gives another file, which is a bug.
    """
    places = _Places(text, divided)
    edits = (
        *divided.named,
        *(places.back(edit) for edit in after.edits if not places.inside(edit)),
        *places.added(after.edits),
    )
    if apply(text, edits) != after.text:
        raise StepdownError(
            "the two stages do not come together",
            details=after.text,
            hint="This is a fault of stepdown; please report it with the Dockerfile.",
        )
    refusals = (*divided.notes, *(places.refusal(one) for one in after.refusals))
    return replace(
        after,
        edits=edits,
        proposed=tuple(places.back(edit) for edit in after.proposed),
        refusals=tuple(sorted(refusals, key=lambda one: one.line)),
        diff=unified(name, text, edits),
    )


class _Places:
    """Where the divided file's offsets and lines are in the old one."""

    def __init__(self, text: str, divided: Divided) -> None:
        self._text = text
        self._named = divided.named
        self._pieces = divided.pieces
        self._newline = "\r\n" if "\r\n" in divided.text[: divided.text.find("\n") + 1] else "\n"
        sizes = [len(piece.text + self._newline) for piece in divided.pieces]
        self._begin = len(divided.text) - sum(sizes)
        self._starts = list(accumulate(sizes, initial=self._begin))
        self._lines = divided.text.count("\n", 0, self._begin)

    def inside(self, edit: Edit) -> bool:
        """Tell whether an edit is one of the new stage's lines."""
        return edit.start >= self._begin

    def back(self, edit: Edit) -> Edit:
        """Return an edit of an old line with its offsets there; of a new one, at the end."""
        if self.inside(edit):
            end = len(self._text)
            return replace(edit, start=end, end=end, line=self._origin(edit.line))
        shift = sum(
            len(one.text) - (one.end - one.start) for one in self._named if one.start < edit.start
        )
        return replace(edit, start=edit.start - shift, end=edit.end - shift)

    def refusal(self, refusal: Refusal) -> Refusal:
        """Return a refusal with the line that the user knows."""
        return replace(refusal, line=self._origin(refusal.line))

    def _origin(self, line: int) -> int:
        if line <= self._lines:
            return line
        number = self._lines
        for piece in self._pieces:
            number += 1 + piece.text.count("\n")
            if line <= number:
                return piece.line
        return self._pieces[-1].line

    def added(self, edits: Iterable[Edit]) -> Iterator[Edit]:
        """Yield the edits that add the new stage, changed by those that fall into it."""
        inside = [edit for edit in edits if self.inside(edit)]
        end = len(self._text)
        if not self._text.endswith("\n"):
            yield self._edit(Piece(text="", reason="A line ends.", line=1), self._newline, ())
        for number, piece in enumerate(self._pieces):
            start = self._starts[number]
            own = [edit for edit in inside if self._belongs(edit, number)]
            here = [replace(one, start=one.start - start, end=one.end - start) for one in own]
            text = apply(piece.text + self._newline, here)
            yield replace(self._edit(piece, text, own), start=end, end=end)

    def _belongs(self, edit: Edit, number: int) -> bool:
        last = number + 1 == len(self._pieces)
        return self._starts[number] <= edit.start and (
            last or edit.start < self._starts[number + 1]
        )

    def _edit(self, piece: Piece, text: str, own: Iterable[Edit]) -> Edit:
        end = len(self._text)
        reasons = dict.fromkeys((piece.reason, *(edit.reason for edit in own)))
        return Edit(
            start=end,
            end=end,
            text=text,
            line=piece.line,
            fixer=FIXER,
            reason=" ".join(reason for reason in reasons if reason),
            disposition=Disposition.SAFE,
        )
