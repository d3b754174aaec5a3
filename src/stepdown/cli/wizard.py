"""The wizard: asks what a plan cannot know, in a terminal. It makes options, nothing else.

Every question has a flag; without a terminal a missing answer is an error that names the flag.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import questionary
from prompt_toolkit.input import Input
from prompt_toolkit.output import Output
from questionary import Choice, Question

from stepdown.cli.options import SMALLEST, Options
from stepdown.errors import Interrupted
from stepdown.model.plan import Plan

_SHELL = "shell"


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Where questions are asked; the terminal unless told otherwise."""

    input: Input | None = None
    output: Output | None = None

    def dockerfile(self, found: tuple[str, ...]) -> str:
        """Ask which Dockerfile."""
        answer: str = self._ask(questionary.select, "Which Dockerfile?", choices=list(found))
        return answer

    def options(self, plan: Plan, options: Options) -> Options:
        """Ask for the rung and the test command, unless flags have said so."""
        if options.to == SMALLEST and not options.base:
            options = self._rung(plan, options)
        options = self._packages(plan, options)
        if options.test is None:
            found = plan.facts.test
            text = self._ask(
                questionary.text,
                "Command that tests the application inside the image (empty: none)",
                default=found.text if found else "",
            )
            options = replace(options, test=text.strip())
        return options

    def confirm(self, question: str) -> bool:
        """Ask yes or no."""
        answer: bool = self._ask(questionary.confirm, question, default=True)
        return answer

    def _packages(self, plan: Plan, options: Options) -> Options:
        """Ask what Alpine calls the packages that nobody knows; no answer leaves the line alone."""
        wanted = [s for s in plan.steps if options.base in ("", s.candidate.image)]
        refusals = [one for step in wanted for one in step.rewrite.refusals]
        for name in dict.fromkeys(name for one in refusals for name in one.unresolved):
            question = f"What does Alpine call {name}? (-: not needed, empty: leave the line alone)"
            answer = self._ask(questionary.text, question, default="").strip()
            if answer:
                options = replace(options, packages=(*options.packages, f"{name}={answer}"))
        return options

    def _rung(self, plan: Plan, options: Options) -> Options:
        every = Choice("every rung, and keep the smallest that works (recommended)", SMALLEST)
        single = [
            Choice(
                f"{step.candidate.image}  ({step.candidate.tier}, {step.candidate.libc},"
                f" {'a shell' if step.candidate.shell else 'no shell'})",
                step.candidate.image,
            )
            for step in plan.steps
        ]
        mixed = len({step.candidate.shell for step in plan.steps}) > 1
        shell = [Choice("every rung with a shell, for people who debug inside of it", _SHELL)]
        choices = [every, *single, *(shell if mixed else ())]
        answer = self._ask(questionary.select, "Which base?", choices=choices)
        match answer:
            case "smallest":
                return options
            case "shell":
                return replace(options, debugging=_SHELL)
            case _:
                return replace(options, base=answer)

    def _ask(self, kind: Callable[..., Question], text: str, **more: object) -> Any:  # noqa: ANN401  (text, a choice or a yes)
        answer = kind(text, input=self.input, output=self.output, **more).ask()
        if answer is None:
            raise Interrupted("Stopped at a question; nothing was changed.")
        return answer
