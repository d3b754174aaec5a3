"""The commands that look: `explain`, `report` and `doctor`."""

import codecs
import json
import shutil
import sys
from pathlib import Path

import msgspec

from stepdown.adapters.engine import connect
from stepdown.adapters.runs import open_run
from stepdown.build import requests
from stepdown.cli import forms
from stepdown.errors import EngineError, StepdownError, UsageError
from stepdown.flow import catalog, record
from stepdown.flow.selftest import unlimited_builds
from stepdown.model.image import Value
from stepdown.model.profile import BuildLimits
from stepdown.model.trial import BuildFailed
from stepdown.report import findings_text
from stepdown.verify.explain import explain as diagnose_text
from stepdown.verify.explain import unknown


def explain(file: str, *, as_json: bool) -> int:
    """Print the likeliest causes of an error text, or that none is known; offline."""
    if file == "-" and sys.stdin.isatty():
        sys.stderr.write("Paste the error text, then press Ctrl-D on a line of its own.\n")
    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(
            f"{file} cannot be read.",
            details=str(error),
            hint="Check the name and its permissions.",
        ) from error
    text = _decoded(content)
    if not text.strip():
        raise UsageError(
            "There is no text to explain.",
            hint="Pipe it in: `docker build . 2>&1 | stepdown explain`; or name a file.",
        )
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
    _print(forms.rendered(record.load(file), form, verbose=verbose))
    return 0


def schema() -> int:
    """Print the JSON Schema of a record."""
    _print(record.schema().decode())
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
            builds = unlimited_builds(engine, BuildLimits(), str(run.scratch("empty")))
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
        Ability(name="limits", works=True, detail=f"in batches, for containers. {builds}"),
    ]


def _print(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else text + "\n")
