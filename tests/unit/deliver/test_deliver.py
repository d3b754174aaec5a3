import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stepdown.deliver.branch import branch_name
from stepdown.deliver.deliver import deliver
from stepdown.errors import StepdownError
from stepdown.flow import record
from stepdown.model.facts import Target
from stepdown.model.plan import Candidate
from stepdown.model.trial import BaselineVerdict, Outcome, Verdict

SUCCESS = record.load(Path(__file__).parents[1] / "record" / "outcome.json")
DISTROLESS = SUCCESS.trials[0].candidate


class Commits:
    """A workspace that remembers what is committed."""

    def __init__(self) -> None:
        self.made: list[tuple[tuple[tuple[str, bytes], ...], str, str]] = []

    @property
    def path(self) -> str:
        return "/workspace"

    def commit(self, files: tuple[tuple[str, bytes], ...], branch: str, message: str) -> str:
        self.made.append((files, branch, message))
        return "c0ffee"


def at(dockerfile: str) -> Target:
    return msgspec.structs.replace(SUCCESS.plan.target, dockerfile=dockerfile)


def image(name: str) -> Candidate:
    return msgspec.structs.replace(DISTROLESS, image=name)


@pytest.mark.parametrize(
    ("dockerfile", "branch"),
    [
        ("Dockerfile", "stepdown/dockerfile-distroless"),
        ("services/api/Dockerfile", "stepdown/services-api-dockerfile-distroless"),
        ("Dockerfile.prod", "stepdown/dockerfile-prod-distroless"),
        (
            "docker/My App~1.lock/..Dockerfile",
            "stepdown/docker-my-app-1-lock-dockerfile-distroless",
        ),
        ("größe/Dockerfile", "stepdown/gr-e-dockerfile-b76ae032-distroless"),
    ],
)
def test_a_branch_is_called_like_dockerfile_and_rung(dockerfile: str, branch: str) -> None:
    assert branch_name(at(dockerfile), DISTROLESS) == branch


def test_two_paths_beyond_ascii_do_not_collide() -> None:
    first, second = (branch_name(at(f"{name}/Dockerfile"), DISTROLESS) for name in ("東京", "京都"))
    assert first != second


def test_the_image_is_named_only_where_two_share_a_rung() -> None:
    node = image("gcr.io/distroless/nodejs24-debian13:nonroot")
    other = image("gcr.io/distroless/nodejs24-debian12:nonroot")
    slim = SUCCESS.trials[2].candidate
    plain = "stepdown/dockerfile-distroless"
    assert branch_name(at("Dockerfile"), node, (node, slim)) == plain
    assert branch_name(at("Dockerfile"), node, (node, other, slim)) == (
        f"{plain}-nodejs24-debian13-nonroot"
    )
    assert branch_name(at("Dockerfile"), slim, (node, other, slim)) == "stepdown/dockerfile-slim"


@settings(deadline=None)
@given(st.text(st.characters(codec=None), min_size=1, max_size=300))
def test_every_branch_is_a_valid_reference_name(path: str) -> None:
    name = branch_name(at(path), DISTROLESS)
    assert re.fullmatch(r"stepdown/[a-z0-9]+(-[a-z0-9]+)*-distroless", name)
    assert len(name) < 120


def test_exactly_one_file_is_committed_on_that_branch() -> None:
    workspace = Commits()
    delivery = deliver(SUCCESS, workspace, title="Move it", message="Move it\n")
    ((files, branch, message),) = workspace.made
    rewritten = SUCCESS.trials[0].rewrite.text
    assert files == (("services/api/Dockerfile", rewritten.encode()),)
    assert branch == "stepdown/services-api-dockerfile-distroless"
    assert message == "Move it\n"
    assert (delivery.branch, delivery.commit, delivery.title) == (branch, "c0ffee", "Move it")
    assert delivery.dockerfile == "services/api/Dockerfile"


def test_the_user_may_name_the_branch() -> None:
    workspace = Commits()
    delivery = deliver(SUCCESS, workspace, title="t", message="m", branch="mine")
    assert delivery.branch == workspace.made[0][1] == "mine"


def test_bytes_that_are_no_utf_8_go_back_as_they_came() -> None:
    best, *others = SUCCESS.trials
    text = b"# caf\xe9\r\nFROM scratch\r\n".decode(errors="surrogateescape")
    rewrite = msgspec.structs.replace(best.rewrite, text=text)
    trials = (msgspec.structs.replace(best, rewrite=rewrite), *others)
    workspace = Commits()
    deliver(msgspec.structs.replace(SUCCESS, trials=trials), workspace, title="t", message="m")
    assert workspace.made[0][0][0][1] == b"# caf\xe9\r\nFROM scratch\r\n"


def unanswered() -> Outcome:
    return msgspec.structs.replace(SUCCESS, answer=None)


def failed() -> Outcome:
    best, *others = SUCCESS.trials
    trials = (msgspec.structs.replace(best, verdict=Verdict.NO_EVIDENCE), *others)
    return msgspec.structs.replace(SUCCESS, trials=trials)


def red() -> Outcome:
    baseline = msgspec.structs.replace(SUCCESS.baseline, verdict=BaselineVerdict.RED)
    return msgspec.structs.replace(SUCCESS, baseline=baseline)


@pytest.mark.parametrize("outcome", [unanswered(), failed(), red()])
def test_nothing_is_committed_that_does_not_work(outcome: Outcome) -> None:
    workspace = Commits()
    with pytest.raises(StepdownError, match="no smaller base works"):
        deliver(outcome, workspace, title="t", message="m")
    assert workspace.made == []
