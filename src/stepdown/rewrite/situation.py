"""What a fixer sees, and what it answers."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, wraps
from typing import Any, TypeVar

import msgspec

from stepdown.dockerfile import Dockerfile, Instruction, Script, Span, Stage
from stepdown.model.facts import Facts
from stepdown.model.image import PackageManager, Value
from stepdown.model.plan import Candidate, Disposition, Edit, Policy, Refusal
from stepdown.model.recipe import PackageName, Programs, Remedy

Found = TypeVar("Found")


class Situation(Value, frozen=True, kw_only=True, eq=False):
    """The candidate, and the part of the file that will stand on it.

    `root` is the stage whose FROM gets the candidate and `ship` the one that is built; `chain`
    leads from root to ship. `affected` are all stages on the candidate in the order of the file,
    `built` the indexes of the stages that a build of `ship` needs. `old` is the image that the
    root stands on today and `present` that image's family and tier, as in `node/full`. `alias` is
    the stage that only names the base for root, if there is one. `memory` keeps what several
    fixers find out, and goes with it: see `found_once`.
    """

    candidate: Candidate
    facts: Facts
    packages: Mapping[str, PackageName]
    policy: Policy
    remedies: tuple[Remedy, ...]
    programs: Programs
    present: str
    root: Stage
    ship: Stage
    chain: tuple[Stage, ...]
    affected: tuple[Stage, ...]
    built: frozenset[int]
    old: str
    target: str
    alias: Stage | None
    memory: dict[str, Any] = msgspec.field(default_factory=dict)

    @property
    def alpine(self) -> bool:
        """Whether the candidate brings apk, and with it BusyBox's tools."""
        return self.candidate.package_manager is PackageManager.APK

    def instructions(self, *keywords: str) -> Iterator[tuple[Stage, Instruction]]:
        """Yield the affected instructions of these keywords, those inside of ONBUILD too."""
        for stage in self.affected:
            for instruction in stage.instructions:
                inner = instruction.onbuild or instruction
                if inner.keyword in keywords:
                    yield stage, instruction

    def shipped(self, *keywords: str) -> tuple[Instruction, ...]:
        """Return the instructions of these keywords over the chain, in order."""
        return tuple(
            one for stage in self.chain for one in stage.instructions if one.keyword in keywords
        )


class Fixes(Value, frozen=True, kw_only=True):
    """What one fixer would change and what it refuses.

    `argument` is the build argument that selects the base; only the fixer of the base sets it.
    """

    edits: tuple[Edit, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    argument: str = ""


Fixer = Callable[[Dockerfile, Situation], Fixes]


def found_once(
    find: Callable[[Dockerfile, Situation], Found],
) -> Callable[[Dockerfile, Situation], Found]:
    """Let what is found out of a situation be found out once, for as long as it is there."""
    name = f"{find.__module__}.{find.__qualname__}"

    @wraps(find)
    def known(doc: Dockerfile, situation: Situation) -> Found:
        if name not in situation.memory:
            situation.memory[name] = find(doc, situation)
        found: Found = situation.memory[name]
        return found

    return known


@found_once
def runs(doc: Dockerfile, situation: Situation) -> tuple[tuple[Stage, Instruction, Script], ...]:
    """Return the affected RUN instructions in shell form, with their scripts."""
    scripts = [(*place, doc.script(place[1])) for place in situation.instructions("RUN")]
    return tuple(
        (stage, instruction, script) for stage, instruction, script in scripts if script is not None
    )


class Pen(Value, frozen=True, kw_only=True):
    """Writes the edits and refusals of one fixer; `breakage` is what its refusals are about."""

    text: str
    fixer: str
    breakage: str = ""

    def edit(self, span: Span, new: str, reason: str, *, safe: bool = True) -> Edit:
        """Make an edit of `span`."""
        return Edit(
            start=span.start,
            end=span.end,
            text=new,
            line=line_number(self.text, span.start),
            fixer=self.fixer,
            reason=reason,
            disposition=Disposition.SAFE if safe else Disposition.UNSAFE,
        )

    def refuse(
        self,
        instruction: Instruction,
        reason: str,
        hint: str = "",
        *,
        blocking: bool,
        breakage: str = "",
    ) -> Refusal:
        """Make a refusal of an instruction."""
        return Refusal(
            line=instruction.line,
            excerpt=" ".join(instruction.logical.split())[:120],
            fixer=self.fixer,
            reason=reason,
            hint=hint,
            blocking=blocking,
            breakage=breakage or self.breakage,
        )


def line_number(text: str, at: int) -> int:
    """Return the number of the line, from 1, in which offset `at` is."""
    return bisect_left(_line_feeds(text), at) + 1


@lru_cache(maxsize=1)
def _line_feeds(text: str) -> list[int]:
    """Find the line feeds once: a long file may get an edit in each of its lines."""
    return [one.start() for one in re.finditer("\n", text)]


def line_start(text: str, at: int) -> int:
    """Return where the line of offset `at` begins, behind a byte order mark."""
    start = text.rfind("\n", 0, at) + 1
    return start + text.startswith("\ufeff", start, at)


def line_end(text: str, at: int) -> int:
    """Return where the line of offset `at` ends, behind its line end."""
    return text.find("\n", at) + 1 or len(text)
