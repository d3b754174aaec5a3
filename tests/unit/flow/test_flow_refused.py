"""What was refused before a build names its cause, like what failed."""

import pytest

from stepdown import discover
from stepdown.flow import catalog, migrate
from stepdown.flow.refused import causes
from stepdown.model.facts import Facts
from stepdown.model.plan import Policy
from stepdown.model.recipe import Channel
from stepdown.model.trial import Finding

PYTHON = "gcr.io/distroless/python3-debian13:nonroot"
NODE = "gcr.io/distroless/nodejs24-debian13:nonroot"


def found(dockerfile: str, base: str) -> tuple[Finding, ...]:
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
    plan = migrate.plan(target, Facts(), recipes, Policy(base=base))
    return causes(plan.steps[0].rewrite, recipes.breakages)


@pytest.mark.parametrize(
    ("dockerfile", "base", "breakage"),
    [
        ('FROM python:3.13\nENTRYPOINT ["/app/entry.sh"]\n', PYTHON, "A22"),
        ('FROM python:3.13\nCMD ["/opt/venv/bin/python", "a.py"]\n', PYTHON, "H08"),
        ('FROM python:3.13\nCMD ["sh", "-c", "exec python3 a.py"]\n', PYTHON, "G01"),
        ("FROM python:3.13\nCMD python3 a.py && echo done\n", PYTHON, "G01"),
        ('FROM node:24\nCMD ["npm", "start"]\n', NODE, "G12"),
        ('FROM node:24\nENTRYPOINT ["tini", "--"]\nCMD ["node", "a.js"]\n', NODE, "G08"),
        ('FROM node:24\nHEALTHCHECK CMD ["bash", "a"]\nCMD ["node", "a.js"]\n', NODE, "G05"),
        ("FROM python:3.13\nRUN localedef -i de_DE -f UTF-8 de_DE\n", "python:3.13-alpine", "B05"),
        ("FROM node:24\nRUN apt-get install -y nosuchthing\n", "node:24-alpine", "E06"),
    ],
)
def test_a_refusal_that_blocks_is_a_finding(dockerfile: str, base: str, breakage: str) -> None:
    (finding,) = found(dockerfile, base)
    assert finding.breakage == breakage
    assert finding.channel is Channel.DOCKERFILE
    assert finding.evidence.startswith("line 2: ")
    assert finding.remedies


def test_what_blocks_nothing_is_none() -> None:
    assert found('FROM node:24\nCMD ["node", "a.js"]\n', NODE) == ()
