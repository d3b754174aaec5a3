"""`up` and `down`: what is there is used, what can be pulled is pulled, the rest is built."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from lab import apt, browser, engine, plan, process, registry, repository
from lab.graph import Graph, Task, closure
from lab.recipe import Recipe, Workshop
from lab.step import LabError

if TYPE_CHECKING:
    from lab.engine import Client
    from lab.place import Lab

Say = Callable[[str], None]
WORKERS = 4
"""Twice the cores that the lab is meant for: a download waits more than it works."""
BUILD_TOOLS = ["mmdebstrap", "openssl", "patchelf", "e2fsprogs"]


def up(lab: Lab, what: list[str], say: Say) -> None:
    """Make sure that there is an engine, and the images of a set."""
    recipes = plan.recipes(lab)
    names = plan.names(recipes, what)
    _clean(lab)
    say(f"the lab's folder is {lab.root}")
    if what == ["browser"]:
        _run([_browser(_workshop(lab, None, []))], {"browser"}, say)
        return
    client = engine.find(lab)
    if client is None and (engine.unpacked(lab) or registry.reachable()):
        _run(_services(_workshop(lab, None, []), None, engine.TOOLS), {"engine"}, say)
        client = engine.find(lab)
    workshop = _workshop(lab, client, recipes)
    there = workshop.images()
    missing = [
        recipe for recipe in recipes if recipe.name in names and not workshop.fresh(recipe, there)
    ]
    seen = {"browser"} if plan.wants_browser(what) else set()
    if client and missing and registry.answers(workshop, missing):
        say(f"{_engine_text(lab, client)}; a registry answers: missing images are pulled")
        pulls = [Task(recipe.name, partial(workshop.pull, recipe)) for recipe in missing]
        _run([*pulls, _browser(workshop)], names | seen, say)
        return
    services = _services(workshop, client, BUILD_TOOLS + ([] if client else engine.TOOLS))
    # two apt-get at once would wait for each other's locks
    services.append(_browser(workshop, *(["host-tools"] if missing or not client else [])))
    wanted = {"engine", *seen, *(recipe.name for recipe in missing)}
    if workshop.built(workshop.recipes["alpine"], there):
        wanted.add("apk-serve")  # the image names it as its repository
    _announce(lab, client, missing, say)
    if seen and not browser.find() and browser.can_install():
        say(f"will be installed on this machine: {browser.PACKAGE}")
    _run([*services, *map(workshop.task, recipes)], wanted, say)
    say('the lab is up; a shell reaches it after: eval "$(tests/lab/env)"')


def down(lab: Lab, say: Say, *, purge: bool) -> None:
    """End what `up` started; with `purge`, delete what it made. Nothing else is touched."""
    client = engine.find(lab)
    if process.stop(lab.root / "apk-server.process"):
        say("the apk repository has ended")
    if purge and client and not client.private:
        removed = _workshop(lab, client, plan.recipes(lab)).remove_images()
        say(f"removed {removed} image names that the lab had built")
    say(engine.stop(lab))
    if purge:
        engine.unmount(lab)
        lab.delete()
        say(f"deleted what was in {lab.root}")


def _workshop(lab: Lab, client: Client | None, recipes: list[Recipe]) -> Workshop:
    known = client or engine.private(lab)
    return Workshop(lab, recipes, known.environment, ours=known.private)


def _run(tasks: list[Task], wanted: set[str], say: Say) -> None:
    known = {task.name for task in tasks}
    Graph(closure(tasks, wanted & known), say).run(WORKERS)


def _clean(lab: Lab) -> None:
    """Delete unfinished work of runs that were killed; never across a mount."""
    unfinished = [str(path) for path in lab.scratch.parent.iterdir() if path != lab.scratch]
    if unfinished:
        subprocess.run(["rm", "-rf", "--one-file-system", *unfinished], check=False)
    lab.scratch.mkdir(exist_ok=True)


def _services(workshop: Workshop, client: Client | None, tools: list[str]) -> list[Task]:
    """What is not kept as a result but has to run, or to be installed."""

    def task(name: str, run: Callable[..., str | None], *needs: str) -> Task:
        return Task(name, lambda: run(workshop.step(name)), needs)

    return [
        task("host-tools", lambda step: apt.install(step, tools)),
        task(
            "engine", lambda step: engine.ensure(step, client), *([] if client else ["host-tools"])
        ),
        task("apk-address", repository.choose, "engine"),
        task("apk-serve", repository.start, "apk-address", "apk-main"),
    ]


def _browser(workshop: Workshop, *needs: str) -> Task:
    return Task("browser", lambda: browser.ensure(workshop.step("browser")), needs)


def _engine_text(lab: Lab, client: Client | None) -> str:
    if client is None:
        return f"no container engine answers; Docker Engine of Debian will run in {lab.engine}"
    return "engine: the lab's own" if client.private else "engine: the one that answers here"


def _announce(lab: Lab, client: Client | None, missing: list[Recipe], say: Say) -> None:
    """Say what will be done before it is."""
    say(_engine_text(lab, client))
    if (client is None or missing) and not (apt.is_debian() and os.geteuid() == 0):
        what = (
            "no container engine answers"
            if client is None
            else "images are missing, and no registry answers"
        )
        raise LabError(f"{what}: the lab can make them only on Debian, as root")
    tools = [*BUILD_TOOLS, *([] if client else engine.TOOLS)] if missing or not client else []
    if install := apt.missing(tools):
        say(f"will be installed on this machine: {' '.join(install)}")
    if missing:
        say(f"no registry answers; will be built: {' '.join(recipe.name for recipe in missing)}")
    else:
        say("all images are there")
