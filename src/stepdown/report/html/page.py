"""What the page shows, in its order; the templates only write it down."""

from collections.abc import Iterator

import msgspec

from stepdown.model.surface import Change
from stepdown.model.trial import BaselineVerdict, Outcome
from stepdown.report import card, gates, operations, story, words
from stepdown.report.document import Block, Fold, Paragraph, Section, section
from stepdown.report.failures import failures
from stepdown.report.headline import winner
from stepdown.report.html.bars import Bars, bars
from stepdown.report.html.edits import Patch, patch
from stepdown.report.html.flaws import flaws
from stepdown.report.html.grid import Grid
from stepdown.report.html.grids import commands, files, packages
from stepdown.report.html.logs import logs
from stepdown.report.html.origins import origins
from stepdown.report.html.rungs import Ladder, ladder
from stepdown.report.ladder import short

_KEY_FIGURES = ("commands", "os_packages", "shells", "setuid_setgid", "size_visible")
_UNIT = " MB"
_SHORT = {
    "commands": "Commands",
    "os_packages": "OS packages",
    "shells": "Shells",
    "setuid_setgid": "Setuid, setgid",
    "size_visible": "Size",
}

Content = Ladder | Bars | Patch | Grid | Block


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A titled part of the page; `id` is the target of the links to it."""

    id: str
    title: str
    content: tuple[Content, ...]


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One of the numbers at the top."""

    title: str
    before: str
    after: str
    change: Change


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """The whole report. `answer` is one of works, none and unclear; `verdict` says it in words."""

    title: str
    answer: str
    verdict: str
    lead: tuple[Paragraph, ...]
    figures: tuple[Figure, ...]
    target: tuple[tuple[str, str], ...]
    story: tuple[Part, ...]
    details: tuple[Part, ...]
    run: tuple[Section, ...]


def page(outcome: Outcome) -> Page:
    """Return what the page says: the answer, what broke, the proof, then all the lists."""
    answer, verdict = _answer(outcome)
    target = outcome.plan.target
    return Page(
        title=f"{target.dockerfile}: {target.base}",
        answer=answer,
        verdict=verdict,
        lead=story.lead(outcome),
        figures=tuple(_figures(outcome)),
        target=tuple(_target(outcome)),
        story=tuple(_story(outcome)),
        details=tuple(_details(outcome)),
        run=story.run(outcome),
    )


def _answer(outcome: Outcome) -> tuple[str, str]:
    if winner(outcome) is not None:
        return "works", "Works"
    if outcome.baseline.verdict is not BaselineVerdict.GREEN:
        return "unclear", "No claim"
    return "none", "No smaller base"


def _target(outcome: Outcome) -> Iterator[tuple[str, str]]:
    target = outcome.plan.target
    yield "Dockerfile", target.dockerfile
    if target.stage:
        yield "Stage", target.stage
    yield "Commit", target.commit[:12]
    if outcome.delivery is not None:
        yield "Branch", outcome.delivery.branch
    if outcome.started:
        yield "Started", outcome.started


def _figures(outcome: Outcome) -> Iterator[Figure]:
    best = winner(outcome)
    if best is None or best.delta is None:
        return
    rows = {row.key: row for row in best.delta.rows}
    for key in _KEY_FIGURES:
        if key in rows:
            before, after = card.values(best.delta, rows[key])
            if after.endswith(_UNIT):
                before = before.removesuffix(_UNIT)
            yield Figure(title=_SHORT[key], before=before, after=after, change=rows[key].change)


def _story(outcome: Outcome) -> Iterator[Part]:
    yield Part(id="ladder", title="Ladder", content=(ladder(outcome),))
    yield from _sections("no-claim", story.no_claim(outcome))
    yield from _sections("broke", failures(outcome))
    yield from _surface(outcome)
    yield from _sections("vulnerabilities", _without_folds(story.vulnerabilities(outcome)))
    yield from _sections("policy", gates.policy(outcome))
    yield from _sections("evidence", story.proof(outcome))
    yield from _dockerfile(outcome)
    yield from _sections("operators", story.operators(outcome))
    yield from _sections("smaller", story.smaller(outcome))
    yield from _sections("next", _next(outcome))
    yield from _sections("reproduce", story.repeat(outcome))
    yield from _sections("roll-back", story.roll_back(outcome))
    yield from _sections("caveats", story.caveats(outcome))


def _details(outcome: Outcome) -> Iterator[Part]:
    found = (packages(outcome), commands(outcome), files(outcome), flaws(outcome))
    for grid in found:
        if grid is not None:
            yield Part(id=grid.id, title=grid.title, content=(grid,))
    yield from _sections("origin", origins(outcome))
    yield from _sections("logs", logs(outcome))


def _sections(name: str, sections: tuple[Section, ...]) -> Iterator[Part]:
    for number, one in enumerate(sections, start=1):
        again = f"-{number}" if number > 1 else ""
        yield Part(id=f"{name}{again}", title=one.title, content=one.blocks)


def _surface(outcome: Outcome) -> Iterator[Part]:
    best = winner(outcome)
    if best is None or best.delta is None:
        yield from _sections("surface", _today(outcome))
        return
    (whole,) = story.surface(outcome)
    rest = (block for block in whole.blocks[1:] if not isinstance(block, Fold))
    bases = (short(outcome.plan.target.base), short(best.candidate.image))
    yield Part(id="surface", title=whole.title, content=(bars(best.delta, *bases), *rest))


def _today(outcome: Outcome) -> tuple[Section, ...]:
    """Return the numbers of the image of today, where there is no other to compare."""
    surface = outcome.baseline.surface
    return section("Surface today", card.table(surface)) if surface else ()


def _dockerfile(outcome: Outcome) -> Iterator[Part]:
    best = winner(outcome)
    if best is not None:
        title = f"Changes in {words.visible(outcome.plan.target.dockerfile)}"
        yield Part(id="dockerfile", title=title, content=patch(best, outcome.plan.target.text))


def _next(outcome: Outcome) -> tuple[Section, ...]:
    """Return what to do next; how to build by hand stands with the other commands."""
    if winner(outcome) is None:
        return story.following(outcome)
    return section("What to do next", *operations.delivered(outcome))


def _without_folds(sections: tuple[Section, ...]) -> tuple[Section, ...]:
    """Leave out lists that the page has as a table."""
    return tuple(
        Section(one.title, tuple(block for block in one.blocks if not isinstance(block, Fold)))
        for one in sections
    )
