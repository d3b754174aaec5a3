"""Whether images can be pulled."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

if TYPE_CHECKING:
    from lab.recipe import Recipe, Workshop

HUB = "https://registry-1.docker.io/v2/"
SECONDS = 10
PULL_SECONDS = 600
SMALLEST = ["busybox", "alpine", "distroless-others", "node-slim"]


def reachable() -> bool:
    """Whether the registry of Docker's own images answers this machine (it says: log in first)."""
    try:
        with urlopen(HUB, timeout=SECONDS):
            return True
    except HTTPError:
        return True
    except (URLError, OSError):
        return False


def answers(workshop: Workshop, missing: list[Recipe]) -> bool:
    """Whether the engine can pull: asked with the smallest of the images that are missing."""
    order = {name: number for number, name in enumerate(SMALLEST)}
    tags = [
        tag
        for recipe in sorted(missing, key=lambda one: order.get(one.name, 9))
        for tag in recipe.tags
    ]
    environment = workshop.step("registry").env()
    try:
        done = subprocess.run(
            ["docker", "pull", "--quiet", *tags[:1]],
            env=environment,
            capture_output=True,
            timeout=PULL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
