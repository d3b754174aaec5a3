"""What is tried next: repaired, the next rung, or nothing."""

import msgspec
import pytest

from stepdown import discover
from stepdown.flow import catalog, migrate
from stepdown.flow.attempts import Attempt, advised, next_attempt
from stepdown.flow.others import instead, others
from stepdown.model.facts import Development, Facts
from stepdown.model.plan import Candidate, Plan, Policy
from stepdown.model.recipe import Channel, Remedy, RemedyKind
from stepdown.model.trial import Finding, Trial, Verdict
from stepdown.rewrite.production import prunes

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
    assert [(done.breakage, done.remedy.apk) for done in again.applied] == [("D02", ("bash",))]
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


def on(
    base: str, dockerfile: str, *, unsafe: bool = False, facts: Facts | None = None
) -> tuple[Plan, Attempt]:
    """A plan with one rung, and its first attempt."""
    recipes = catalog.load()
    target = discover.target(
        dockerfile,
        repository="/r",
        commit="c",
        dockerfile="Dockerfile",
        context=".",
        stage="",
        catalog=recipes,
    )
    policy = Policy(base=base, unsafe_fixes=unsafe)
    what = migrate.plan(target, facts or Facts(), recipes, policy)
    return what, first(what)


COMPILED = (
    "FROM gcc:14 AS build\nRUN gcc -o /s s.c\nFROM debian:bookworm-slim\nCOPY --from=build /s /\n"
)
CC = Remedy(kind=RemedyKind.LARGER_SIBLING, text="Take cc.", safe=True)
LIBC = Remedy(kind=RemedyKind.SAME_LIBC, text="Build on musl.", safe=True)
LINK = Remedy(kind=RemedyKind.LINK_STATICALLY, text="Link statically.")


def test_a_larger_sibling_of_the_base_is_the_next_attempt() -> None:
    what, attempt = on("gcr.io/distroless/base-debian13:nonroot", COMPILED)
    again = after(what, trial(attempt, BAD, CC))
    assert again is not None
    assert again.candidate.image == "gcr.io/distroless/cc-debian13:nonroot"
    assert again.number == 2
    assert "cc-debian13" in again.rewrite.text
    assert after(what, trial(attempt, BAD, CC), trial(again, BAD, CC)) is None


def test_what_broke_the_build_is_left_out_again() -> None:
    what, attempt = on("alpine:3.23", COMPILED, unsafe=True)
    bad = trial(attempt, BAD, LIBC, LINK)
    second = after(what, bad)
    assert second is not None
    assert "FROM alpine:3.23 AS build" in second.rewrite.text
    third = after(what, bad, trial(second, Verdict.NOT_BUILT))
    assert third is not None
    assert "FROM gcc:14 AS build" in third.rewrite.text
    assert "gcc -static" in third.rewrite.text
    assert [done.remedy.kind for done in third.applied] == [RemedyKind.LINK_STATICALLY]
    assert third.number == 3


def test_an_unsafe_remedy_needs_consent() -> None:
    what, attempt = on("alpine:3.23", COMPILED)
    assert after(what, trial(attempt, BAD, LINK)) is None
    what, attempt = on("alpine:3.23", COMPILED, unsafe=True)
    again = after(what, trial(attempt, BAD, LINK))
    assert again is not None
    assert "gcc -static" in again.rewrite.text


def test_a_remedy_comes_with_its_lines_for_this_file() -> None:
    what, attempt = on("alpine:3.23", COMPILED)
    told = advised(what, trial(attempt, BAD, CC, LINK, ADVICE), PACKAGES)
    assert [one.kind for one in told.findings[0].remedies] == [LINK.kind, ADVICE.kind]
    lines = told.findings[0].remedies[0].lines
    assert "-RUN gcc -o /s s.c" in lines
    assert "+RUN gcc -static -o /s s.c" in lines
    assert told.findings[0].remedies[1].lines == ()


def test_a_remedy_without_lines_stays_where_it_is_the_only_one() -> None:
    what, attempt = on("alpine:3.23", COMPILED)
    told = advised(what, trial(attempt, BAD, CC), PACKAGES)
    assert [one.kind for one in told.findings[0].remedies] == [CC.kind]


def test_remedies_that_are_in_each_others_way_are_tried_one_after_the_other() -> None:
    text = "FROM node:24\nRUN npm ci --libc=glibc\n"
    what, attempt = on("node:24-alpine", text)
    words = Remedy(
        kind=RemedyKind.REPLACE_WORDS, text="t", safe=True, renames={"--libc=glibc": "--libc=musl"}
    )
    npm = Remedy(kind=RemedyKind.MUSL_PACKAGES, text="n", safe=True)
    findings = tuple(
        msgspec.structs.replace(trial(attempt, BAD, one).findings[0], breakage=one.text)
        for one in (words, npm)
    )
    both = msgspec.structs.replace(trial(attempt, BAD), findings=findings)
    again = after(what, both)
    assert again is not None
    assert "npm ci --libc=musl" in again.rewrite.text


PRUNED = 'FROM node:24\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "server.js"]\n'
LOCKED = Development(lock="package-lock.json", packages=("jest",), programs=("jest",))
DISTROLESS = "gcr.io/distroless/nodejs24-debian13"


@pytest.mark.parametrize("verdict", [BAD, Verdict.NOT_BUILT])
def test_what_fails_without_packages_for_development_is_tried_with_them(verdict: Verdict) -> None:
    what, attempt = on(DISTROLESS, PRUNED, facts=Facts(development=LOCKED))
    assert prunes(attempt.rewrite)
    again = after(what, trial(attempt, verdict))
    assert again is not None
    assert (again.candidate.image, again.number) == (attempt.candidate.image, 2)
    assert not prunes(again.rewrite)
    assert "COPY --from=build /app /app" in again.rewrite.text
    assert [done.breakage for done in again.applied] == ["production"]
    assert after(what, trial(attempt, verdict), trial(again, BAD)) is None


def test_another_remedy_comes_before_the_packages_for_development() -> None:
    what, attempt = on(DISTROLESS, PRUNED, facts=Facts(development=LOCKED))
    home = Remedy(
        kind=RemedyKind.SET_ENVIRONMENT, text="t", safe=True, environment={"HOME": "/tmp"}
    )
    repaired = after(what, trial(attempt, BAD, home))
    assert repaired is not None
    assert prunes(repaired.rewrite)
    kept = after(what, trial(attempt, BAD, home), trial(repaired, BAD, home))
    assert kept is not None
    assert not prunes(kept.rewrite)
    assert "ENV HOME=/tmp" in kept.rewrite.text


def test_what_works_without_packages_for_development_stays_so() -> None:
    what, attempt = on(DISTROLESS, PRUNED, facts=Facts(development=LOCKED))
    assert after(what, trial(attempt, WORKS)) is None


OTHER = Remedy(kind=RemedyKind.OTHER_BASE, text="Take a base with glibc.")


def ladder(what: Plan) -> tuple[Candidate, ...]:
    return others(what, catalog.load())


def test_another_base_is_proposed_with_its_lines() -> None:
    what, attempt = on("node:24-alpine", DOCKERFILE)
    told = advised(what, trial(attempt, BAD, OTHER), PACKAGES, others=ladder(what))
    (remedy,) = told.findings[0].remedies
    assert "-FROM node:24-alpine AS base" in remedy.lines
    assert "+FROM node:24-slim AS base" in remedy.lines
    assert next_attempt(what, (told,), PACKAGES, others=ladder(what)) is None


def test_another_base_is_taken_with_consent_and_without_what_the_last_one_needed() -> None:
    what, attempt = on("node:24-alpine", DOCKERFILE, unsafe=True)
    bad = trial(attempt, BAD, BASH)
    second = next_attempt(what, (bad,), PACKAGES, others=ladder(what))
    assert second is not None
    third = next_attempt(what, (bad, trial(second, BAD, OTHER)), PACKAGES, others=ladder(what))
    assert third is not None
    assert third.candidate.image == "node:24-slim"
    assert "bash" not in third.rewrite.text
    assert [done.remedy.kind for done in third.applied] == [OTHER.kind]


def test_where_no_other_base_is_there_is_nothing_to_change() -> None:
    text = 'FROM python:3.13-slim\nCMD ["python3", "a.py"]\n'
    what, attempt = on("python:3.13-alpine", text)
    second = after(what, trial(attempt, BAD, BASH))
    assert second is not None
    nearer = msgspec.structs.replace(OTHER, kind=RemedyKind.NEARER_BASE)
    told = advised(what, trial(second, BAD, nearer), PACKAGES, others=ladder(what))
    assert told.findings[0].remedies[0].lines == ()


def test_a_rung_that_is_tried_anyhow_is_no_remedy() -> None:
    what = plan("alpine")
    policy = msgspec.structs.replace(what.policy, unsafe_fixes=True)
    what = msgspec.structs.replace(what, policy=policy)
    again = next_attempt(what, (trial(first(what), BAD, OTHER),), PACKAGES, others=ladder(what))
    assert again is not None
    assert (again.candidate.tier, again.number) == ("slim", 1)


@pytest.mark.parametrize(
    ("present", "asked", "taken"),
    [
        ("python:3.13", "python:3.13-alpine", "python:3.13-slim"),
        ("python:3.13", "gcr.io/distroless/python3-debian13:nonroot", "python:3.13-slim"),
        ("python:3.13", "python:3.13-slim", "python:3.13-slim"),
        (
            "python:3.13-slim",
            "python:3.13-alpine",
            "gcr.io/distroless/python3-debian13:nonroot",
        ),
        (
            "python:3.13-slim",
            "gcr.io/distroless/python3-debian13:nonroot",
            "python:3.13-alpine",
        ),
    ],
)
def test_the_other_base_has_what_this_one_lacks(present: str, asked: str, taken: str) -> None:
    what, attempt = on(asked, f'FROM {present}\nCMD ["python3", "a.py"]\n')
    assert instead(attempt.candidate, ladder(what)).image == taken


def test_a_tool_of_debian_is_not_in_a_base_without_a_shell() -> None:
    text = 'FROM python:3.13-slim\nCMD ["python3", "a.py"]\n'
    what, attempt = on("python:3.13-alpine", text)
    assert instead(attempt.candidate, ladder(what), tools=True) == attempt.candidate
    what, attempt = on("gcr.io/distroless/python3-debian13:nonroot", text)
    assert instead(attempt.candidate, ladder(what), tools=True).image == "python:3.13-alpine"


def test_a_present_base_on_no_ladder_has_no_other_rungs() -> None:
    what, _ = on("node:24-alpine", DOCKERFILE)
    elsewhere = msgspec.structs.replace(what.target, base="example.com/own:1")
    assert ladder(msgspec.structs.replace(what, target=elsewhere)) == ()


def test_a_remedy_that_leaves_the_refusal_is_none() -> None:
    text = 'FROM node:24\nHEALTHCHECK CMD ["bash", "-c", "true"]\nCMD ["node", "a.js"]\n'
    what, attempt = on("gcr.io/distroless/nodejs24-debian13:nonroot", text, unsafe=True)
    shell = Remedy(kind=RemedyKind.COPY_PROGRAMS, text="Copy BusyBox.")
    refused = trial(attempt, Verdict.NOT_BUILT, shell, OTHER)
    told = advised(what, refused, PACKAGES, others=ladder(what))
    assert [one.kind for one in told.findings[0].remedies] == [OTHER.kind]
    again = next_attempt(what, (told,), PACKAGES, others=ladder(what))
    assert again is not None
    assert again.candidate.image == "node:24-slim"
