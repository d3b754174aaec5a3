"""The description of a merge request in the worst case: it stays short, and keeps what matters."""

import outcomes
import pytest
import report_pages
from markdown_it import MarkdownIt
from msgspec.structs import replace

from stepdown.model.trial import BuildFailed, Outcome
from stepdown.report import gfm, markdown

KEPT = (
    "**node:24 → gcr.io/distroless/nodejs24-debian13:nonroot works",
    "### Ladder",
    "To see it again:",
    "### Roll back",
    "--build-arg BASE=",
    "### What operators lose, and how to debug",
    "### What this does not say",
    "one layer of defence in depth",
)


def noisy() -> Outcome:
    """Return a crowded run in which each of a dozen rungs failed with a log of long lines."""
    made = report_pages.crowded()
    log = tuple(f"step {n} `|<b>@ada " + "é" * 400 for n in range(500))
    finding = replace(outcomes.MUSL_FINDING, evidence="x" * 5000, cause="why " * 300)
    broken = tuple(
        replace(
            trial,
            build=BuildFailed(reason="it ended with 1", seconds=1, log=log),
            findings=findings,
            notes=tuple(f"note {n} " + "z" * 300 for n in range(60)),
        )
        for trial in (outcomes.regression(), outcomes.not_built(), outcomes.refused())
        for findings in ((), (finding,) * 2)
        for _ in range(2)
    )
    assert made.answer is not None
    return replace(made, trials=(*broken, *made.trials), answer=made.answer + len(broken))


@pytest.mark.parametrize("story", [report_pages.crowded, noisy])
def test_it_stays_short_and_keeps_what_matters(story: object) -> None:
    assert callable(story)
    text = markdown.render(story())
    assert len(text.encode()) < gfm.MAX_BYTES
    assert [part for part in KEPT if part not in text] == []
    assert text.count("<details>") == text.count("</details>")


def test_it_has_no_image_and_no_link() -> None:
    text = markdown.render(report_pages.hostile("![x](http://example.org/x.png) <img src=x>"))
    page = MarkdownIt("commonmark").enable("table").render(text)
    assert "http://example.org/x.png" in page
    assert "<img" not in page
    assert "<a " not in page


def test_what_broke_stands_before_what_went_well() -> None:
    text = markdown.render(outcomes.success())
    titles = [line for line in text.splitlines() if line.startswith("### ")]
    assert titles[:3] == [
        "### Ladder",
        "### Alpine: regression, try 2",
        "### Surface, before and after",
    ]


def test_nothing_is_folded_twice() -> None:
    made = outcomes.success()
    assert made.best is not None
    diff = "--- a\n+++ b\n@@ -1 +1 @@\n" + "".join(f"+line {n}\n" for n in range(40))
    best = replace(made.best, rewrite=replace(made.best.rewrite, diff=diff))
    trials = tuple(best if trial is made.best else trial for trial in made.trials)
    assert "43 lines" not in markdown.render(replace(made, trials=trials))
