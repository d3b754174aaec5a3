"""What no plan ever proposes, over every family, many tags, builders and policies."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from proposals import target_of

from stepdown.errors import StepdownError
from stepdown.flow.catalog import load
from stepdown.model.facts import Facts
from stepdown.model.image import ImageRef, Libc, Tier
from stepdown.model.ladder import Place, fits, glibc, image_name, locate
from stepdown.model.plan import Candidate, Policy
from stepdown.model.recipe import Rung
from stepdown.propose import propose

RECIPES = load()
VENDORS = sorted({r.vendor for f in RECIPES.families for r in f.rungs if r.vendor})
VERSIONS = (
    *("18", "20.11.1", "22", "24", "24.19.0", "26", "2.7", "3.9", "3.12.4", "3.13", "3.14"),
    *("1.22", "1.24.3", "1.27", "1.28.0", "3.3", "8.0", "8.3", "8.4.1", "9.0", "10.0"),
    *("11", "17", "21", "21.0.5_11", "25", ""),
)
RELEASES = (
    "",
    "bullseye",
    "bookworm",
    "trixie",
    "forky",
    "jammy",
    "noble",
    "26.04",
    "24.04",
    "12.8",
)
BUILDERS = ("", "golang:1.27", "golang:1.24-bookworm", "rust:1.90", "debian:forky", "ubuntu:26.04")
VARIANTS = ("", "fpm", "apache", "perl")
DAYS = ("", "2024-01-01", "2026-11-22", "2028-01-01", "2032-01-01")


def _bases() -> list[str]:
    """Return images that the recipes recognise: every rung, with versions and releases."""
    found: dict[str, None] = {}
    for family in RECIPES.families:
        for rung in (one for one in family.rungs if one.tags and one.image != "scratch"):
            for version, release in itertools.product(rung.versions or VERSIONS, RELEASES):
                for variant in VARIANTS if "{variant}" in rung.image else ("",):
                    image = image_name(rung, version, release, variant)
                    if image and locate(ImageRef.parse(image), [family]):
                        found[image] = None
    return list(found)


BASES = _bases()
UNTOLD = [base for base in BASES if not re.search(r"[a-z]{5}|\d\d\.04", base.partition(":")[2])]
"""Bases whose tag names no release."""
policies = st.builds(
    Policy,
    to=st.sampled_from(("smallest", *Tier)),
    limit=st.sampled_from(("", *Tier)),
    exposure=st.sampled_from(("", "public", "internal")),
    debugging=st.sampled_from(("", "shell", "sidecar")),
    tools=st.sampled_from(((), ("curl",), ("node",))),
    vendors=st.sets(st.sampled_from(VENDORS)).map(lambda found: tuple(sorted(found))),
    libcs=st.sampled_from(((), (Libc.GLIBC,), (Libc.MUSL,))),
    min_gain=st.sampled_from((None, 0.0, 10.0, 60.0)),
    max_packages=st.sampled_from((None, 0, 20, 100)),
    day=st.sampled_from(DAYS),
)
facts = st.builds(
    Facts, static=st.sampled_from((None, True, False)), native=st.sampled_from(((), ("bcrypt",)))
)


def numbers(image: str) -> list[str]:
    """Read the runtime's version from the name, without the recipes' patterns."""
    if image.startswith("gcr.io/distroless/python3-debian13"):
        return ["3", "13"]  # Debian's own
    name = re.sub(r"(?:debian|alpine|azurelinux|ubi)-?[\d.]+", "", image)
    found = re.search(r"(?:nodejs|java|:)(\d+(?:\.\d+)*)", name)
    return found[1].split(".") if found else []


ONE_BY_ONE = (
    *(Policy(day=day) for day in DAYS),
    Policy(min_gain=10.0),
    Policy(min_gain=60.0),
    Policy(max_packages=20),
    Policy(vendors=tuple(VENDORS)),
    Policy(libcs=(Libc.GLIBC,)),
    Policy(debugging="shell"),
    Policy(to="alpine"),
    Policy(limit="slim"),
)


@pytest.mark.parametrize("policy", ONE_BY_ONE, ids=range(len(ONE_BY_ONE)))
def test_no_plan_for_any_base_breaks_a_promise(policy: Policy) -> None:
    assert len(BASES) > 300
    # All of them once, and every fourth under each further policy.
    some = BASES if policy is ONE_BY_ONE[0] else BASES[ONE_BY_ONE.index(policy) % 4 :: 4]
    assert sum(_proposed("", base, Facts(), policy) for base in some) > 10


@pytest.mark.parametrize("builder", BUILDERS)
def test_no_plan_for_any_builder_breaks_a_promise(builder: str) -> None:
    policy = Policy(vendors=tuple(VENDORS))
    for known in (Facts(), Facts(static=True), Facts(native=("bcrypt",))):
        assert sum(_proposed(builder, base, known, policy) for base in UNTOLD) > 10


@settings(max_examples=50, deadline=None)
@given(base=st.sampled_from(BASES), builder=st.sampled_from(BUILDERS), known=facts, policy=policies)
def test_no_mixture_breaks_a_promise(base: str, builder: str, known: Facts, policy: Policy) -> None:
    _proposed(builder, base, known, policy)


def _proposed(builder: str, base: str, known: Facts, policy: Policy) -> int:
    """Propose, look at each candidate, and return how many there are."""
    text = f"FROM {base}\n"
    if builder:
        text = f"FROM {builder} AS build\n{text}COPY --from=build /app /app\n"
    try:
        target = target_of(text)
    except StepdownError:
        return 0  # already the smallest
    found, _ = propose(target, known, RECIPES.families, policy, RECIPES.programs, RECIPES.releases)
    present = locate(ImageRef.parse(base), RECIPES.families)
    assert present is not None
    for candidate in found:
        rungs = [r for r in present.family.rungs if _makes(r, candidate.image, present)]
        assert rungs, candidate.image
        for rung in rungs:
            _keeps_the_runtime(present, rung, candidate)
            _is_not_older(present, builder, rung, candidate, known)
            _is_not_retired(present, rung, candidate, policy)
            _is_what_the_policy_allows(present, rung, policy)
    # Without support only where nothing else is there, and never as a recommendation.
    assert len({bool(one.ended) for one in found}) < 2 or policy.base
    return len(found)


def _makes(rung: Rung, image: str, place: Place) -> bool:
    made = image_name(rung, place.version, place.release, place.variant)
    # Two rungs may share a template, with tags of their own.
    return made == image and fits(rung, image) and not rung.withheld


def _keeps_the_runtime(present: Place, rung: Rung, candidate: Candidate) -> None:
    if not present.rung.interpreter or (present.family.compiles and not rung.interpreter):
        return
    assert rung.interpreter, candidate.image
    old, new = present.version.split("."), numbers(candidate.image)
    assert new, candidate.image
    assert [part.partition("_")[0] for part in old][: len(new)] == new, candidate.image
    lines = 2 if present.family.language in ("python", "ruby", "php", "dotnet") else 1
    assert len(new) >= lines or len(old) < lines, candidate.image


def _is_not_older(
    present: Place, builder: str, rung: Rung, candidate: Candidate, known: Facts
) -> None:
    kept = "{release}" in rung.image and present.release
    then = glibc(kept or rung.release, RECIPES.releases)
    now = glibc(present.release or present.rung.release, RECIPES.releases)
    if then is None or rung.libc is not Libc.GLIBC:
        return
    if now is not None:
        assert then >= now, candidate.image
    elif (
        builder
        and not known.static
        and (known.native or present.family.compiles or not present.rung.interpreter)
    ):
        built = locate(ImageRef.parse(builder), RECIPES.families)
        assert built is not None
        older = glibc(built.release or built.rung.release, RECIPES.releases)
        assert older is None or then >= older, candidate.image


def _is_not_retired(present: Place, rung: Rung, candidate: Candidate, policy: Policy) -> None:
    def end(one: Rung) -> str:
        kept = present.release if "{release}" in one.image else ""
        ends = [day for version, day in one.ends if f"{present.version}.".startswith(f"{version}.")]
        ends = ends[:1] or [one.end_of_life]
        words = (kept or one.release).split("-")[0]
        for release in RECIPES.releases:
            numbers = [words == n or words.startswith(f"{n}.") for n in release.numbers]
            if words and (words == release.name or any(numbers)):
                ends.append(release.end_of_life)
        return min(filter(None, ends), default="")

    over = policy.day and end(rung) and end(rung) < policy.day
    assert not over or ("" < end(present.rung) <= end(rung))
    assert bool(over) == bool(candidate.ended)


def _is_what_the_policy_allows(present: Place, rung: Rung, policy: Policy) -> None:
    assert rung.tier.rank >= present.rung.tier.rank
    for limit in (policy.to, policy.limit):
        assert limit in ("", "smallest") or rung.tier.rank <= Tier(limit).rank
    assert not rung.vendor or rung.vendor in policy.vendors
    assert not policy.libcs or rung.libc in (*policy.libcs, Libc.NONE)
    assert rung.shell or policy.debugging != "shell"
    if policy.max_packages is not None:
        assert rung.expected_packages is not None
        assert rung.expected_packages <= policy.max_packages
    if policy.min_gain is not None:
        pairs = (
            (present.rung.expected_packages, rung.expected_packages),
            (present.rung.expected_megabytes, rung.expected_megabytes),
            (present.rung.expected_download, rung.expected_download),
        )
        known = [(old, new) for old, new in pairs if old is not None and new is not None]
        gains = [(old - new) * 100 >= policy.min_gain * old for old, new in known if old]
        assert not gains or any(gains)
