"""What is predicted to break on a rung."""

import pytest
from proposals import clue, hazards, target_of

from stepdown.flow.catalog import load
from stepdown.model.facts import Facts, Trait
from stepdown.model.plan import Policy
from stepdown.propose import propose

ALPINE, DISTROLESS, SCRATCH, SLIM = "alpine", "distroless", "scratch", "slim"
NODE = Facts(language="node", native=("bcrypt", "sharp"))
PYTHON = Facts(
    language="python", native=("numpy", "torch"), clues=(clue(Trait.GLIBC_ONLY, "torch"),)
)


def _ids(text: str, tier: str, facts: Facts | None = None) -> list[str]:
    return [hazard.id for hazard in hazards(text, tier, facts)]


NODE_STAGES = "FROM node:24 AS build\nFROM node:24-slim\nCOPY --from=build /app /app\n"
PYTHON_STAGES = NODE_STAGES.replace("node:24", "python:3.13")
GO_STAGES = "FROM golang:1.24 AS build\nFROM debian:trixie\nCOPY --from=build /app /app\n"
MUSL_STAGES = "FROM node:24-alpine AS build\nFROM node:24-slim\nCOPY --from=build /a /a\n"


@pytest.mark.parametrize(
    ("text", "tier", "facts", "ids"),
    [
        (NODE_STAGES, ALPINE, NODE, ["A06"]),
        (NODE_STAGES, ALPINE, Facts(language="node"), []),
        (PYTHON_STAGES, ALPINE, PYTHON, ["H05", "H02"]),
        (GO_STAGES, ALPINE, Facts(), ["A01"]),
        (GO_STAGES, ALPINE, Facts(static=True), []),
        (GO_STAGES, DISTROLESS, Facts(), ["F04"]),
        (MUSL_STAGES, DISTROLESS, NODE, ["A11", "F04"]),
        ("FROM node:24-slim\nCOPY --from=node:24 /a /a\n", ALPINE, NODE, ["A06"]),
        ("FROM node:24-slim\nCOPY --from=example/x /a /a\n", ALPINE, NODE, []),
        ("FROM python:3.13\nCOPY --from=node:24 /a /a\n", ALPINE, PYTHON, ["H02"]),
        ("FROM debian:trixie\nCOPY app /app\n", ALPINE, Facts(), ["A01"]),
        ("FROM debian:trixie\nCOPY app /app\n", SCRATCH, Facts(static=True), ["C09", "B10", "F03"]),
        ("FROM node:24\nRUN npm ci\n", ALPINE, NODE, ["I04"]),
        ("FROM node:24\nRUN <<EOF\nnpm ci\nEOF\n", ALPINE, NODE, ["I04"]),
        ("FROM python:3.13\nRUN pip install -r r.txt\n", ALPINE, PYTHON, ["H02"]),
        (
            "FROM python:3.13\nRUN pip install -r r.txt\n",
            SLIM,
            Facts(language="python", clues=(clue(Trait.COMPILED, "psycopg2"),)),
            ["H04"],
        ),
        ("FROM python:3.13\nRUN pip install x\n", SLIM, PYTHON, []),
        ("FROM node:24\nRUN npm ci\nCMD npm start\n", DISTROLESS, Facts(), ["E03", "G01", "F04"]),
        ('FROM node:24\nCMD ["npm", "start"]\nUSER 1\n', DISTROLESS, Facts(), ["G12"]),
        ('FROM node:24\nENTRYPOINT ["/x.sh"]\nUSER 1\n', DISTROLESS, Facts(), ["A22"]),
        ('FROM node:24\nCMD ["node", "x"]\nUSER 1\n', DISTROLESS, Facts(), []),
        ("FROM node:24\nUSER 1\n", DISTROLESS, Facts(), []),
        ("FROM node:24\nEXPOSE 80\n", DISTROLESS, Facts(ports=(80,)), ["F04", "F05"]),
        ("FROM node:24\nEXPOSE 8080\n", DISTROLESS, Facts(ports=(8080,)), ["F04"]),
        ('FROM node:24\nCMD ["bash", "-c", "x"]\n', ALPINE, Facts(), ["D02"]),
        ('FROM node:24\nSHELL ["/bin/bash", "-c"]\nRUN bash x\n', ALPINE, Facts(), ["D02"]),
        ("FROM node:24\nENV TZ=Europe/Berlin\n", ALPINE, Facts(), ["B10"]),
        ("FROM node:24\nENV TZ=Europe/Berlin\n", SLIM, Facts(), []),
        ("FROM node:24\nENV TZ=UTC\n", ALPINE, Facts(), []),
        (
            "FROM node:24\nENV TZ=Europe/Berlin\nRUN apt-get install -y tzdata\n",
            ALPINE,
            Facts(),
            [],
        ),
    ],
)
def test_predictions(text: str, tier: str, facts: Facts, ids: list[str]) -> None:
    assert _ids(text, tier, facts) == ids


CHECK = "HEALTHCHECK CMD curl -f http://localhost:3000/ || exit 1\n"
CURL = Facts(health="curl -f http://localhost:3000/ || exit 1")
WGET = Facts(health='["wget", "-q", "http://127.0.0.1/"]')
LOCAL = Facts(health="wget -q http://localhost/ || exit 1")


@pytest.mark.parametrize(
    ("text", "tier", "facts", "ids"),
    [
        (f"FROM node:24\n{CHECK}", SLIM, CURL, ["G05"]),
        (f"FROM node:24\n{CHECK}", ALPINE, CURL, ["G05"]),
        (f"FROM node:24\nUSER 1\n{CHECK}", DISTROLESS, CURL, ["G05"]),
        (f"FROM node:24\nRUN apt-get install -y curl\n{CHECK}", SLIM, CURL, []),
        (f"FROM node:24\nHEALTHCHECK CMD {WGET.health}\n", SLIM, WGET, ["G05"]),
        (f"FROM node:24\nHEALTHCHECK CMD {WGET.health}\n", ALPINE, WGET, []),
        (f"FROM node:24\nHEALTHCHECK CMD {LOCAL.health}\n", ALPINE, LOCAL, ["C07"]),
        (f"FROM node:24\nUSER 1\nHEALTHCHECK CMD {WGET.health}\n", DISTROLESS, WGET, ["G05"]),
        ("FROM node:24\nHEALTHCHECK NONE\n", SLIM, Facts(), []),
    ],
)
def test_health_checks(text: str, tier: str, facts: Facts, ids: list[str]) -> None:
    assert _ids(text, tier, facts) == ids


def test_every_prediction_has_evidence_advice_and_a_recipe() -> None:
    known = {breakage.id for breakage in load().breakages}
    text = f"FROM python:3.13\nRUN pip install x\nENV TZ=Asia/Tokyo\n{CHECK}CMD x\nEXPOSE 80\n"
    clues = tuple(clue(trait, "curl") for trait in Trait)
    facts = Facts(language="python", native=("x",), health="curl x", ports=(80,), clues=clues)
    for tier in (SLIM, ALPINE, DISTROLESS):
        found = hazards(text, tier, facts)
        assert found
        assert {hazard.id for hazard in found} <= known
        assert all(hazard.evidence and hazard.advice.endswith(".") for hazard in found)


def test_without_knowledge_of_the_images_slim_ones_may_lack_time_zones() -> None:
    target = target_of("FROM node:24\nENV TZ=Europe/Berlin\n")
    candidates, _ = propose(target, Facts(), load().families, Policy())
    assert [hazard.id for hazard in candidates[0].hazards] == ["B10"]


def test_lines_that_copy_from_one_stage_are_one_hazard() -> None:
    text = f"{PYTHON_STAGES}COPY --from=build /b /b\n"
    (hazard,) = hazards(text, ALPINE, Facts(language="python", native=("numpy",)))
    assert hazard.id == "H05"
    assert hazard.evidence == (
        "lines 3, 4 copy from build, which stands on python:3.13; compiled code in numpy"
    )
    assert hazard.subjects == ("numpy",)


def test_long_lists_of_dependencies_are_cut() -> None:
    facts = Facts(language="node", native=tuple("abcdefg"))
    evidence = hazards("FROM node:24\nRUN npm ci\n", ALPINE, facts)[0].evidence
    assert evidence == "compiled code in a, b, c, d, e and 2 more"
