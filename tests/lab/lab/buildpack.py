"""buildpack-deps: what the full images of node and python, and golang, are built on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab import images, machine

if TYPE_CHECKING:
    from lab.step import Step


def image(step: Step, tags: list[str], *, suite: str, target: str) -> str:
    """One of the three images of a suite."""
    machine.write(step.scratch)
    images.build(step, "buildpack-deps", tags, "--target", target, suite=suite)
    return tags[0]
