"""Whole ladders for families whose images are not run here: what is proposed, and what is not.

A case is a folder `family-NAME` with a `Dockerfile` and a `plan.toml`: the candidates in the order
in which they are tried, what is skipped (`TIER IMAGE: REASON`), the lines that stop a candidate,
and hazards that have to be among the predicted ones. `after.Dockerfile` is the file for the last
candidate.
"""

from pathlib import Path

import msgspec
import pytest

from stepdown.discover import target
from stepdown.flow import catalog, migrate
from stepdown.model.facts import Facts
from stepdown.model.plan import Plan, Policy

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("family-*/plan.toml"))


class Expected(msgspec.Struct, forbid_unknown_fields=True):
    """What plan.toml says."""

    candidates: tuple[str, ...]
    skipped: tuple[str, ...]
    refused: dict[str, tuple[int, ...]] = {}
    language: str = ""
    static: bool | None = None
    vendors: tuple[str, ...] = ()
    hazards: dict[str, tuple[str, ...]] = {}


def planned(folder: Path, expected: Expected) -> Plan:
    recipes = catalog.load()
    found = target(
        (folder / "Dockerfile").read_text("utf-8"),
        repository="/repository",
        commit="",
        dockerfile="Dockerfile",
        context=".",
        stage="",
        catalog=recipes,
    )
    facts = Facts(language=expected.language, static=expected.static)
    policy = Policy(day="2026-11-22", vendors=expected.vendors)
    return migrate.plan(found, facts, recipes, policy)


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_ladders_of_families(folder: Path) -> None:
    expected = msgspec.toml.decode((folder / "plan.toml").read_bytes(), type=Expected)
    plan = planned(folder, expected)
    assert tuple(step.candidate.image for step in plan.steps) == expected.candidates
    skipped = tuple(f"{one.tier} {one.image}: {one.reason}" for one in plan.skipped)
    assert skipped == expected.skipped
    for step in plan.steps:
        blocked = tuple(one.line for one in step.rewrite.refusals if one.blocking)
        assert blocked == expected.refused.get(step.candidate.image, ()), step.candidate.image
        seen = {hazard.id for hazard in step.candidate.hazards}
        assert set(expected.hazards.get(step.candidate.image, ())) <= seen, seen


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_files_for_the_last_candidate(folder: Path) -> None:
    expected = msgspec.toml.decode((folder / "plan.toml").read_bytes(), type=Expected)
    plan = planned(folder, expected)
    if not plan.steps:
        assert not (folder / "after.Dockerfile").exists()
        return
    assert plan.steps[-1].rewrite.text == (folder / "after.Dockerfile").read_text("utf-8")


def test_the_families_that_cannot_run_here_have_a_case() -> None:
    names = {folder.name.removeprefix("family-") for folder in CASES}
    assert {"dotnet", "ruby", "php", "rust", "java", "nginx", "bun"} <= names
