"""Commands that are copied from a report do what they say."""

import shlex
from typing import Any

import outcomes
import pytest
from msgspec.structs import replace

from stepdown.cli.app import app
from stepdown.model.plan import Policy
from stepdown.model.trial import Outcome
from stepdown.report import markdown, story
from stepdown.report.document import Listing
from stepdown.report.reproduce import again, docker_build


def words(lines: tuple[str, ...]) -> list[str]:
    return shlex.split("\n".join(lines).replace("\\\n", ""))


def chosen(**choices: Any) -> Outcome:
    made = outcomes.success()
    return replace(made, plan=replace(made.plan, policy=Policy(**choices)))


def command(outcome: Outcome) -> list[str]:
    assert outcome.best is not None
    return words(again(outcome, outcome.best))


def test_the_folder_is_the_context_and_the_file_is_relative_to_it() -> None:
    said = command(outcomes.success())
    assert said[:5] == ["stepdown", "migrate", "services/api", "-f", "Dockerfile"]
    made = outcomes.success()
    elsewhere = replace(made.plan.target, dockerfile="docker/app.Dockerfile", context=".")
    said = command(replace(made, plan=replace(made.plan, target=elsewhere)))
    assert said[:4] == ["stepdown", "migrate", "-f", "docker/app.Dockerfile"]


@pytest.mark.parametrize(
    ("choices", "flags"),
    [
        ({"unsafe_fixes": True, "form": "arg"}, ["--unsafe-fixes", "--form", "arg"]),
        ({"packages": (("libfoo1", ("foo", "bar")),)}, ["--package", "libfoo1=foo,bar"]),
        ({"packages": (("libfoo1", ()),)}, ["--package", "libfoo1=-"]),
        ({"copies": ("/srv/a b",), "leaves": ("/x",)}, ["--copy", "/srv/a b", "--leave", "/x"]),
        ({"paths": ("/health", "/")}, ["--path", "/health", "--path", "/"]),
        ({"test_stage": "test", "junit": "/j.xml"}, ["--test-target", "test", "--junit", "/j.xml"]),
        ({"build_timeout": 60.0, "test_timeout": 5.5}, ["--build-timeout", "60", "--test-timeout"]),
        ({}, []),
    ],
)
def test_the_choices_of_the_run_are_repeated(choices: dict[str, object], flags: list[str]) -> None:
    said = command(chosen(**choices))
    at = said.index(flags[0]) if flags else 0
    assert said[at : at + len(flags)] == flags
    known = {name for option in app.commands["migrate"].params for name in option.opts}
    assert {word for word in said if word.startswith("-")} <= known


def test_a_value_of_the_environment_is_never_printed() -> None:
    made = chosen(environment=(("TOKEN", "s3cr3t"), ("odd.name", "s3cr3t")))
    assert made.best is not None
    line = "\n".join(again(made, made.best))
    assert "--env TOKEN --env odd.name" in " ".join(line.replace("\\", " ").split())
    assert "s3cr3t" not in markdown.render(made)


def test_the_stage_that_ships_is_built_and_tried_again() -> None:
    made = outcomes.success()
    staged = replace(made.plan.target, stage="web")
    assert words(docker_build(staged, "app:new"))[-3:] == ["--target", "web", "services/api"]
    said = command(replace(made, plan=replace(made.plan, target=staged)))
    assert said[3:5] == ["--target", "web"]


def test_the_branch_is_checked_out_before_it_is_built() -> None:
    (section,) = story.repeat(outcomes.success())
    listing = next(block for block in section.blocks if isinstance(block, Listing))
    assert listing.lines[0] == "git switch stepdown/services-api-dockerfile-distroless"


def test_nothing_is_built_by_hand_where_nothing_was_committed() -> None:
    assert story.repeat(outcomes.failure()) == ()


def test_each_thing_that_broke_says_how_to_see_it_again() -> None:
    made = outcomes.failure()
    text = markdown.render(made)
    assert text.count("To see it again:") == len(made.trials)
    for trial in made.trials:
        assert f"--base {trial.candidate.image}" in text
