"""Which lines a rewrite answers, and which predictions it leaves open."""

from stepdown.dockerfile import read
from stepdown.model.plan import Hazard, Plan, Rewrite
from stepdown.rewrite.split import is_split


def touched(text: str, rewrite: Rewrite) -> set[int]:
    """Return the lines of the instructions that were edited: a prediction names the first one."""
    edits = {edit.line for edit in rewrite.edits}
    instructions = read(text).instructions
    if is_split(rewrite):
        # What the old stage runs is run in a stage of its own now.
        edits |= {one.line for one in instructions if one.keyword == "RUN"}
    spans = (range(one.line, one.end_line + 1) for one in instructions)
    return {line for lines in spans if edits & set(lines) for line in lines}


def open_hazards(plan: Plan) -> dict[str, tuple[Hazard, ...]]:
    """Return the hazards of each candidate's image that no edit answers."""
    lines = [touched(plan.target.text, step.rewrite) for step in plan.steps]
    return {
        step.candidate.image: tuple(h for h in step.candidate.hazards if h.line not in answered)
        for step, answered in zip(plan.steps, lines, strict=True)
    }
