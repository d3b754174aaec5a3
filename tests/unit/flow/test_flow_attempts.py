"""What is tried next: repaired, the next rung, or nothing."""

import msgspec
import pytest

from stepdown import discover
from stepdown.flow import catalog, migrate
from stepdown.flow.attempts import Attempt, next_attempt
from stepdown.model.plan import Facts, Plan, Policy
from stepdown.model.recipe import Channel, Remedy, RemedyKind
from stepdown.model.trial import Finding, Trial, Verdict

DOCKERFILE = 'FROM node:24\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n'
BASH = Remedy(kind=RemedyKind.ADD_PACKAGES, text="Install bash.", safe=True, apk=("bash",))
TZDATA = Remedy(kind=RemedyKind.ADD_PACKAGES, text="t", safe=True, apk=("tzdata",))
UNSAFE = msgspec.structs.replace(BASH, safe=False)
ADVICE = Remedy(kind=RemedyKind.ADVICE, text="Write it in sh.", safe=True)
PACKAGES = {name.debian: name for name in catalog.load().packages}


def plan(to: str = "smallest", attempts: int = 3) -> Plan:
    recipes = catalog.load()
    target = discover.target(
        DOCKERFILE,
        repository="/r",
        commit="c",
        dockerfile="Dockerfile",
        context=".",
        stage="",
        catalog=recipes,
    )
    return migrate.plan(target, Facts(), recipes, Policy(to=to, attempts=attempts))


def trial(attempt: Attempt, verdict: Verdict, *remedies: Remedy) -> Trial:
    finding = Finding(
        breakage="D02",
        title="t",
        checks=("start",),
        channel=Channel.LOG,
        evidence="e",
        cause="c",
        remedies=remedies,
    )
    return Trial(
        candidate=attempt.candidate,
        rewrite=attempt.rewrite,
        verdict=verdict,
        reason="r",
        findings=(finding,) if remedies else (),
        applied=attempt.applied,
        attempt=attempt.number,
    )


def after(what: Plan, *trials: Trial) -> Attempt | None:
    return next_attempt(what, trials, PACKAGES)


def first(what: Plan) -> Attempt:
    attempt = after(what)
    assert attempt is not None
    return attempt


def climb(what: Plan, *verdicts: Verdict) -> list[str]:
    """The images that are tried when the rungs come out like this."""
    trials: tuple[Trial, ...] = ()
    left = list(verdicts)
    while (attempt := next_attempt(what, trials, PACKAGES)) is not None:
        trials = (*trials, trial(attempt, left.pop(0)))
    return [t.candidate.tier.value for t in trials]


WORKS, BAD = Verdict.WORKS, Verdict.REGRESSION


def test_smallest_tries_every_rung_from_the_top() -> None:
    assert climb(plan(), WORKS, BAD, WORKS) == ["slim", "alpine", "distroless"]


def test_a_named_tier_stops_at_the_first_that_works() -> None:
    assert climb(plan("alpine"), WORKS) == ["alpine"]


def test_a_named_tier_falls_back_to_the_next_rung_up() -> None:
    assert climb(plan("alpine"), BAD, WORKS) == ["alpine", "slim"]


def alpine() -> tuple[Plan, Attempt]:
    what = plan("alpine")
    return what, first(what)


def test_a_safe_remedy_is_applied_and_tried_again() -> None:
    what, attempt = alpine()
    again = after(what, trial(attempt, BAD, ADVICE, BASH))
    assert again is not None
    assert again.candidate == attempt.candidate
    assert again.number == 2
    assert [done.remedy for done in again.applied] == [BASH]
    assert "apk add --no-cache bash" in again.rewrite.text


@pytest.mark.parametrize("remedy", [UNSAFE, ADVICE])
def test_other_remedies_are_only_proposed(remedy: Remedy) -> None:
    what, attempt = alpine()
    again = after(what, trial(attempt, BAD, remedy))
    assert again is not None
    assert again.candidate.tier == "slim"


def test_the_same_remedy_is_never_applied_twice() -> None:
    what, attempt = alpine()
    again = after(what, trial(attempt, BAD, BASH))
    assert again is not None
    third = after(what, trial(attempt, BAD, BASH), trial(again, BAD, BASH))
    assert third is not None
    assert third.candidate.tier == "slim"


def test_remedies_add_up_and_end() -> None:
    what, attempt = alpine()
    tried = [trial(attempt, BAD, BASH)]
    second = after(what, *tried)
    assert second is not None
    tried.append(trial(second, BAD, TZDATA))
    third = after(what, *tried)
    assert third is not None
    assert "apk add --no-cache bash tzdata" in third.rewrite.text
    other = msgspec.structs.replace(TZDATA, apk=("curl",))
    tried.append(trial(third, BAD, other))
    last = after(what, *tried)
    assert last is not None
    assert last.candidate.tier == "slim"


def test_a_base_without_a_package_manager_takes_no_packages() -> None:
    what = plan("distroless")
    again = after(what, trial(first(what), BAD, BASH))
    assert again is not None
    assert again.candidate.tier == "alpine"
