"""The check of every rewritten Dockerfile, before anybody sees it."""

from bisect import bisect_left

from stepdown.dockerfile import Dockerfile, Instruction
from stepdown.errors import DockerfileError, StepdownError
from stepdown.model.plan import Edit, Rewrite
from stepdown.rewrite.base import same_image
from stepdown.rewrite.situation import Situation


def verify(doc: Dockerfile, situation: Situation, after: Rewrite) -> None:
    """Raise StepdownError unless `after` says what was meant and nothing else changed."""
    try:
        new = doc if after.text == doc.text else Dockerfile(after.text, like=doc)
        _expect(new.external(new.ships(situation.target)), situation.candidate.image)
        if after.argument:
            old = new.given({after.argument: after.original})
            _expect(old.external(old.ships(situation.target)), after.original)
    except DockerfileError as error:
        raise _bug(error.brief, after.text) from error
    touched = _touched(doc.instructions, after.edits)
    remaining = iter(one.span.of(after.text) for one in new.instructions)
    for number, one in enumerate(doc.instructions):
        if number not in touched and one.span.of(doc.text) not in remaining:
            raise _bug(f"line {one.line} changed without an edit", after.text)


def _touched(instructions: tuple[Instruction, ...], edits: tuple[Edit, ...]) -> set[int]:
    """Return the numbers of the instructions that the edits change."""
    ends = [one.span.end for one in instructions]
    touched = set[int]()
    for edit in edits:
        number, stop = bisect_left(ends, edit.start), max(edit.end, edit.start + 1)
        while number < len(ends) and instructions[number].span.start < stop:
            if _touches(edit, instructions[number]):
                touched.add(number)
            number += 1
    return touched


def _touches(edit: Edit, instruction: Instruction) -> bool:
    span = instruction.span
    # A word that is added behind the last one belongs to the instruction, a line does not.
    appended = edit.start == edit.end == span.end and not edit.text.startswith(("\n", "\r"))
    return appended or (edit.start < span.end and span.start < edit.end)


def _expect(found: str, wanted: str) -> None:
    if not same_image(found, wanted):
        raise _bug(f"the base would be {found!r} in place of {wanted!r}", "")


def _bug(brief: str, result: str) -> StepdownError:
    return StepdownError(
        f"the rewritten Dockerfile is wrong: {brief}",
        details=result,
        hint="This is a fault of stepdown; please report it with the Dockerfile.",
    )
