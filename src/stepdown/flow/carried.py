"""Before a stage is split for good: what the built baseline really holds besides its base."""

import re
from collections.abc import Callable, Mapping

import msgspec

from stepdown.flow.baseline import Reference
from stepdown.flow.bench import Bench, base
from stepdown.flow.progress import working
from stepdown.model.facts import Carried, Facts
from stepdown.model.image import Value
from stepdown.model.plan import Plan, Policy
from stepdown.rewrite import split
from stepdown.rootfs.above import above
from stepdown.rootfs.behind import behind, needed
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify.audit import Rehearsal
from stepdown.verify.opened import watch


class Shipped(Value, frozen=True, kw_only=True):
    """A path that a split copies, its size in bytes on the baseline, and why."""

    path: str
    size: int
    reason: str


Replan = Callable[[Facts, Policy], Plan]
Choose = Callable[[tuple[Shipped, ...]], tuple[str, ...]]
_WORD = re.compile(r"[a-z0-9][a-z0-9.+-]+")
_COPY = re.compile(r"^COPY --from=\S+(?: --chown=\S+)? (/\S*) \1$", re.IGNORECASE | re.MULTILINE)


def settle(
    bench: Bench, reference: Reference, replan: Replan, choose: Choose | None = None
) -> Plan:
    """Return the plan made anew by `replan` with the files of the baseline, where a stage is split.

    `choose` is shown what would be copied and returns what is to stay. The plan stays as it is
    where no stage is split, and where the old base or none of the candidates can be read by itself.
    """
    plan = bench.plan
    images = [step.candidate.image for step in plan.steps if split.is_split(step.rewrite)]
    if not images:
        return plan
    old = base(bench, "old", plan.target.base)
    candidates = {image: fs for image in images if (fs := _files(bench, image)) is not None}
    if old is None or not candidates:
        return plan
    found = above(old.fs, reference.seen.fs, candidates)
    found += _opened(bench, reference, old.fs, found, candidates)
    facts = msgspec.structs.replace(plan.facts, carried=found)
    settled = replan(facts, plan.policy)
    ships = shipped(settled, reference.seen.fs)
    leaves = choose(ships) if choose and ships else ()
    if not leaves:
        return settled
    every = (*plan.policy.leaves, *leaves)
    return replan(facts, msgspec.structs.replace(plan.policy, leaves=every))


def shipped(plan: Plan, built: RootFS) -> tuple[Shipped, ...]:
    """Return what the splits of a plan copy, each path once, measured on the built baseline."""
    found: dict[str, str] = {}
    for step in plan.steps:
        for edit in step.rewrite.edits:
            for one in _COPY.finditer(edit.text) if edit.fixer == split.FIXER else ():
                found.setdefault(one[1], edit.reason.removeprefix(split.SHIPS))
    return tuple(
        Shipped(path=path, size=_size(path, built), reason=reason)
        for path, reason in sorted(found.items())
    )


def _size(path: str, built: RootFS) -> int:
    root = built.resolve(path) or path
    inside = f"{root}/"
    return sum(
        entry.size
        for place, entry in built.entries.items()
        if place == root or place.startswith(inside)
    )


def _opened(
    bench: Bench,
    reference: Reference,
    old: RootFS,
    found: tuple[Carried, ...],
    candidates: Mapping[str, RootFS],
) -> tuple[Carried, ...]:
    """Look which files of packages, that would stay behind, the checks open on the baseline."""
    built, named = reference.seen.fs, frozenset(_WORD.findall(bench.plan.target.text))
    left = behind(old, built, found, candidates, named)
    if not left.files:
        return ()
    rehearsal = Rehearsal(
        command=bench.plan.facts.test, asked=reference.asked, answers=reference.answers
    )
    title = "Looking which files of packages the checks open"
    with working(bench.emit, "opened baseline", title) as work:
        seen = watch(bench.rig, reference.seen.side, left.files, rehearsal)
        read = len(seen.paths & left.files.keys())
        words = f"{read} of {len(left.files)}"
        if left.unwatched:
            words += f", and {left.unwatched} more were not looked at"
        unknown = f"; others may have been: {seen.unsure}" if seen.unsure else ""
        work.end(ok=not seen.unsure, summary=f"{words}{unknown}")
    return needed(seen.paths, left, built, candidates)


def _files(bench: Bench, image: str) -> RootFS | None:
    seen = base(bench, image.rpartition("/")[2].partition(":")[0], image)
    return None if seen is None else seen.fs
