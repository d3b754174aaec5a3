"""Lossless edits: everything outside the edited spans keeps its bytes."""

from collections.abc import Iterable
from itertools import pairwise

from stepdown.errors import StepdownError
from stepdown.model.plan import Edit


def order(edits: Iterable[Edit]) -> list[Edit]:
    """Return `edits` in the order of the text; insertions at one place keep their order.

    Raises StepdownError where two edits overlap.
    """
    ordered = sorted(edits, key=lambda edit: (edit.start, edit.end))
    for first, second in pairwise(ordered):
        if second.start < first.end:
            raise StepdownError(
                f"two edits of line {second.line} overlap ({first.fixer} and {second.fixer})",
                details=f"{first}\n{second}",
                hint="This is a fault of stepdown; please report it with the Dockerfile.",
            )
    return ordered


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Return `text` with all `edits` applied; their offsets count in the text before any edit.

    Raises StepdownError where two edits overlap or one lies outside of the text.
    """
    parts, at = [], 0
    for edit in order(edits):
        if not 0 <= edit.start <= edit.end <= len(text):
            raise StepdownError(
                f"an edit of {edit.fixer} lies outside of the file",
                details=str(edit),
                hint="This is a fault in stepdown; please report it.",
            )
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])
