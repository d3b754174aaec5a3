"""The `elf` check: which programs and libraries could be loaded before and cannot be any more.

A static closure, without starting anything. Pristine bases have unresolved files of their own, so
only what is new against the baseline and against the candidate's own base is news. Scripts are
left to the checks that run something: every node_modules folder holds some that nobody calls.
"""

from stepdown.model.image import ImageConfig, Value
from stepdown.model.recipe import Channel
from stepdown.model.trial import CheckRun, CheckState, Message
from stepdown.rootfs.closure import closure
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.problems import Problem, ProblemKind

NAME = "elf"


class Scan(Value, frozen=True, kw_only=True):
    """The unresolved files of one image."""

    problems: tuple[Problem, ...]


def scan(fs: RootFS, config: ImageConfig) -> Scan:
    """Compute the closure of an image."""
    found = closure(fs, dict(config.env), config.architecture)
    kept = (p for p in found if p.certain and p.kind is not ProblemKind.MISSING_SHEBANG_INTERPRETER)
    return Scan(problems=tuple(kept))


def news(scanned: Scan, baseline: Scan, base: Scan) -> tuple[Problem, ...]:
    """Return what is unresolved now, and neither in the baseline nor in the pristine base."""
    known = {*baseline.problems, *base.problems}
    return tuple(problem for problem in scanned.problems if problem not in known)


def check(problems: tuple[Problem, ...], count: int, unread: tuple[str, ...] = ()) -> CheckRun:
    """Turn the news of `count` examined files into a check; `unread` says what was not judged."""
    good = "; ".join((f"all of {count} ELF files resolve as before", *unread))
    lines = tuple(p.sentence() for p in problems)
    more = f" (and {len(lines) - 1} more)" if len(lines) > 1 else ""
    return CheckRun(
        check=NAME,
        state=CheckState.FAILED if problems else CheckState.PASSED,
        summary=lines[0] + more if lines else good,
        messages=tuple(Message(channel=Channel.STATIC, text=line) for line in lines),
    )
