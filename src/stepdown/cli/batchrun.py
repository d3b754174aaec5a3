"""One Dockerfile of a batch: the same plan, run and record as `stepdown migrate`, in a clone."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET

from stepdown import discover
from stepdown.adapters.clones import Clone
from stepdown.adapters.engine import DockerEngine, connect
from stepdown.adapters.intake import check_space
from stepdown.adapters.runs import Home, Run
from stepdown.adapters.shelf import FolderShelf
from stepdown.build import requests
from stepdown.cli import batchimages, building, knowledge, settings
from stepdown.cli.batchoptions import may_set, worker_options
from stepdown.cli.locate import decode, naming
from stepdown.cli.options import Options
from stepdown.cli.planning import tested
from stepdown.errors import DockerfileError, EngineError, NothingToDoError
from stepdown.flow import config, migrate, planner
from stepdown.flow.batch import results
from stepdown.flow.untrusted import narrowed
from stepdown.model.events import Emit, Note
from stepdown.model.facts import Target
from stepdown.model.fleet import Entry, Report, Task
from stepdown.model.plan import Plan
from stepdown.model.profile import Profile, read
from stepdown.model.recipe import Catalog
from stepdown.model.trial import BuildFailed
from stepdown.rootfs import osrelease

if TYPE_CHECKING:
    from stepdown.cli.batchwork import Desk


def evaluate(desk: "Desk", run: Run, clone: Clone, emit: Emit) -> Report:
    """Plan and run one Dockerfile; return what came out. Raises StepdownError."""
    task, commit = desk.task, clone.head()
    profile = read(task.profile)
    check_space(run.folder, profile.free)
    entry = task.entry
    text = decode(entry.dockerfile, _committed(clone, entry.dockerfile, commit))
    clone.check_out(commit)
    desk.check()
    entry = _placed(clone, entry)
    options = _options(clone, msgspec.structs.replace(task, entry=entry), emit)
    with connect(run, target=entry.name, entry=(task.batch, task.key)) as engine:
        desk.engine = engine
        desk.check()
        if (disk := engine.disk()) is not None:
            check_space(disk, profile.free)
        what, recipes = _planned(run, clone, text, entry, options, engine, commit, profile)
        place = _place(run, clone, what.target, profile)
        registry = batchimages.registry(engine)
        outcome = migrate.run(what, recipes, engine, place, emit, registry)
        images = batchimages.used(engine, outcome)
    return msgspec.structs.replace(results.of_outcome(task.key, outcome), images=images)


def _committed(clone: Clone, dockerfile: str, commit: str) -> bytes:
    content = clone.read(dockerfile, commit)
    if content is None:
        raise DockerfileError(
            f"The commit {commit[:12]} has no file {dockerfile}.",
            hint="It went away meanwhile; evaluate again.",
        )
    return content


def _options(clone: Clone, task: Task, emit: Emit) -> Options:
    """Return the options: the user's flags, the selection's line, then the repository's own."""
    context = clone.tree / _context(task.entry)
    flags, options = worker_options(task, context)
    located = config.find(context, clone.tree.resolve())
    if located is None:
        return options
    kept, told = narrowed(located, read(task.profile))
    located = replace(located, config=kept)
    allowed = may_set(task.profile)
    denied = settings.denied(located, allowed) if allowed is not None else ()
    for text in (*told, *(f"{located.name}: {key} does not count in a batch." for key in denied)):
        emit(Note(text=text))
    return settings.applied(options, flags, located, allowed)


def _placed(clone: Clone, entry: Entry) -> Entry:
    """Return the entry with the context that the repository's settings name for its Dockerfile.

    Raises ConfigError where they lead out of the clone.
    """
    root = clone.tree.resolve()
    dockerfile = root / entry.dockerfile
    located = config.find(dockerfile.parent, root)
    if located is None:
        return entry
    named, context = located.config.dockerfile, located.config.context
    theirs = dockerfile if named is UNSET else located.inside(named, "dockerfile")
    if entry.context or context is UNSET or theirs != dockerfile:
        return entry
    place = located.inside(context, "context").relative_to(root).as_posix()
    return msgspec.structs.replace(entry, context=place)


def _context(entry: Entry) -> str:
    return entry.context or str(Path(entry.dockerfile).parent)


def _planned(  # noqa: PLR0913, PLR0917  (what a plan is made from)
    run: Run,
    clone: Clone,
    text: str,
    entry: Entry,
    options: Options,
    engine: DockerEngine,
    commit: str,
    profile: Profile,
) -> tuple[Plan, Catalog]:
    recipes = knowledge.recipes(options)
    with naming(entry.dockerfile):
        known = knowledge.understood(recipes, text, options, lambda i: _os_release(run, engine, i))
        target = discover.target(
            text,
            repository=entry.repository,
            commit=commit,
            dockerfile=entry.dockerfile,
            context=_context(entry),
            stage=options.stage,
            catalog=known,
        )
    policy = profile.bounded(options.policy())
    building.check_arguments(text, target.stage, policy)
    facts = discover.facts(clone.tree / target.context, target)
    what = planner.plan(target, tested(facts, options), known, policy)
    building.check_plan(what)
    if not what.steps:
        raise NothingToDoError(
            f"There is no smaller base to try for {target.base}.",
            details="\n".join(f"{one.image}: {one.reason}" for one in what.skipped),
            hint="`stepdown plan` in a clone explains each rung.",
        )
    return what, known


def _os_release(run: Run, engine: DockerEngine, image: str) -> dict[str, str]:
    """Read which distribution an image is; nothing where it cannot be had."""
    try:
        request = requests.base("unknown", image, str(run.scratch("empty")))
        built = engine.build(request, lambda _: None)
        if isinstance(built, BuildFailed):
            return {}
        return osrelease.parse(engine.read(built.image, "/etc/os-release") or b"")
    except EngineError:
        return {}


def _place(run: Run, clone: Clone, target: Target, profile: Profile) -> migrate.Place:
    ignore = clone.tree / f"{target.dockerfile}.dockerignore"
    return migrate.Place(
        context=str(clone.tree / target.context),
        empty=str(run.scratch("empty")),
        ignore=ignore.read_text(errors="surrogateescape") if _regular(ignore) else None,
        shelf=FolderShelf(Home.default().images),
        profile=profile,
    )


def _regular(file: Path) -> bool:
    """Tell whether it is a file of the clone itself: a link may lead anywhere."""
    return file.is_file() and not file.is_symlink()
