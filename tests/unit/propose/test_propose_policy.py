"""How far down the policy lets a plan go, and what it says about each step."""

import pytest
from proposals import Proposed, target_of

from stepdown.errors import UsageError
from stepdown.flow.catalog import load
from stepdown.model.facts import Facts
from stepdown.model.image import Libc
from stepdown.model.plan import Policy
from stepdown.propose import propose


def proposed(base: str, policy: Policy, facts: Facts | None = None) -> Proposed:
    recipes = load()
    text = f"FROM {base}\n"
    return propose(
        target_of(text),
        facts or Facts(),
        recipes.families,
        policy,
        recipes.programs,
        recipes.releases,
    )


def images(found: Proposed) -> list[str]:
    return [one.image.removeprefix("gcr.io/distroless/") for one in found[0]]


def reason(found: Proposed, part: str) -> str:
    return next(one.reason for one in found[1] if part in one.image)


DISTROLESS = "nodejs24-debian13:nonroot"


@pytest.mark.parametrize(
    ("policy", "kept", "words"),
    [
        (Policy(limit="alpine"), ["node:24-slim", "node:24-alpine"], "below alpine"),
        (Policy(limit="slim", to="distroless"), ["node:24-slim"], "below slim"),
        (Policy(debugging="shell"), ["node:24-slim", "node:24-alpine"], "no shell"),
        (Policy(libcs=(Libc.MUSL,)), ["node:24-alpine"], "C library is glibc"),
        (Policy(tools=("curl",)), ["node:24-slim", "node:24-alpine"], "cannot have"),
        (Policy(max_packages=10), [], "14 packages; the policy allows 10"),
    ],
)
def test_what_the_policy_forbids_is_skipped_with_its_reason(
    policy: Policy, kept: list[str], words: str
) -> None:
    found = proposed("node:24", policy)
    assert images(found) == kept
    assert words in reason(found, "nodejs24")


def test_a_required_tool_may_be_the_runtime_itself() -> None:
    assert DISTROLESS not in images(proposed("node:24", Policy(tools=("npm",))))
    found = proposed("python:3.13", Policy(tools=("python3",)))
    assert "python3-debian13:nonroot" in images(found)


def test_sidecars_make_no_demands() -> None:
    assert DISTROLESS in images(proposed("node:24", Policy(debugging="sidecar")))


def test_a_gain_that_is_too_small_is_told() -> None:
    few = proposed("debian:bookworm", Policy(min_gain=60.0))
    assert "42 % at best (88 packages instead of 88, 74.8 MB" in reason(few, "slim")
    assert "debian:bookworm-slim" in images(proposed("debian:bookworm", Policy(min_gain=30.0)))


def test_an_internal_service_takes_no_step_for_little() -> None:
    assert "python3-debian13:nonroot" in images(proposed("python:3.13-alpine", Policy()))
    found = proposed("python:3.13-alpine", Policy(exposure="internal"))
    assert "the policy asks for 10 %" in reason(found, "python3-debian13")
    public = proposed("python:3.13-alpine", Policy(exposure="public"))
    assert "python3-debian13:nonroot" in images(public)
    free = proposed("python:3.13-alpine", Policy(exposure="internal", min_gain=-100.0))
    assert "python3-debian13:nonroot" in images(free)


def test_a_step_that_loses_says_so() -> None:
    rust = proposed("rust:1.90-slim", Policy())[0][0]
    assert rust.image == "rust:1.90-alpine"
    assert (
        "Not smaller in everything: expected 349.1 MB to download instead of 277." in rust.reasons
    )


def test_other_vendors_are_named_once_and_proposed_on_request() -> None:
    found = proposed("node:24", Policy())
    assert "docker-hardened (dhi.io/node:24-debian13)" in reason(found, "other vendors")
    asked = proposed("node:24", Policy(vendors=("docker-hardened",)))
    assert "dhi.io/node:24-debian13" in images(asked)
    assert not [one for one in asked[1] if "vendors" in one.image]
    chainguard = proposed("node:24", Policy(vendors=("chainguard",)))
    assert not [image for image in images(chainguard) if "cgr.dev" in image]


def test_another_vendor_is_an_alternative_at_the_same_rung() -> None:
    asked = proposed("debian:bookworm-slim", Policy(vendors=("redhat", "suse")))
    assert not [image for image in images(asked) if "ubi9" in image]
    assert "older than that of the present base" in reason(asked, "ubi-minimal")
    assert "registry.suse.com/bci/bci-micro:15.7" in images(asked)


def test_images_past_their_support_are_not_proposed() -> None:
    late = Policy(day="2027-12-01")
    assert "ended on 2027-11-01" in reason(proposed("debian:bookworm", late), "alpine:3.23")


def test_a_base_that_has_ended_itself_still_gets_smaller_and_is_told_to_move_on() -> None:
    found = proposed("node:20", Policy(day="2026-11-22"))
    assert images(found) == ["node:20-slim", "node:20-alpine"]
    words = (
        "Its security fixes ended on 2026-04-30: it is no recommendation. "
        "Move to a release that still gets some first."
    )
    assert all(words in one.reasons for one in found[0])
    assert {one.ended for one in found[0]} == {"2026-04-30"}


def test_where_a_supported_base_fits_none_without_support_is_proposed() -> None:
    found = proposed("debian:bullseye", Policy(day="2026-11-22"))
    assert images(found) == ["alpine:3.23", "cc-debian13:nonroot"]
    assert reason(found, "debian:bullseye-slim") == (
        "Its security fixes ended on 2026-08-31; a base that still gets some fits, too."
    )
    earlier = proposed("debian:bullseye", Policy(day="2026-08-31"))
    assert images(earlier)[0] == "debian:bullseye-slim"
    assert not any(one.ended for one in earlier[0])


def test_the_end_of_the_distribution_counts_beside_that_of_the_runtime() -> None:
    found = proposed("python:3.13-bookworm", Policy(day="2028-07-01"))
    assert "python:3.13-slim-bookworm" not in images(found)


def test_people_who_lose_their_shell_are_told_how_to_look_inside() -> None:
    found = {one.tier.value: one.reasons for one in proposed("node:24", Policy())[0]}
    assert any("kubectl debug --target" in one for one in found["distroless"])
    assert not any("kubectl debug" in one for one in found["slim"])


def test_a_variant_is_kept_or_refused() -> None:
    assert images(proposed("php:8.3-fpm-bookworm", Policy())) == ["php:8.3-fpm-alpine"]
    assert images(proposed("nginx:1.28-perl", Policy())) == ["nginx:1.28-alpine-perl"]
    assert "variant perl" in reason(proposed("nginx:1.28-perl", Policy()), "alpine-slim")
    apache = proposed("php:8.3-apache", Policy())
    assert images(apache) == []
    assert any("no alpine image for the variant apache" in one.reason for one in apache[1])


def test_release_skew_counts_for_ubuntu_too() -> None:
    assert "cc-debian13:nonroot" in images(proposed("ubuntu:24.04", Policy()))
    found = proposed("ubuntu:26.04", Policy())
    assert "older than that of the present base" in reason(found, "cc-debian13")


def test_a_newer_builder_counts_where_the_base_is_silent() -> None:
    recipes = load()
    text = (
        "FROM debian:forky AS build\nRUN cc -o /app x.c\n"
        "FROM debian:latest\nCOPY --from=build /app /app\n"
    )
    target = target_of(text)
    found = propose(target, Facts(), recipes.families, Policy(), releases=recipes.releases)
    assert "debian:forky, on which line 4 copies" in reason(found, "cc-debian13")
    static = propose(
        target, Facts(static=True), recipes.families, Policy(), releases=recipes.releases
    )
    assert "cc-debian13:nonroot" in images(static)


def candidates(text: str, facts: Facts) -> list[str]:
    recipes = load()
    found = propose(target_of(text), facts, recipes.families, Policy(), releases=recipes.releases)
    return images(found)


STATIC = ["static-debian13:nonroot", "scratch"]


@pytest.mark.parametrize(
    ("base", "start", "static", "wanted"),
    [
        ("golang:1.24", 'CMD ["/app"]', True, ["cc-debian13:nonroot", *STATIC]),
        ("golang:1.24", 'CMD ["/app"]', None, ["cc-debian13:nonroot"]),
        ("golang:1.24-alpine", 'ENTRYPOINT ["/app"]', True, STATIC),
        ("rust:1.90", "CMD /app --port 8080", None, ["cc-debian13:nonroot"]),
        ("golang:1.24", 'CMD ["go", "run", "."]', True, []),
        ("rust:1.90", "CMD cargo run --release", True, []),
        ("golang:1.24", 'ENTRYPOINT ["go"]\nCMD ["run", "."]', True, []),
        ("golang:1.24", "EXPOSE 80", True, []),
        ("node:24", 'CMD ["/app"]', True, ["nodejs24-debian13:nonroot"]),
    ],
)
def test_a_compiled_program_leaves_its_toolchain(
    base: str, start: str, *, static: bool | None, wanted: list[str]
) -> None:
    text = f"FROM {base}\nRUN make\n{start}\n"
    found = candidates(text, Facts(static=static))
    assert [image for image in found if "debian13" in image or image == "scratch"] == wanted


def test_an_unknown_limit_is_refused() -> None:
    with pytest.raises(UsageError, match="tiny"):
        proposed("node:24", Policy(limit="tiny"))
