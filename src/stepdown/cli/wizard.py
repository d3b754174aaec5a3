"""The wizard's questions: what a plan cannot know. They make options, nothing else.

Every question has a flag; without a terminal a missing answer is an error that names the flag.
"""

import os
import shlex
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from stepdown.cli.options import SMALLEST, Options
from stepdown.cli.prompts import Choice, Prompts
from stepdown.discover import Variable
from stepdown.model.plan import Edit, Plan

if TYPE_CHECKING:
    from stepdown.flow.carried import Shipped

_ASKED, _SHELL = "ask", "shell"


class After(StrEnum):
    """What to do with a branch."""

    KEEP = "keep"
    REQUEST = "request"
    FURTHER = "further"
    DISCARD = "discard"


class Again(StrEnum):
    """What to do about tests that do not pass on the old base."""

    EDIT = "edit"
    WITHOUT = "without"
    ANYWAY = "anyway"


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Asks a person."""

    prompts: Prompts

    def dockerfile(self, found: tuple[str, ...]) -> str:
        """Ask which Dockerfile."""
        return self.prompts.select("Which Dockerfile?", [Choice(title=n, value=n) for n in found])

    def circumstances(self, options: Options) -> Options:
        """Ask who reaches the service and how it is debugged, unless flags have said so."""
        if not options.exposure:
            options = replace(options, exposure=self.prompts.select("Who can reach it?", _REACH))
        if not options.debugging and not options.base:
            answer = self.prompts.select("How do people debug it where it runs?", _DEBUG)
            options = replace(options, debugging="" if answer == _ASKED else answer)
        return options

    def test(self, plan: Plan, options: Options) -> Options:
        """Ask for the test command, unless a flag has said so."""
        if options.test is not None:
            return options
        return replace(options, test=self._test(plan.facts.test.text if plan.facts.test else ""))

    def test_again(self, options: Options) -> tuple[Again, Options]:
        """Ask what to do about a test command that does not pass on the old base."""
        answer = Again(self.prompts.select("What now?", _TRY_AGAIN))
        match answer:
            case Again.EDIT:
                options = replace(options, test=self._test(options.test or ""))
            case Again.WITHOUT:
                options = replace(options, test="")
            case Again.ANYWAY:
                pass
        return answer, options

    def _test(self, proposed: str) -> str:
        text = "Command that tests the application inside the image (empty: none)"
        while True:
            answer = self.prompts.text(text, proposed)
            try:
                shlex.split(answer)
            except ValueError:
                proposed, text = answer, "A quote is not closed. Test command (empty: none)"
            else:
                return answer

    def environment(self, found: tuple[Variable, ...], options: Options) -> Options:
        """Ask which variables it needs; a secret's value is only taken from the environment."""
        given = {text.partition("=")[0] for text in options.environment}
        wanted = [one for one in found if one.name not in given]
        hidden = ", ".join(one.name for one in wanted if _unset(one))
        wanted = [one for one in wanted if not _unset(one)]
        if hidden:
            self.prompts.say(f"To give it secrets, set them in your shell first: {hidden}.")
        if not wanted:
            return options
        choices = [
            Choice(title=_shown(one), value=one.name, on=bool(one.value) and not one.secret)
            for one in wanted
        ]
        names = self.prompts.several("Which variables does it need?", choices)
        chosen = [one for one in wanted if one.name in names]
        values = tuple(filter(None, map(self._value, chosen)))
        return replace(options, environment=(*options.environment, *values))

    def _value(self, variable: Variable) -> str:
        """Return NAME=VALUE, or NAME alone where the value stays in the environment."""
        if variable.secret:
            return variable.name
        value = variable.value or self.prompts.text(f"Value of {variable.name}")
        return f"{variable.name}={value}"

    def packages(self, plan: Plan, options: Options) -> Options:
        """Ask what Alpine calls the packages that nobody knows; no answer leaves the line alone."""
        wanted = [s for s in plan.steps if options.base in ("", s.candidate.image)]
        refusals = [one for step in wanted for one in step.rewrite.refusals]
        for name in dict.fromkeys(name for one in refusals for name in one.unresolved):
            question = f"What does Alpine call {name}? (-: not needed, empty: leave the line alone)"
            if answer := self.prompts.text(question):
                options = replace(options, packages=(*options.packages, f"{name}={answer}"))
        return options

    def rung(self, plan: Plan, options: Options) -> Options:
        """Ask for the base, unless a flag has said so."""
        if options.to != SMALLEST or options.base or len(plan.steps) == 1:
            return options
        every = Choice(title="all of them, and keep the smallest that works", value=SMALLEST)
        single = [
            Choice(title=f"only {one.candidate.image}", value=one.candidate.image)
            for one in plan.steps
        ]
        answer = self.prompts.select("Which bases should be tried?", [every, *single])
        return options if answer == SMALLEST else replace(options, base=answer)

    def unsafe(self, plan: Plan, options: Options) -> Options:
        """Ask for each edit that may change behaviour, once for all rungs that want it."""
        proposed = [edit for step in plan.steps for edit in step.rewrite.proposed]
        accepted = tuple(
            key
            for key, edits in _by_place(proposed).items()
            if self.prompts.confirm(_question(plan, edits), default=False)
        )
        return replace(options, accepted=(*options.accepted, *accepted))

    def leaves(self, found: "tuple[Shipped, ...]") -> tuple[str, ...]:
        """Show what a split copies, and return the paths that are not to be copied."""
        width = max(len(one.path) for one in found)
        choices = [
            Choice(
                title=f"{one.path:<{width}}  {one.size / 1e6:8.2f} MB  {one.reason}",
                value=one.path,
                on=True,
            )
            for one in found
        ]
        kept = self.prompts.several("What shall the new stage copy from the old one?", choices)
        return tuple(one.path for one in found if one.path not in kept)

    def confirm(self, question: str) -> bool:
        """Ask yes or no."""
        return self.prompts.confirm(question)

    def after(self, branch: str, further: str) -> After:
        """Ask what becomes of the branch; `further` is a smaller base that was not tried yet."""
        choices = [
            Choice(title=f"keep the branch {branch}", value=After.KEEP),
            Choice(title="keep it, and open a merge request", value=After.REQUEST),
        ]
        if further:
            choices.append(Choice(title=f"keep it, and try {further}", value=After.FURTHER))
        choices.append(Choice(title="discard the branch", value=After.DISCARD))
        return After(self.prompts.select("What next?", choices))


_REACH = (
    Choice(title="the public: each command less is one that an intruder lacks", value="public"),
    Choice(title="only other services: gains under 10 % are not worth it", value="internal"),
)
_DEBUG = (
    Choice(title="from outside: logs, `docker debug`", value="sidecar"),
    Choice(title="with a shell inside of it", value=_SHELL),
    Choice(title="I do not know: try all", value=_ASKED),
)
_TRY_AGAIN = (
    Choice(title="change the command", value=Again.EDIT),
    Choice(title="go on without tests: the evidence will be weak", value=Again.WITHOUT),
    Choice(title="go on as it is: a red baseline makes no claim", value=Again.ANYWAY),
)


def _unset(variable: Variable) -> bool:
    return variable.secret and variable.name not in os.environ


def _shown(variable: Variable) -> str:
    if variable.secret:
        return f"{variable.name}: a secret, read from your shell, never written"
    value = f"={variable.value}" if variable.value else ": asked for"
    return f"{variable.name}{value}  ({variable.source})"


def _by_place(edits: list[Edit]) -> dict[str, list[Edit]]:
    """Return the edits of each fixer and line: one change may need several spans."""
    places: dict[str, list[Edit]] = {}
    for edit in edits:
        places.setdefault(f"{edit.fixer}:{edit.line}", []).append(edit)
    return places


def _question(plan: Plan, edits: list[Edit]) -> str:
    first = edits[0]
    line = plan.target.text.splitlines()[first.line - 1].strip()
    return f"Line {first.line}, `{line}`: {first.reason} It may change behaviour. Apply it?"
