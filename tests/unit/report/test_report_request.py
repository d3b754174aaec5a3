import msgspec
import outcomes
import pytest

from stepdown.errors import StepdownError
from stepdown.model.facts import Target
from stepdown.model.trial import Outcome
from stepdown.report import markdown, operations, reproduce, request


def at(dockerfile: str, base: str = "node:24") -> Outcome:
    good = outcomes.success()
    target: Target = msgspec.structs.replace(good.plan.target, dockerfile=dockerfile, base=base)
    plan = msgspec.structs.replace(good.plan, target=target)
    return msgspec.structs.replace(good, plan=plan)


@pytest.mark.parametrize(
    ("outcome", "title"),
    [
        (at("Dockerfile"), "Move Dockerfile from node:24 to nodejs24-debian13:nonroot"),
        (
            at("Dockerfile", f"registry.example:5000/base/node:24@sha256:{'0' * 64}"),
            "Move Dockerfile from node:24 to nodejs24-debian13:nonroot",
        ),
        (
            at("services/storefront/Dockerfile"),
            "Move services/storefront/Dockerfile to nodejs24-debian13:nonroot",
        ),
        (
            at("services/storefront/images/web/Dockerfile"),
            "Move services/storefront/images/web/Dockerfile to distroless",
        ),
        (at(f"{'deep/' * 14}Dockerfile"), f"Move {'deep/' * 13}d…"),
        (outcomes.red(), "No smaller base was shown to work for services/api/Dockerfile"),
    ],
)
def test_a_title_fits_into_a_subject_line(outcome: Outcome, title: str) -> None:
    assert request.title(outcome) == title[:72]
    assert len(request.title(outcome)) <= 72


def test_a_file_name_cannot_break_the_subject() -> None:
    assert "\n" not in request.title(at("a\nSigned-off-by: x/Dockerfile"))


def test_the_body_is_the_report() -> None:
    outcome = outcomes.success()
    assert request.body(outcome) == markdown.render(outcome)


def test_a_commit_message_has_a_subject_and_narrow_lines() -> None:
    subject, empty, *body = request.commit_message(outcomes.success()).splitlines()
    assert subject == request.title(outcomes.success())
    assert empty == ""
    assert max(map(len, body)) <= 72
    assert not [line for line in body if line.startswith("#")]


def test_without_an_answer_there_is_no_commit() -> None:
    with pytest.raises(StepdownError, match="no smaller base works"):
        request.commit_message(outcomes.failure())


def test_a_commit_may_rest_on_no_common_check() -> None:
    good = outcomes.success()
    trials = tuple(msgspec.structs.replace(t, checks=()) for t in good.trials)
    message = request.commit_message(msgspec.structs.replace(good, trials=trials))
    assert "Checks that passed" not in message


@pytest.mark.parametrize(
    ("image", "debug"),
    [
        ("gcr.io/distroless/static-debian13", "gcr.io/distroless/static-debian13:debug"),
        ("gcr.io/distroless/cc-debian13:latest", "gcr.io/distroless/cc-debian13:debug"),
        (
            "gcr.io/distroless/cc-debian13:nonroot-arm64@sha256:00",
            "gcr.io/distroless/cc-debian13:debug-nonroot-arm64",
        ),
        ("gcr.io/distroless/cc-debian13:debug", ""),
        ("gcr.io/distroless/cc-debian13:latest-amd64", ""),
        ("scratch", ""),
        ("registry.example/distroless/cc", ""),
    ],
)
def test_the_debug_variant_is_named_only_where_it_exists(image: str, debug: str) -> None:
    assert operations.debug_image(image) == debug


def test_commands_are_quoted_and_continued() -> None:
    lines = reproduce.command(
        "docker", "build", "-t", "app:new", "-f", "my files/Dockerfile", "--pull", "a" * 60
    )
    assert lines == (
        "docker build -t app:new -f 'my files/Dockerfile' \\",
        f"    --pull {'a' * 60}",
    )
