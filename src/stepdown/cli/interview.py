"""The wizard from the first question to the last: what is shown, asked and tried, in which order.

It has effects only through the Aids that it is given.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rich.console import Console

from stepdown.cli.options import Options
from stepdown.cli.wizard import Again, Asker
from stepdown.discover import Variable
from stepdown.errors import UsageError
from stepdown.flow.touched import open_hazards
from stepdown.model.plan import Plan
from stepdown.model.trial import BuildFailed, CheckRun, CheckState
from stepdown.report import choices, plan_text


@dataclass(frozen=True, kw_only=True)
class Aids:
    """What an interview works with.

    `plan` plans with other options, `attempt` runs the tests of a plan on the old base,
    `variables` are those that the repository names. `console` shows what is not a question.
    `knock` raises EngineError where no engine answers: better before the questions than after.
    """

    asker: Asker
    console: Console
    plan: Callable[[Options], Plan]
    attempt: Callable[[Plan], CheckRun | BuildFailed]
    variables: tuple[Variable, ...]
    knock: Callable[[], None]


def interview(aids: Aids, options: Options) -> tuple[Options, Plan]:
    """Lead from a Dockerfile to a plan that the person agreed to.

    A plan without steps is returned as it is. Raises UsageError where the answer is no, and
    EngineError where the work that is asked about could not be done.
    """
    what = aids.plan(options)
    _show(aids, plan_text.understood(what))
    if not what.steps:
        return options, what
    if not options.dry_run:
        aids.knock()
    asker = aids.asker
    options = asker.circumstances(options)
    options = asker.environment(aids.variables, options)
    options = _tests(aids, what, options)
    options = asker.packages(aids.plan(options), options)
    options = asker.unsafe(aids.plan(options), options)
    what = aids.plan(options)
    aids.console.print(choices.table(what, open_hazards(what), aids.console.width))
    _show(aids, plan_text.passed_over(what))
    if not what.steps:
        return options, what
    options = asker.rung(what, options)
    what = aids.plan(options)
    aids.console.print(choices.edits(what))
    if not asker.confirm(_agreement(what)):
        raise UsageError(
            "Stopped; nothing was changed.", hint="Run the same command to be asked again."
        )
    return options, what


def _show(aids: Aids, text: str) -> None:
    aids.console.print(text, markup=False, highlight=False, soft_wrap=True)


def _tests(aids: Aids, what: Plan, options: Options) -> Options:
    """Ask for the test command and try it at once, until it passes or the person goes on."""
    given = options.test is not None
    options = aids.asker.test(what, options)
    while options.test and not given:
        question = f"Try `{options.test}` on {what.target.base} now? The build is used again."
        if not aids.asker.confirm(question):
            break
        result = aids.attempt(aids.plan(options))
        if isinstance(result, BuildFailed):
            _show(aids, "\n".join((*result.log[-20:], result.reason)))
            raise UsageError(
                f"{what.target.dockerfile} does not build as it is.",
                details=result.reason,
                hint="Make it build first: stepdown compares with the present image.",
            )
        if result.state is CheckState.PASSED:
            break
        _show(aids, _failure(result))
        answer, options = aids.asker.test_again(options)
        if answer is not Again.EDIT:
            break
    return options


def _failure(result: CheckRun) -> str:
    tail = [line for one in result.messages for line in one.text.splitlines()][-15:]
    return "\n".join((*(f"    {line}" for line in tail), f"On the old base: {result.summary}."))


def _agreement(what: Plan) -> str:
    tests = f"`{what.facts.test.text}`" if what.facts.test else "no tests"
    bases = ", ".join(step.candidate.image for step in what.steps)
    return f"Build and check {bases} with {tests}?"
