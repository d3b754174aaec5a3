"""The commands that look: `measure`, `compare`, `explain`, `report` and `doctor`."""

import codecs
import json
import shutil
import sys
from pathlib import Path

import msgspec

from stepdown.adapters.engine import connect
from stepdown.adapters.runs import open_run
from stepdown.build import requests
from stepdown.cli.migrate import rendered
from stepdown.errors import EngineError, StepdownError, UsageError
from stepdown.flow import catalog, record
from stepdown.measure import compare as difference
from stepdown.measure import read_rootfs, surface
from stepdown.model.image import Value
from stepdown.model.surface import Surface
from stepdown.model.trial import BuildFailed
from stepdown.ports import Engine
from stepdown.report import card, findings_text
from stepdown.verify.explain import explain as diagnose_text
from stepdown.verify.explain import unknown

FORMATS = ("text", "md", "json")


def measure(image: str, *, as_json: bool, verbose: bool) -> int:
    """Print the surface card of one image."""
    with open_run() as run, connect(run, target=image) as engine:
        found = _surface(engine, image, str(run.scratch("empty")))
    if as_json:
        _print(msgspec.json.encode(found).decode())
    else:
        _print(card.surface_text(found, verbose=verbose))
    return 0


def compare(before: str, after: str, *, as_json: bool, verbose: bool) -> int:
    """Print the difference of two images."""
    with open_run() as run, connect(run, target=after) as engine:
        empty = str(run.scratch("empty"))
        delta = difference(_surface(engine, before, empty), _surface(engine, after, empty))
    if as_json:
        _print(msgspec.json.encode(delta).decode())
    else:
        _print(card.delta_text(delta, verbose=verbose))
    return 0


def _surface(engine: Engine, image: str, empty: str) -> Surface:
    """Measure through a private image, so that one that has to be pulled does not stay behind."""
    built = engine.build(requests.base("measured", image, empty), lambda _: None)
    if isinstance(built, BuildFailed):
        raise StepdownError(
            f"The image {image} cannot be had.",
            details="\n".join(built.log[-5:]),
            hint="Check its name, or pull it first.",
        )
    config = engine.inspect(built.image)
    return surface(read_rootfs(engine, built.image), config, catalog.load().classes, image)


def explain(file: str, *, as_json: bool) -> int:
    """Print the likeliest causes of an error text, or that none is known; offline."""
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read.", details=str(error)) from error
    text = _decoded(content)
    found = diagnose_text(text, catalog.load().breakages)
    if as_json:
        _print(msgspec.json.encode(found or (unknown(text),)).decode())
    else:
        _print(findings_text.render(found))
    return 0


def _decoded(content: bytes) -> str:
    """Return a log as text; PowerShell writes UTF-16."""
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if wide else "utf-8-sig", errors="replace")


def report(file: Path, form: str, *, verbose: bool) -> int:
    """Render a saved record; without an engine."""
    if form not in FORMATS:
        raise UsageError(f"--format {form} is unknown.", hint=f"Use {', '.join(FORMATS)}.")
    suffix = {"text": ".txt"}.get(form, f".{form}")
    _print(rendered(record.load(file), suffix, verbose=verbose))
    return 0


class Ability(Value, frozen=True, kw_only=True):
    """Whether one thing that stepdown needs works here."""

    name: str
    works: bool
    detail: str


def doctor(*, as_json: bool) -> int:
    """Say what works here; exit code 4 where no engine does."""
    found = [_git(), *_engine()]
    if as_json:
        _print(json.dumps([msgspec.to_builtins(ability) for ability in found]))
    else:
        for ability in found:
            _print(f"{'ok ' if ability.works else 'NO '} {ability.name:<10} {ability.detail}")
    return 0 if all(ability.works for ability in found) else EngineError.exit_code


def _git() -> Ability:
    path = shutil.which("git")
    return Ability(name="git", works=path is not None, detail=path or "git is not on PATH")


def _engine() -> list[Ability]:
    try:
        with open_run() as run, connect(run, target="doctor") as engine:
            info = engine.describe()
            tools = requests.base("toolbox", "busybox:musl", str(run.scratch("empty")))
            built = engine.build(tools, lambda _: None)
    except StepdownError as error:
        detail = " ".join(part for part in (error.brief, error.hint) if part)
        return [Ability(name="engine", works=False, detail=detail)]
    engine_detail = f"{info.name} {info.version}, {info.architecture}, {info.storage}"
    toolbox = (
        f"busybox:musl cannot be had, so images without a shell are tested less: {built.reason}"
        if isinstance(built, BuildFailed)
        else "busybox:musl, for images without a shell"
    )
    return [
        Ability(name="engine", works=True, detail=engine_detail),
        Ability(name="builder", works=bool(info.builder), detail=info.builder or "no buildx"),
        Ability(name="toolbox", works=not isinstance(built, BuildFailed), detail=toolbox),
    ]


def _print(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
