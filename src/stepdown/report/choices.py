"""What a person chooses from: the candidates side by side, and the edits that each one needs."""

from collections.abc import Iterator, Mapping

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from stepdown.model.plan import Hazard, Plan, Step
from stepdown.report import words

Hazards = Mapping[str, tuple[Hazard, ...]]
_NARROW = 60  # columns; below it a table has no room


def table(plan: Plan, hazards: Hazards, width: int) -> RenderableType:
    """Return the candidates, what is expected of each, and which ones are worth a try.

    `hazards` are those of each image that no edit answers.
    """
    if not plan.steps:
        return Text("No smaller base is left to try.")
    shown = _narrow(plan, hazards) if width < _NARROW else _wide(plan, hazards)
    return Group(Text(), shown, Text(), Text(recommended(plan, hazards)), Text())


def _wide(plan: Plan, hazards: Hazards) -> Table:
    grid = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    grid.add_column("Base", overflow="fold", ratio=1)
    for name in ("libc", "Shell"):
        grid.add_column(name)
    for name in ("Packages", "MB"):
        grid.add_column(name, justify="right")
    grid.add_column("Hazards", justify="right")
    for step in plan.steps:
        one = step.candidate
        number = len(hazards[one.image])
        grid.add_row(
            one.image,
            one.libc.value,
            "yes" if one.shell else "no",
            _number(one.expected_packages),
            _number(one.expected_megabytes),
            Text("blocked", "red") if _blocked(step) else str(number or "none seen"),
        )
    return grid


def _narrow(plan: Plan, hazards: Hazards) -> Text:
    lines = [
        f"{n}. {s.candidate.image}: {s.candidate.libc.value},"
        f" {'a shell' if s.candidate.shell else 'no shell'},"
        f" {words.count(len(hazards[s.candidate.image]), 'hazard')}"
        for n, s in enumerate(plan.steps, start=1)
    ]
    return Text("\n".join(lines))


def _number(value: float | None) -> str:
    return f"{value:g}" if value else "?"


def _blocked(step: Step) -> bool:
    return any(refusal.blocking for refusal in step.rewrite.refusals)


def recommended(plan: Plan, hazards: Hazards) -> str:
    """Return which bases to try, and why; the tests have the last word."""
    able = [step for step in plan.steps if not _blocked(step)]
    if not able:
        return "None of them can be built as the file stands: see the reasons below."
    last = able[-1].candidate.image
    why = _because(hazards[last])
    if len(plan.steps) == 1:
        return f"Recommended: try it. {words.capitalised(why)}"
    return f"Recommended: try all, and keep the smallest that works. For {last} {why}"


def _because(hazards: tuple[Hazard, ...]) -> str:
    if not hazards:
        return "nothing is predicted to go wrong; its build and its checks decide."
    first = hazards[0]
    more = f" ({len(hazards) - 1} more: `stepdown plan`)" if len(hazards) > 1 else ""
    return f"hazard {first.id} is predicted: {words.closed(first.evidence)}{more}"


def edits(plan: Plan) -> Group:
    """Return the edits of each step, without those that a step before has too, and a diff.

    The diff is that of the smallest base that can be built.
    """
    parts: list[RenderableType] = []
    seen: set[tuple[str, str]] = set()
    for step in plan.steps:
        points = [point for point in _points(step) if point not in seen]
        seen.update(points)
        if points:
            grid = Table.grid(padding=(0, 1))
            for where, why in points:
                grid.add_row(f"  {where}", Text(why))
            parts += [Text(), Text(f"For {step.candidate.image}:", style="bold"), grid]
    wanted = next((one for one in reversed(plan.steps) if not _blocked(one)), None)
    if wanted and wanted.rewrite.diff:
        head = Text(f"The Dockerfile for {wanted.candidate.image}:", style="bold")
        parts += [Text(), head, *map(_coloured, wanted.rewrite.diff.splitlines())]
    return Group(*parts)


def _points(step: Step) -> Iterator[tuple[str, str]]:
    """Yield where something is changed or left, and why, each once."""
    for line, reason in dict.fromkeys((e.line, e.reason) for e in step.rewrite.edits):
        yield f"line {line}", words.closed(reason)
    for one in step.rewrite.refusals:
        weight = " This base cannot be built while it stays." if one.blocking else ""
        hint = f" {words.closed(words.capitalised(one.hint))}" if one.hint else ""
        yield f"line {one.line}", f"Left as it is: {words.closed(one.reason)}{hint}{weight}"


def _coloured(line: str) -> Text:
    styles = {"+": "green", "-": "red", "@": "cyan"}
    return Text(f"  {words.visible(line)}", styles.get(line[:1], ""))
