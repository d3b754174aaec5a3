"""The runtime that a report proposes for Java is built, and the application passes its test on it.

The lab has no image of distroless without Java in it; that for C++ stands on the same libraries.
"""

from collections.abc import Iterator

import expected
import pytest

from stepdown import discover
from stepdown.adapters.engine import DockerEngine
from stepdown.flow import catalog, migrate
from stepdown.model.facts import Facts
from stepdown.model.plan import Policy
from stepdown.model.trial import BuildFailed, Built
from stepdown.ports import BuildRequest
from stepdown.report import jlink
from stepdown.report.document import Listing

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine

APP = expected.ROOT / "examples" / "java-service"
SHIPS = "FROM eclipse-temurin:21-jdk\n"
TESTED = 'RUN ["java", "-cp", "units.jar", "units.Main", "selftest"]\n'
# Fails where the runtime is a whole one.
PART = "RUN ! /opt/jre/bin/java --list-modules | grep java.desktop\n"


def proposed(text: str) -> Iterator[str]:
    """Yield the two listings of the proposal: what makes the runtime, and what uses it."""
    recipes = catalog.load()
    target = discover.target(
        text,
        repository="/r",
        commit="c",
        dockerfile="Dockerfile",
        context=".",
        stage="",
        catalog=recipes,
    )
    plan = migrate.plan(target, Facts(), recipes, Policy())
    (section,) = jlink.advised(target, plan.steps[-1].candidate)
    for block in section.blocks:
        if isinstance(block, Listing):
            yield "\n".join(block.lines) + "\n"


def build(engine: DockerEngine, name: str, made: str, used: str) -> Built | BuildFailed:
    head, ships = (APP / "Dockerfile").read_text("utf-8").rsplit(SHIPS, 1)
    used = used.replace("java-base-debian13", "cc-debian13")
    text = f"{head}{made}{PART}\n{used}{ships.replace('USER ', f'{TESTED}USER ', 1)}"
    request = BuildRequest(name=name, dockerfile=text, context=str(APP))
    return engine.build(request, lambda _: None)


def test_the_proposed_runtime_has_what_the_application_needs(engine: DockerEngine) -> None:
    made, used = proposed((APP / "Dockerfile").read_text("utf-8"))
    built = build(engine, "jlink", made, used)
    assert isinstance(built, Built), built


def test_a_runtime_without_its_modules_does_not_pass(engine: DockerEngine) -> None:
    made, used = proposed((APP / "Dockerfile").read_text("utf-8"))
    less = made[: made.index("--add-modules")] + "--add-modules java.base\n"
    failed = build(engine, "jlink-less", less, used)
    assert isinstance(failed, BuildFailed), failed
    assert "httpserver" in "\n".join(failed.log)
