"""The part of `stepdown migrate` that needs the engine; imported when there is work for it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from stepdown.adapters.connection import find_address, open_client
from stepdown.adapters.engine import connect
from stepdown.adapters.runs import Home
from stepdown.adapters.shelf import FolderShelf
from stepdown.build import requests
from stepdown.cli import printers
from stepdown.cli.desk import Desk, writing
from stepdown.cli.wizard import Asker
from stepdown.errors import EngineError
from stepdown.flow import migrate
from stepdown.flow.carried import Shipped
from stepdown.flow.examine import examined
from stepdown.model.events import Emit, Note
from stepdown.model.facts import Target
from stepdown.model.plan import Plan
from stepdown.model.trial import BuildFailed, CheckRun, Outcome
from stepdown.rootfs import osrelease


def knock() -> None:
    """Raise EngineError where no engine answers."""
    open_client(find_address(os.environ)).close()


def os_release(desk: Desk, image: str) -> dict[str, str]:
    """Read which distribution an image is; nothing where it cannot be had."""
    try:
        with connect(desk.run, target=image) as engine:
            request = requests.base("unknown", image, str(desk.run.scratch("empty")))
            built = engine.build(request, lambda _: None)
            if isinstance(built, BuildFailed):
                return {}
            content = engine.read(built.image, "/etc/os-release")
            return osrelease.parse(content or b"")
    except EngineError:
        return {}


def rehearse(desk: Desk, what: Plan) -> CheckRun | BuildFailed:
    """Run the tests of a plan on the old base."""
    printer = printers.choose(json=False, color=desk.options.color, verbose=desk.options.verbose)
    try:
        with connect(desk.run, target=what.target.dockerfile) as engine:
            place = _place(desk, what.target)
            return migrate.rehearse(what, desk.recipes, engine, place, printer.emit)
    finally:
        printer.close()


def perform(desk: Desk, what: Plan) -> Outcome:
    """Build and check everything; return what came out, with the scans that were wanted."""
    printer = printers.choose(
        json=desk.options.json, color=desk.options.color, verbose=desk.options.verbose
    )
    try:
        with _logged(desk, printer.emit) as emit:
            _notes(desk, what, emit)
            with connect(desk.run, target=what.target.dockerfile) as engine:
                place = _place(desk, what.target)
                registry = engine.registry()
                choose = partial(_chosen, desk.asker, printer) if desk.asker else None
                outcome = migrate.run(what, desk.recipes, engine, place, emit, registry, choose)
                return examined(outcome, desk.examiner, emit) if desk.examiner else outcome
    finally:
        printer.close()


def _chosen(asker: Asker, printer: printers.Printer, found: tuple[Shipped, ...]) -> tuple[str, ...]:
    """Ask in the midst of the work, with the screen at rest."""
    with printer.paused():
        return asker.leaves(found)


def _place(desk: Desk, target: Target) -> migrate.Place:
    return migrate.Place(
        context=str(Path(desk.workspace.path) / target.context),
        empty=str(desk.run.scratch("empty")),
        ignore=_ignore(desk, target),
        shelf=FolderShelf(Home.default().images),
    )


@contextmanager
def _logged(desk: Desk, emit: Emit) -> Iterator[Emit]:
    """Write the log beside what is shown; copy it to --log at the end, however it ends."""
    with desk.run.log_path.open("a", buffering=1, encoding="utf-8", errors="replace") as log:
        try:
            yield printers.both(emit, printers.logging_to(log.write))
        finally:
            log.flush()
            if desk.options.log is not None:
                with writing(desk.options.log):
                    desk.options.log.write_bytes(desk.run.log_path.read_bytes())


def _notes(desk: Desk, what: Plan, emit: Emit) -> None:
    if desk.options.settings:
        emit(Note(text=f"Settings from {desk.options.settings}."))
    for secret in desk.options.policy().secrets:
        emit(Note(text=f"Builds get the secret {secret.id} from {secret.env or secret.file}."))
    for note in (*desk.run.swept, *desk.checkout.notes(), *what.facts.notes):
        emit(Note(text=note))
    if what.facts.test is None:
        emit(
            Note(
                text="No test command is known, so the evidence will be weak; give one with --test."
            )
        )


def _ignore(desk: Desk, target: Target) -> str | None:
    """Return the ignore file that belongs to this Dockerfile alone; it wins over the context's."""
    file = Path(desk.workspace.path) / f"{target.dockerfile}.dockerignore"
    return file.read_text(errors="surrogateescape") if file.is_file() else None
