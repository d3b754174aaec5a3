"""`measure` and `compare`: the card of one image, and the difference of two."""

import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Self, TypeVar

import msgspec

from stepdown.adapters.cards import Cards
from stepdown.adapters.engine import connect
from stepdown.adapters.indexes import fetch_index
from stepdown.adapters.runs import Home, open_run
from stepdown.build import requests
from stepdown.cli import forms, guard
from stepdown.cli.exits import POLICY
from stepdown.cli.guard import Guard
from stepdown.cli.scanning import NO_SCAN, Scanning
from stepdown.errors import EngineError, StepdownError, UsageError
from stepdown.flow import catalog
from stepdown.flow.examine import Examiner
from stepdown.measure import compare as difference
from stepdown.measure import origin, quick_surface, read_rootfs, surface
from stepdown.measure.vulnerabilities.delta import delta as vulnerabilities_delta
from stepdown.measure.vulnerabilities.inventory import inventory
from stepdown.measure.vulnerabilities.pending import pending
from stepdown.model.gate import GateResult
from stepdown.model.image import ImageConfig, ImageRef, Value
from stepdown.model.recipe import Catalog
from stepdown.model.surface import Known, Surface, SurfaceDelta
from stepdown.model.trial import BuildFailed
from stepdown.model.vulnerability import Inventory, Pending, Scan
from stepdown.ports import Engine
from stepdown.report import card, gates, structure
from stepdown.report import vulnerabilities as report

Noun = TypeVar("Noun")


_BILLS = ("cyclonedx", "spdx")
_WHOLE = (*_BILLS, "structure-test")


class Looked(Value, frozen=True, kw_only=True):
    """What was seen of one image; `inventory` and `scan` only where they were asked for."""

    surface: Surface
    inventory: Inventory | None = None
    scan: Scan | None = None
    pending: Pending | None = None
    gates: tuple[GateResult, ...] | None = None
    config: ImageConfig | None = None


@dataclass(frozen=True, kw_only=True)
class View:
    """How to look at images and how to show it: one field for each flag."""

    form: str = "text"
    base: str = ""
    quick: bool = False
    verbose: bool = False
    scanning: Scanning = NO_SCAN
    updates: tuple[str, ...] = ()
    guard: Guard | None = None

    @classmethod
    def of(cls, flags: Mapping[str, Any]) -> Self:
        """Return the values of the flags as the command line names them."""
        return cls(
            form="json" if flags["as_json"] else flags["form"],
            base=flags.get("base", ""),
            quick=flags["quick"],
            verbose=flags["verbose"],
            scanning=Scanning.of(flags),
            updates=flags.get("updates", ()),
            guard=guard.of(flags.get("config"), flags.get("gates", ())),
        )

    def check(self) -> None:
        """Raise UsageError for flags that contradict each other."""
        if self.quick and (
            self.base or self.form in _WHOLE or self.updates or self.scanning != NO_SCAN
        ):
            raise UsageError(
                "--quick reads only the release and the package database.",
                hint="Leave out --quick to see what comes from the base, bills and scans.",
            )


@dataclass(frozen=True, kw_only=True)
class _Gauge:
    """What measures an image."""

    engine: Engine
    catalog: Catalog
    cards: Cards
    today: str
    empty: str
    view: View


def measure(image: str, view: View) -> int:
    """Print the surface card of one image; with a base, also what of it comes with that."""
    view.check()
    with _gauge(image, view, 1) as (gauge, (examiner,)):
        looked = _look(gauge, image, examiner)
        if view.base:
            split = origin(looked.surface, _surface(gauge, view.base))
            surface_ = msgspec.structs.replace(looked.surface, origin=split)
            looked = msgspec.structs.replace(looked, surface=surface_)
        if view.form == "structure-test":
            looked = msgspec.structs.replace(looked, config=_config(gauge, image))
    if view.guard is not None:
        looked = msgspec.structs.replace(looked, gates=view.guard.judge(looked.surface))
    _print(_measured_text(looked, view))
    if not all(result.kept for result in looked.gates or ()):
        return POLICY
    return _exit_code(looked.surface)


def compare(before: str, after: str, view: View) -> int:
    """Print the difference of two images."""
    view.check()
    with _gauge(after, view, 2) as (gauge, (first, second)):
        old, new = _look(gauge, before, first), _look(gauge, after, second)
    delta = difference(old.surface, new.surface)
    scans = vulnerabilities_delta(old.scan, new.scan) if old.scan and new.scan else None
    if view.form == "json":
        _print(_json(delta, scans=scans))
    elif view.form == "md":
        _print("\n".join([card.delta_markdown(delta), *_if(scans, report.delta_markdown)]))
    else:
        text = card.delta_text(delta, verbose=view.verbose)
        scan_text = partial(report.delta_text, verbose=view.verbose)
        _print("\n".join([text, *_if(scans, scan_text)]))
    return _exit_code(old.surface, new.surface)


def _exit_code(*cards: Surface) -> int:
    """Return 0 where every image was read to its end: else the engine failed, and the card says."""
    return 0 if all(one.known is Known.MEASURED for one in cards) else EngineError.exit_code


def _measured_text(looked: Looked, view: View) -> str:
    match view.form:
        case "json":
            more = {"inventory": looked.inventory, "scan": looked.scan, "pending": looked.pending}
            return _json(looked.surface, **more, gates=looked.gates)
        case "cyclonedx" | "spdx" if looked.inventory is not None:
            return forms.bill(looked.inventory, looked.scan, form=view.form, time="")
        case "structure-test" if looked.config is not None:
            return structure.render(looked.surface, looked.config)
        case "md":
            parts = _if(looked.scan, report.scan_markdown)
            parts += _if(looked.pending, report.pending_markdown)
            parts += _if(looked.gates, gates.markdown)
            return "\n".join([card.surface_markdown(looked.surface), *parts])
        case _:
            parts = _if(looked.scan, partial(report.scan_text, verbose=view.verbose))
            parts += _if(looked.pending, partial(report.pending_text, verbose=view.verbose))
            parts += _if(looked.gates, gates.text)
            return "\n".join([card.surface_text(looked.surface, verbose=view.verbose), *parts])


def _if(value: Noun | None, write: Callable[[Noun], str]) -> list[str]:
    return [] if value is None else [write(value)]


def _json(card_or_delta: Surface | SurfaceDelta, **more: object) -> str:
    """Return the card as an object, with what else was asked for under its own names."""
    added = {name: value for name, value in more.items() if value is not None}
    plain = msgspec.to_builtins(card_or_delta)
    return msgspec.json.encode({**plain, **added}).decode()


@contextmanager
def _gauge(
    target: str, view: View, images: int
) -> Generator[tuple[_Gauge, tuple[Examiner | None, ...]]]:
    recipes, today = catalog.load(), datetime.now(UTC).date().isoformat()
    with open_run() as run:
        examiners = view.scanning.examiners(run, images)
        with connect(run, target=target) as engine:
            gauge = _Gauge(
                engine=engine,
                catalog=recipes,
                cards=Cards(Home.default().cards, recipes, today),
                today=today,
                empty=str(run.scratch("empty")),
                view=view,
            )
            yield gauge, examiners


def _look(gauge: _Gauge, image: str, examiner: Examiner | None) -> Looked:
    """Return what was asked for; packages are listed only where somebody wants the list."""
    if examiner is None and not gauge.view.updates and gauge.view.form not in _BILLS:
        return Looked(surface=_surface(gauge, image))
    name = image if _here(gauge.engine, image) else _fetched(gauge, image)
    config = gauge.engine.inspect(name)
    fs = read_rootfs(gauge.engine, name, symbols=False, whole=False)
    found = surface(fs, config, gauge.catalog, image, gauge.today)
    listed = inventory(fs, config, image)
    scan = examiner.examine(name, listed, found) if examiner else None
    offers = tuple(map(fetch_index, gauge.view.updates))
    late = pending(listed, offers) if offers else None
    return Looked(surface=found, inventory=listed, scan=scan, pending=late)


def _surface(gauge: _Gauge, image: str) -> Surface:
    """Return the card of an image; a measured one is kept for the next time."""
    config = _here(gauge.engine, image)
    if config is None:
        return _measured(gauge, image, _fetched(gauge, image))
    if gauge.view.quick:
        return _measured(gauge, image, image)
    found = gauge.cards.load(config.id)
    if found is None:
        found = _measured(gauge, image, image)
        if found.known is Known.MEASURED:
            gauge.cards.save(found)
    return msgspec.structs.replace(found, image=image)


def _measured(gauge: _Gauge, name: str, image: str) -> Surface:
    engine, recipes, today = gauge.engine, gauge.catalog, gauge.today
    config = engine.inspect(image)
    if gauge.view.quick:
        found = quick_surface(engine, config, recipes, image, today)
    else:
        fs = read_rootfs(engine, image, symbols=False, whole=False)
        found = surface(fs, config, recipes, image, today)
    return msgspec.structs.replace(found, image=name, layers=engine.layers(image))


def _config(gauge: _Gauge, image: str) -> ImageConfig:
    found = _here(gauge.engine, image)
    return found or gauge.engine.inspect(_fetched(gauge, image))


def _here(engine: Engine, image: str) -> ImageConfig | None:
    """Return the configuration of an image that the engine has, None where it has none."""
    if not ImageRef.is_valid(image) and not image.startswith("sha256:"):
        raise UsageError(f"{image!r} is no name of an image.", hint="Give it like node:24-slim.")
    try:
        return engine.inspect(image)
    except EngineError:
        raise
    except StepdownError:
        return None


def _fetched(gauge: _Gauge, image: str) -> str:
    """Get an image that is not here, under a private name, so that it does not stay behind."""
    built = gauge.engine.build(requests.base("measured", image, gauge.empty), lambda _: None)
    if isinstance(built, BuildFailed):
        raise StepdownError(
            f"The image {image} cannot be had.",
            details="\n".join(built.log[-5:]),
            hint="Check its name and platform, or pull it first.",
        )
    return built.image


def _print(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
