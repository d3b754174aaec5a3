"""From a Dockerfile and a candidate to the Dockerfile for that candidate."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from itertools import accumulate

from msgspec.structs import replace

from stepdown.dockerfile import Dockerfile, Span, Stage, apply, read
from stepdown.errors import DockerfileError
from stepdown.model.facts import Facts, Target
from stepdown.model.image import Libc, Tier
from stepdown.model.plan import Candidate, Disposition, Edit, Policy, Refusal, Rewrite
from stepdown.model.recipe import PackageName, Programs, Remedy
from stepdown.rewrite.diff import unified
from stepdown.rewrite.fixers import FIXERS
from stepdown.rewrite.fold import fold
from stepdown.rewrite.situation import Situation
from stepdown.rewrite.split import divide
from stepdown.rewrite.verification import verify


def rewrite(  # noqa: PLR0913  (the values of the other stages, one each)
    text: str,
    candidate: Candidate,
    *,
    target: Target,
    facts: Facts,
    packages: Mapping[str, PackageName],
    policy: Policy,
    remedies: tuple[Remedy, ...] = (),
    programs: Programs | None = None,
) -> Rewrite:
    """Return the Dockerfile `text` for `candidate`, with a reason for each edit and refusal.

    `text` is the file decoded as UTF-8 with `surrogateescape`; `packages` is keyed by the names
    of Debian, `programs` says what the images bring (nothing is said without it). Rewriting the
    result again changes nothing. A result with a blocking refusal cannot work. Raises
    DockerfileError for a file that the builder would refuse, and StepdownError where the result
    fails its own check, which is a bug.
    """
    doc = read(text)
    situation = _situation(
        doc,
        target,
        candidate=candidate,
        facts=facts,
        packages=packages,
        policy=policy,
        remedies=remedies,
        programs=programs or Programs(),
    )
    after = _fixed(doc, situation, target)
    if candidate.shell or not any(_needs_shell(one) for one in after.refusals):
        return after
    divided = divide(doc, situation)
    if isinstance(divided, Refusal):
        return replace(after, refusals=_unique((*after.refusals, divided)))
    two = rewrite(
        divided.text,
        candidate,
        target=target,
        facts=facts,
        packages=packages,
        policy=policy,
        remedies=remedies,
        programs=programs,
    )
    return fold(text, target.dockerfile, divided, two)


def _needs_shell(refusal: Refusal) -> bool:
    return refusal.blocking and refusal.fixer == "shellless"


def _fixed(doc: Dockerfile, situation: Situation, target: Target) -> Rewrite:
    """Apply all fixers to the file as it is."""
    fixes = [fixer(doc, situation) for fixer in FIXERS.values()]
    refusals = _unique(refusal for one in fixes for refusal in one.refusals)
    # Two fixers may want the very same line, such as a PATH.
    wanted = list(dict.fromkeys(edit for one in fixes for edit in one.edits))
    edits = _surviving(_allowed(doc, wanted, refusals))
    policy = situation.policy
    proposed, applied = list[Edit](), list[Edit]()
    for edit in edits:
        asks = edit.disposition is Disposition.UNSAFE
        asked = asks and not policy.accepts(edit.fixer, edit.line)
        (proposed if asked else applied).append(edit)
    result = apply(doc.text, applied)
    argument = next((one.argument for one in fixes if one.argument), "")
    after = Rewrite(
        text=result,
        argument=argument,
        original=_original(doc, situation) if argument else "",
        edits=tuple(applied),
        proposed=tuple(proposed),
        refusals=refusals,
        diff=unified(target.dockerfile, doc.text, applied),
    )
    verify(doc, situation, after)
    return after


def _situation(  # noqa: PLR0913  (see rewrite)
    doc: Dockerfile,
    target: Target,
    *,
    candidate: Candidate,
    facts: Facts,
    packages: Mapping[str, PackageName],
    policy: Policy,
    remedies: tuple[Remedy, ...],
    programs: Programs,
) -> Situation:
    ship = doc.ships(target.stage)
    tests = doc.ships(policy.test_stage) if policy.test_stage else None
    whole = doc.chain(ship)
    _check_base(whole[0])
    alias = _alias(doc, whole)
    chain = whole[1:] if alias else whole[_detached(doc, whole, candidate, target) :]
    root = chain[0]
    return Situation(
        candidate=candidate,
        facts=facts,
        packages=packages,
        policy=policy,
        remedies=remedies,
        programs=programs,
        present=f"{target.family}/{target.tier}",
        root=root,
        ship=ship,
        chain=chain,
        affected=doc.standing_on(root),
        built=_built(doc, ship) | (_built(doc, tests) if tests else frozenset()),
        old=whole[0].base,
        target=target.stage,
        alias=alias,
    )


def _check_base(root: Stage) -> None:
    if not root.base:
        raise DockerfileError(
            f"the base {root.image.text} of line {root.line} has no fixed value",
            hint="Give the ARG in it a default.",
        )


def _alias(doc: Dockerfile, chain: tuple[Stage, ...]) -> Stage | None:
    """Return the stage that does nothing but name the base for a FROM with a variable."""
    first = chain[0]
    if len(chain) == 1 or first.instructions or not chain[1].image.text.startswith("$"):
        return None
    others = [one for one in doc.stages if one.parent == first.index and one != chain[1]]
    return None if others else first


def _detached(
    doc: Dockerfile, chain: tuple[Stage, ...], candidate: Candidate, target: Target
) -> int:
    """Return the position in `chain` of the stage that gets the candidate.

    Build stages that share an empty first stage keep their base, unless the C library changes.
    """
    other_libc = candidate.libc is Libc.MUSL and target.tier in (Tier.FULL, Tier.SLIM)
    empty = 0
    while empty + 1 < len(chain) and not chain[empty].instructions:
        empty += 1
    own = {one.index for one in chain}
    shared = {one.index for one in doc.standing_on(chain[0])} - own
    through_root = shared & {one.index for one in doc.standing_on(chain[empty])}
    return empty if shared and not through_root and not other_libc else 0


def _built(doc: Dockerfile, ship: Stage) -> frozenset[int]:
    todo, found = [ship], set[int]()
    while todo:
        stage = todo.pop()
        if stage.index in found:
            continue
        found.add(stage.index)
        needs = [stage.parent, *(use.stage for use in stage.uses)]
        todo += [doc.stages[index] for index in needs if index is not None]
    return frozenset(found)


def _original(doc: Dockerfile, situation: Situation) -> str:
    """Return the value that selects the old base; a tag keeps it apart from a stage's name."""
    names = {stage.name for stage in doc.stages}
    return f"{situation.old}:latest" if situation.old.lower() in names else situation.old


def _unique(refusals: Iterable[Refusal]) -> tuple[Refusal, ...]:
    return tuple(dict.fromkeys(sorted(refusals, key=lambda one: (one.line, one.fixer))))


def _surviving(edits: list[Edit]) -> list[Edit]:
    """Drop the edits of what another fixer takes out altogether."""
    removed = {fixer: _Removed(edits, fixer) for fixer in dict.fromkeys(e.fixer for e in edits)}
    return [
        edit
        for edit in edits
        if edit.start == edit.end
        or not any(one.covers(edit) for fixer, one in removed.items() if fixer != edit.fixer)
    ]


class _Removed:
    """What one fixer takes out: a long file may lose something in each of its lines."""

    def __init__(self, edits: list[Edit], fixer: str) -> None:
        own = [one for one in edits if one.fixer == fixer and not one.text and one.start < one.end]
        spans = sorted((one.start, one.end) for one in own)
        self._starts = [start for start, _ in spans]
        self._furthest = list(accumulate((end for _, end in spans), max))

    def covers(self, edit: Edit) -> bool:
        """Tell whether one removal takes out all that the edit changes."""
        before = bisect_right(self._starts, edit.start)
        return before > 0 and self._furthest[before - 1] >= edit.end


def _allowed(doc: Dockerfile, edits: list[Edit], refusals: tuple[Refusal, ...]) -> list[Edit]:
    """Drop the edits inside of a RUN that was refused: it stays as it is."""
    lines = [one.line for one in doc.instructions]
    refused = {bisect_right(lines, one.line) - 1 for one in refusals if one.blocking}
    holders = [doc.instructions[number] for number in sorted(refused) if number >= 0]
    spans = [one.span for one in holders if one.keyword in ("RUN", "ONBUILD")]
    starts = [span.start for span in spans]
    return [edit for edit in edits if not _inside(edit, spans, starts)]


def _inside(edit: Edit, spans: list[Span], starts: list[int]) -> bool:
    """Tell whether an edit changes something in one of the spans, which are in order."""
    last = bisect_left(starts, edit.end) - 1
    return last >= 0 and edit.start < spans[last].end
