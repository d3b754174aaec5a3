"""`stepdown plan --check`: whether Dockerfiles stand where the policy wants them, by exit code."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from stepdown.cli.exits import NO_CANDIDATE, POLICY
from stepdown.cli.locate import locate
from stepdown.cli.options import Options
from stepdown.errors import NothingToDoError, StepdownError, UnknownBaseError
from stepdown.model.plan import Plan
from stepdown.report.words import visible

Planner = Callable[[Options], Plan]


class State(StrEnum):
    """What a Dockerfile needs."""

    SMALLEST = "smallest"
    MOVABLE = "movable"
    ATTENTION = "attention"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What was found about one Dockerfile; `code` is the exit code that it alone would give."""

    file: str
    state: State
    code: int
    brief: str
    lines: tuple[str, ...] = ()


def check(every: Sequence[Options], plan: Planner, *, as_json: bool) -> int:
    """Print one answer for each; return 0, 14 (can be moved), 10 (needs attention) or an error's.

    The gravest code wins: an error, then attention, then a move that is possible.
    """
    answers = [_answer(options, plan) for options in every]
    if as_json:
        print(json.dumps([asdict(answer) for answer in answers]))  # noqa: T201
    else:
        for answer in answers:
            _tell(answer)
    order = list(State)
    return max(answers, key=lambda answer: order.index(answer.state)).code


def _answer(options: Options, plan: Planner) -> Answer:
    name = options.file or str(options.path)
    try:
        name = _short(locate(options.path, options.file, None).dockerfile)
        return _judged(name, plan(options))
    except UnknownBaseError as error:
        return _failed(name, State.ATTENTION, NO_CANDIDATE, error)
    except NothingToDoError as error:
        if not _known(options):
            return _failed(name, State.ERROR, error.exit_code, error)
        return Answer(file=name, state=State.SMALLEST, code=0, brief=error.brief)
    except StepdownError as error:
        return _failed(name, State.ERROR, error.exit_code, error)


def _known(options: Options) -> bool:
    """Tell whether there is a Dockerfile at all."""
    try:
        locate(options.path, options.file, None)
    except NothingToDoError:
        return False
    return True


def _short(dockerfile: Path) -> str:
    here = Path.cwd()
    return str(dockerfile.relative_to(here) if dockerfile.is_relative_to(here) else dockerfile)


def _failed(name: str, state: State, code: int, error: StepdownError) -> Answer:
    lines = tuple(line for line in (error.details, error.hint) if line)
    return Answer(file=name, state=state, code=code, brief=error.brief, lines=lines)


def _judged(name: str, what: Plan) -> Answer:
    base = what.target.base
    if not what.steps:
        brief = f"{base} is as small as the policy allows."
        return Answer(file=name, state=State.SMALLEST, code=0, brief=brief)
    buildable = [s for s in what.steps if not any(r.blocking for r in s.rewrite.refusals)]
    if buildable:
        images = tuple(f"  {step.candidate.image}" for step in buildable)
        hint = f"`stepdown migrate -f {what.target.dockerfile}` tries them and proves what works."
        stop = "policy.limit in stepdown.toml says where to stop."
        brief = f"{base} can go down to:"
        lines = (*images, hint, stop)
        return Answer(file=name, state=State.MOVABLE, code=POLICY, brief=brief, lines=lines)
    refusals = {
        (r.line, r.reason, r.hint) for s in what.steps for r in s.rewrite.refusals if r.blocking
    }
    lines = tuple(
        f"line {line}: {reason} {hint}".rstrip() for line, reason, hint in sorted(refusals)
    )
    brief = f"{base} has smaller bases, and none can be built as the file stands."
    return Answer(file=name, state=State.ATTENTION, code=NO_CANDIDATE, brief=brief, lines=lines)


def _tell(answer: Answer) -> None:
    sys.stdout.write(f"{answer.file}: {visible(answer.brief)}\n")
    for line in answer.lines:
        sys.stdout.write(f"    {visible(line)}\n")
