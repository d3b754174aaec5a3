"""Before a stage is split for good: what the built baseline really holds besides its base."""

from collections.abc import Callable

import msgspec

from stepdown.flow.baseline import Reference
from stepdown.flow.bench import Bench, base
from stepdown.model.plan import Facts, Plan, Rewrite
from stepdown.rewrite import split
from stepdown.rootfs.above import above
from stepdown.rootfs.filesystem import RootFS

Replan = Callable[[Facts], Plan]


def settle(bench: Bench, reference: Reference, replan: Replan) -> Plan:
    """Return the plan made anew by `replan` with the files of the baseline, where a stage is split.

    It stays as it is where no stage is split, and where the old base or none of the candidates can
    be read by itself.
    """
    plan = bench.plan
    images = [step.candidate.image for step in plan.steps if is_split(step.rewrite)]
    if not images:
        return plan
    old = base(bench, "old", plan.target.base)
    candidates = {image: fs for image in images if (fs := _files(bench, image)) is not None}
    if old is None or not candidates:
        return plan
    found = above(old.fs, reference.seen.fs, candidates)
    return replan(msgspec.structs.replace(plan.facts, carried=found))


def is_split(rewrite: Rewrite) -> bool:
    """Tell whether a rewriting splits a stage, or would if more were known."""
    fixers = {edit.fixer for edit in rewrite.edits} | {one.fixer for one in rewrite.refusals}
    return split.FIXER in fixers


def _files(bench: Bench, image: str) -> RootFS | None:
    seen = base(bench, image.rpartition("/")[2].partition(":")[0], image)
    return None if seen is None else seen.fs
