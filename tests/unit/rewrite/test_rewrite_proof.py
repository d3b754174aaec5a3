"""The last check of a translated RUN: whatever is not as it should be is noticed."""

from functools import partial

import pytest
from msgspec.structs import replace
from rewriting import PACKAGES

from stepdown.dockerfile import Dockerfile
from stepdown.model.plan import Edit
from stepdown.rewrite import proof
from stepdown.rewrite.names import Names
from stepdown.rewrite.situation import Pen
from stepdown.rewrite.translation import Run, Translation

RUN = "RUN apt update && apt install -y g++ \\\n && make && rm -rf /var/lib/apt/lists/* /y"


def translated(run: str = RUN) -> tuple[Dockerfile, Translation, list[Edit]]:
    doc = Dockerfile(f"FROM node:22\n{run}\n")
    instruction = doc.instructions[1]
    script = doc.script(instruction)
    assert script is not None
    nothing = partial(dict[str, tuple[str, ...]], ())
    one = Run(
        instruction=instruction, script=script, sudo="", installing=lambda _: nothing(), rows={}
    )
    translation = Translation(
        doc, Pen(text=doc.text, fixer="packages"), one, Names(PACKAGES, bash=False)
    )
    return doc, translation, translation.edits()


@pytest.mark.parametrize(
    "run", [RUN, "RUN apt-get update", "RUN <<EOF\napt-get install -y g++\nEOF"]
)
def test_a_translation_holds(run: str) -> None:
    doc, translation, edits = translated(run)
    assert proof.holds(doc, doc.instructions[1], edits, translation)


def test_each_edit_is_needed() -> None:
    doc, translation, edits = translated()
    assert len(edits) >= 3
    for number in range(len(edits)):
        fewer = edits[:number] + edits[number + 1 :]
        assert not proof.holds(doc, doc.instructions[1], fewer, translation), edits[number]


@pytest.mark.parametrize("text", ["apk add --no-cache git", "apk add 'x", "apk add --no-cache |"])
def test_another_text_is_noticed(text: str) -> None:
    doc, translation, edits = translated()
    head = next(edit for edit in edits if edit.text.startswith("apk add"))
    other = [replace(edit, text=text) if edit is head else edit for edit in edits]
    assert not proof.holds(doc, doc.instructions[1], other, translation)


def test_a_whole_run_goes_only_where_nothing_is_left_to_do() -> None:
    doc, translation, edits = translated()
    span = doc.instructions[1].span
    gone = [replace(edits[0], start=span.start, end=span.end, text="")]
    assert not proof.holds(doc, doc.instructions[1], gone, translation)


def test_overlapping_edits_hold_nothing() -> None:
    doc, translation, edits = translated()
    assert not proof.holds(doc, doc.instructions[1], [*edits, *edits], translation)
