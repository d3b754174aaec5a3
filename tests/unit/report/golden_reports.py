"""The golden reports: every file under golden/ and what makes it.

Run this file as a script to write them anew; then read the difference before it is committed.
"""

import re
from collections.abc import Callable
from pathlib import Path

import fleets
import outcomes
import outcomes_scanned

from stepdown.model.trial import Outcome
from stepdown.report import (
    card,
    findings_text,
    fleet,
    html,
    junit,
    markdown,
    plan_text,
    request,
    sarif,
    text,
)

GOLDEN = Path(__file__).parent / "golden"

STORIES: dict[str, Callable[[], Outcome]] = {
    "success": outcomes.success,
    "weak-success": outcomes.weak_success,
    "failure": outcomes.failure,
    "inconclusive": outcomes.inconclusive,
    "no-evidence": outcomes.no_evidence,
    "red": outcomes.red,
    "baseline-not-built": outcomes.baseline_not_built,
    "nothing-tried": outcomes.nothing_tried,
    "scanned": outcomes_scanned.scanned,
}


PAGES = ("success", "failure", "red", "scanned")
_ASSETS = re.compile(r"(?<=<style>).*?(?=</style>)|(?<=<script>).*?(?=</script>)", re.DOTALL)
_DIGEST = re.compile(r"sha256-[\w+/=]+")


def bare(page: str) -> str:
    """Return a page without its style sheet and script, which are files of their own."""
    return _DIGEST.sub("sha256-…", _ASSETS.sub("", page))


FLEET = {"txt": "text", "md": "md", "html": "html", "csv": "csv", "json": "json"}


def _fleet(form: str) -> str:
    made = fleet.render(fleets.small(), form, fleets.earlier())
    return bare(made).replace("\r\n", "\n")


def cases() -> dict[str, str]:
    """Return the golden files' names and their content."""
    made = {name: story() for name, story in STORIES.items()}
    best = made["success"].best
    assert best is not None
    assert best.delta is not None
    return {
        **{f"{name}.txt": text.render(outcome) for name, outcome in made.items()},
        **{f"{name}.md": markdown.render(outcome) for name, outcome in made.items()},
        **{f"{name}.html": bare(html.render(made[name])) for name in PAGES},
        "success-verbose.txt": text.render(made["success"], verbose=True),
        "success-commit.txt": request.commit_message(made["success"]),
        "plan.txt": plan_text.render(made["failure"].plan),
        "findings.txt": findings_text.render((outcomes.MUSL_FINDING,)),
        "card.txt": card.surface_text(best.delta.before),
        "card.md": card.surface_markdown(best.delta.before),
        "delta.txt": card.delta_text(best.delta, verbose=True),
        "scanned.sarif": sarif.render(made["scanned"]),
        "scanned.xml": junit.render(made["scanned"]),
        "delta.md": card.delta_markdown(best.delta),
        **{f"fleet.{end}": _fleet(form) for end, form in FLEET.items()},
    }


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, content in cases().items():
        (GOLDEN / name).write_text(content, encoding="utf-8")
