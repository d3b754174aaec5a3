"""The stage for the tests, on top of the image that ships, and the proof that it is."""

import dataclasses

import msgspec

from stepdown.build import requests
from stepdown.flow.bench import Bench, Seen, build
from stepdown.model.image import ImageConfig
from stepdown.model.trial import BuildFailed
from stepdown.ports import BuildRequest
from stepdown.verify.side import DerivedImage


def furnish(bench: Bench, request: BuildRequest, seen: Seen) -> Seen:
    """Return `seen`, built by `request`, with the image in which its tests run."""
    side = msgspec.structs.replace(seen.side, derived=derive(bench, request, seen.config))
    return dataclasses.replace(seen, side=side)


def derive(bench: Bench, request: BuildRequest, shipped: ImageConfig) -> DerivedImage | None:
    """Build the test stage of `request`; None where the tests run in the shipped image itself.

    Its layers must begin with those of `shipped`, else its tests say nothing about that image.
    """
    stage = bench.plan.policy.test_stage
    if not stage:
        return None
    wanted = requests.tests(request, stage)
    built = build(bench, wanted, f"Building the stage {stage} for the tests")
    if isinstance(built, BuildFailed):
        return DerivedImage(unusable=f"the stage {stage} does not build: {built.reason}")
    config = bench.rig.engine.inspect(built.image)
    if config.layers[: len(shipped.layers)] != shipped.layers:
        why = f"the stage {stage} is not built on the image that ships, so its tests prove nothing"
        return DerivedImage(unusable=why)
    return DerivedImage(image=built.image, config=config)
