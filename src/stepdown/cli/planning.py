"""`stepdown plan`: what would be done to a Dockerfile; needs no engine, no network and no git."""

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import msgspec

from stepdown import discover
from stepdown.cli import attention, building, knowledge, settings
from stepdown.cli.locate import Spot, locate, naming, read
from stepdown.cli.options import SMALLEST, Options
from stepdown.errors import NothingToDoError, UsageError
from stepdown.flow import planner
from stepdown.model.encoding import to_json
from stepdown.model.events import Event, Note
from stepdown.model.facts import Facts
from stepdown.model.plan import Plan, Refusal, Step
from stepdown.model.recipe import Catalog
from stepdown.report import plan_text


def plan(options: Options, given: Mapping[str, str], form: str) -> int:
    """Print what would be done to a Dockerfile, without an engine and without git.

    `given` are the fields that the command line gave; the configuration fills in the others.
    """
    options, located = settings.settled(options, given)
    if located is not None:
        print(f"Settings from {located.name}.", file=sys.stderr)  # noqa: T201
    what = _looked_up(options) if options.online else _plan(options)[0]
    match form:
        case "json":
            _print(to_json(what))
        case "diff":
            _print(_diff(_wanted(what)).encode("utf-8", "surrogateescape"))
        case "text":
            _print(plan_text.render(what, verbose=options.verbose).encode())
        case _:
            raise UsageError(f"--format {form} is unknown.", hint="Use text, diff or json.")
    return 0


def check(
    options: Options, others: tuple[Path, ...], given: Mapping[str, str], *, as_json: bool
) -> int:
    """Tell by the exit code whether each Dockerfile stands where the policy wants it."""

    def planned(one: Options) -> Plan:
        return _plan(settings.settled(one, given)[0])[0]

    every = [replace(options, path=path) for path in (options.path, *others)]
    return attention.check(every, planned, as_json=as_json)


def _wanted(what: Plan) -> Step:
    """Return the rung that is hoped for: the named one comes first, the smallest last.

    Without a name, the smallest that can be built is taken, if one can.
    """
    if not what.steps:
        raise NothingToDoError(
            f"There is no smaller base to try for {what.target.base}.",
            hint="`stepdown plan` gives the reason for each rung.",
        )
    if what.policy.to != SMALLEST:
        return what.steps[0]
    buildable = [step for step in what.steps if not _blocked(step)]
    return (buildable or what.steps)[-1]


def _blocked(step: Step) -> tuple[Refusal, ...]:
    return tuple(one for one in step.rewrite.refusals if one.blocking)


def _diff(step: Step) -> str:
    """Return the diff, and warn where it is not enough."""
    for one in _blocked(step):
        print(f"line {one.line}: {one.reason} {one.hint}".rstrip(), file=sys.stderr)  # noqa: T201
    if _blocked(step):
        words = f"{step.candidate.image} cannot be built with this diff alone; see above."
        print(words, file=sys.stderr)  # noqa: T201
    return step.rewrite.diff


def _looked_up(options: Options) -> Plan:
    """Plan, and ask the registries for each candidate, through the engine."""
    from stepdown.adapters.engine import connect  # noqa: PLC0415  (a plan needs no docker)
    from stepdown.adapters.runs import open_run  # noqa: PLC0415
    from stepdown.flow import survey  # noqa: PLC0415

    what, recipes = _plan(options)
    with open_run() as run, connect(run, target=what.target.dockerfile) as engine:
        platform = f"linux/{engine.describe().architecture}"
        office = survey.Office(registry=engine.registry(), engine=engine, platform=platform)
        return survey.look_up(what, recipes, office, _tell)


def _tell(event: Event) -> None:
    if isinstance(event, Note):
        print(event.text, file=sys.stderr)  # noqa: T201


def _plan(options: Options) -> tuple[Plan, Catalog]:
    spot = locate(options.path, options.file, None)
    root = _root(spot)
    dockerfile, context = spot.relative(root)
    recipes = knowledge.recipes(options)
    text = read(spot.dockerfile)
    with naming(dockerfile):
        recipes = knowledge.understood(recipes, text, options, None)
        target = discover.target(
            text,
            repository=str(root),
            commit="",
            dockerfile=dockerfile,
            context=context,
            stage=options.stage,
            catalog=recipes,
        )
    policy = options.policy()
    building.check_arguments(text, options.stage, policy)
    facts = discover.facts(spot.context, target)
    what = planner.plan(target, tested(facts, options), recipes, policy)
    building.check_plan(what)
    return what, recipes


def _root(spot: Spot) -> Path:
    """Return the repository's folder; where there is none, the context or the file's folder."""
    for folder in (spot.context, *spot.context.parents):
        if (folder / ".git").exists():
            return folder
    inside = spot.dockerfile.is_relative_to(spot.context)
    return spot.context if inside else spot.dockerfile.parent


def tested(facts: Facts, options: Options) -> Facts:
    """Return the facts with the test command that was given, if one was; an empty one is none."""
    if options.test is None:
        return facts
    given = discover.command(options.test, options.test_source) if options.test.strip() else None
    return msgspec.structs.replace(facts, test=given)


def _print(content: bytes) -> None:
    sys.stdout.buffer.write(content if content.endswith(b"\n") or not content else content + b"\n")
    sys.stdout.flush()
