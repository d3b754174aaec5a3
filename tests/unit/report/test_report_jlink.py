"""A Java runtime of one's own is proposed where the application is Java, and nowhere else."""

import pytest
from msgspec.structs import replace
from outcomes import success

from stepdown import discover
from stepdown.dockerfile import Dockerfile
from stepdown.flow import catalog, migrate
from stepdown.model.facts import Facts
from stepdown.model.plan import Plan, Policy
from stepdown.report import html, markdown, plan_text, text
from stepdown.report.jlink import TITLE

FILE = """\
FROM eclipse-temurin:21-jdk AS build
COPY src src
RUN javac -d classes src/*.java && jar --create --file app.jar -C classes .

FROM eclipse-temurin:21-jdk
COPY --from=build /app.jar lib.jar /srv/
ENTRYPOINT ["java", "-jar", "/srv/app.jar"]
"""


def planned(dockerfile: str = FILE, base: str = "") -> Plan:
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
    return migrate.plan(target, Facts(), recipes, Policy(base=base))


def snippet(plan: Plan) -> str:
    """What is to be copied, without the words."""
    said = plan_text.render(plan).partition("Above the stage that ships:")[2]
    lines = said.partition("Not proposed")[0].splitlines()
    return "\n".join(line.strip() for line in lines if line.startswith("    "))


def test_the_lines_are_those_of_this_file() -> None:
    lines = snippet(planned())
    assert "FROM eclipse-temurin:21-jdk AS jre\nCOPY --from=build /app.jar lib.jar /jars/" in lines
    assert "FROM gcr.io/distroless/java-base-debian13:nonroot\n" in lines
    assert "--multi-release 21 --print-module-deps /jars/*.jar)" in lines


def test_the_lines_are_a_dockerfile() -> None:
    made, _, used = snippet(planned()).partition("FROM gcr")
    build = FILE.partition("FROM eclipse-temurin:21-jdk\n")[0]
    doc = Dockerfile(f"{build}{made}\nFROM gcr{used}")
    assert [stage.name for stage in doc.stages] == ["build", "jre", ""]
    script = doc.script(doc.stages[1].instructions[-1])
    assert script is not None
    assert not script.has_error
    assert {"jlink", "jdeps"} <= {command.program for command in script.commands}


def test_it_is_made_on_the_c_library_on_which_it_runs() -> None:
    lines = snippet(planned(base="eclipse-temurin:21-jre-alpine"))
    assert "FROM eclipse-temurin:21-jdk-alpine AS jre" in lines
    assert "FROM alpine:3." in lines
    lines = snippet(planned(base="eclipse-temurin:21-jre-jammy"))
    assert "FROM eclipse-temurin:21-jdk AS jre" in lines
    assert "FROM ubuntu:jammy" in lines


def test_an_older_version_has_other_words() -> None:
    plan = planned(FILE.replace(":21-", ":17-"))
    said = plan_text.render(plan)
    assert "--compress=2 " in said
    assert "jdk.crypto.ec" in said
    assert "jdk.crypto.ec" not in plan_text.render(planned(FILE.replace(":21-", ":25-")))


@pytest.mark.parametrize(
    "plan",
    [
        planned('FROM node:24\nCOPY . .\nCMD ["node", "a.js"]\n'),
        planned(FILE.replace(":21-jdk\n", ":8-jdk\n")),
        planned(base="eclipse-temurin:21-jre-ubi9-minimal"),
    ],
    ids=["node", "java 8", "a base that is not known without Java"],
)
def test_it_is_not_proposed(plan: Plan) -> None:
    assert TITLE not in plan_text.render(plan)


def test_every_report_of_a_java_application_has_it() -> None:
    outcome = success()
    plan = planned()
    last = plan.steps[-1].candidate
    trials = tuple(replace(trial, candidate=last) for trial in outcome.trials)
    java = replace(outcome, plan=plan, trials=trials)
    for said in (text.render(java), markdown.render(java), html.render(java)):
        assert TITLE in said
        assert "jlink --output /opt/jre" in said
    assert TITLE not in text.render(outcome)
