"""What registries say of candidates, and what a plan makes of it."""

from dataclasses import dataclass, field

import pytest
from msgspec.structs import replace

from fakes import FakeEngine
from stepdown import discover
from stepdown.flow import catalog, migrate
from stepdown.flow.survey import Office, look_up, objection, settled
from stepdown.model.events import Event, Note
from stepdown.model.facts import Facts
from stepdown.model.image import ImageRef
from stepdown.model.plan import Plan, Policy
from stepdown.ports import Lookup, NotAsked, NotRegistered, Registered, Registry

DIGEST = f"sha256:{'a' * 64}"
THERE = Registered(
    digest=DIGEST, platforms=("linux/amd64", "linux/arm64/v8"), compressed=57_400_000
)
OFFLINE = NotAsked(reason="docker.io could not be asked: no such host")
GONE = NotRegistered(reason="docker.io has no such image: manifest unknown")
DENIED = NotRegistered(reason="docker.io gives it to nobody", denied=True)


@dataclass
class Shelves(Registry):
    """Registries that hold what they are given; everything else is there."""

    answers: dict[str, Lookup] = field(default_factory=dict)
    rest: Lookup = THERE

    def look_up(self, image: str, platform: str) -> Lookup:
        return self.answers.get(image, self.rest)


def planned(base: str = "node:24") -> Plan:
    recipes = catalog.load()
    target = discover.target(
        f'FROM {base}\nWORKDIR /app\nCOPY . .\nCMD ["node", "app.js"]\n',
        repository="/r",
        commit="",
        dockerfile="Dockerfile",
        context=".",
        stage="",
        catalog=recipes,
    )
    return migrate.plan(target, Facts(language="node"), recipes, Policy())


def looked_up(
    plan: Plan, shelves: Shelves, platform: str = "linux/amd64"
) -> tuple[Plan, list[str]]:
    notes: list[Event] = []
    office = Office(registry=shelves, engine=None, platform=platform)
    done = look_up(plan, catalog.load(), office, notes.append)
    return done, [note.text for note in notes if isinstance(note, Note)]


def images(plan: Plan) -> list[str]:
    return [step.candidate.image for step in plan.steps]


def test_what_is_there_stays_with_its_size() -> None:
    plan, notes = looked_up(planned(), Shelves())
    assert images(plan) == images(planned())
    assert notes == []
    for step in plan.steps:
        assert "57.4 MB to download for linux/amd64." in step.candidate.reasons[-1]


def test_offline_nothing_changes_and_that_is_told_once() -> None:
    plan, notes = looked_up(planned(), Shelves(rest=OFFLINE))
    assert plan == planned()
    assert len(notes) == 1
    assert "no such host" in notes[0]


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (GONE, "has no such image: manifest unknown."),
        (DENIED, "docker login"),
        (replace(THERE, platforms=("linux/s390x",)), "not published for linux/amd64, only for"),
    ],
)
def test_what_cannot_be_had_is_skipped_with_the_reason(answer: Lookup, words: str) -> None:
    plan, _ = looked_up(planned(), Shelves({"node:24-alpine": answer}))
    assert images(plan) == [i for i in images(planned()) if i != "node:24-alpine"]
    reason = next(one.reason for one in plan.skipped if one.image == "node:24-alpine")
    assert words in reason


def test_what_the_engine_has_already_needs_no_registry() -> None:
    office = Office(registry=Shelves(rest=GONE), engine=FakeEngine(), platform="linux/amd64")
    plan = look_up(planned(), catalog.load(), office, lambda _: None)
    assert images(plan) == images(planned())


def test_a_pinned_base_gives_pinned_candidates() -> None:
    pinned = planned(f"node:24@sha256:{'0' * 64}")
    assert not any(ImageRef.parse(image).digest for image in images(pinned))
    plan, _ = looked_up(pinned, Shelves())
    for step in plan.steps:
        image = step.candidate.image
        assert image.endswith(f"@{DIGEST}")
        assert image in step.rewrite.text
        assert not [one for one in step.rewrite.refusals if "digest" in one.reason]
        assert not any("add the digest" in reason for reason in step.candidate.reasons)
        assert any("pinned to the digest" in reason for reason in step.candidate.reasons)


def test_a_pinned_base_stays_unpinned_where_nobody_knows_the_digest() -> None:
    plan, _ = looked_up(planned(f"node:24@sha256:{'0' * 64}"), Shelves(rest=OFFLINE))
    for step in plan.steps:
        assert not ImageRef.parse(step.candidate.image).digest
        assert [one for one in step.rewrite.refusals if "digest" in one.reason.lower()]


def test_a_variant_of_the_platform_will_do() -> None:
    candidate = planned().steps[0].candidate
    assert objection(candidate, THERE, "linux/arm64") == ""
    assert objection(candidate, THERE, "linux/ppc64le") != ""
    assert objection(candidate, replace(THERE, platforms=()), "linux/ppc64le") == ""
    assert settled(candidate, OFFLINE, "linux/amd64", pinned=True) == candidate


def test_scratch_is_in_no_registry() -> None:
    recipes = catalog.load()
    target = discover.target(
        'FROM debian:bookworm\nCOPY a /a\nCMD ["/a"]\n',
        repository="/r",
        commit="",
        dockerfile="Dockerfile",
        context=".",
        stage="",
        catalog=recipes,
    )
    plan = migrate.plan(target, Facts(static=True), recipes, Policy())
    done, _ = looked_up(plan, Shelves(rest=GONE))
    assert images(done) == ["scratch"]
