"""`stepdown config`: check and show what the settings of a repository say."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from stepdown.cli import knowledge, settings
from stepdown.cli.options import Options
from stepdown.errors import ConfigError, UsageError
from stepdown.flow import config
from stepdown.flow.config import Located
from stepdown.model.gate import Waiver
from stepdown.model.recipe import Catalog

_SCALE = (str, int, float, bool, type(None))


def check(path: Path, *, as_json: bool) -> int:
    """Check the settings that count for a path. Raises ConfigError for what is wrong."""
    options = Options(path=_existing(path))
    options, located = settings.settled(options, {})
    if located is not None:
        policy = options.policy()
        recipes = knowledge.recipes(options)
        _check_findings(located, recipes)
        warnings = tuple(
            f"The waiver of {waiver.subject} expired on {waiver.expires}; it counts no longer."
            for waiver in options.waivers
            if not waiver.counts(policy.day)
        )
    else:
        warnings = ()
    file = str(located.file) if located else None
    if as_json:
        return _print(json.dumps({"file": file, "sound": True, "warnings": warnings}))
    for warning in warnings:
        _print(f"warning: {warning}")
    none = "There are no settings; defaults count."
    return _print(f"{located.name} is sound." if located else none)


def _check_findings(located: Located, recipes: Catalog) -> None:
    """Refuse a waiver of a breakage that the catalogue does not have."""
    known = {breakage.id for breakage in recipes.breakages}
    waivers: Any = located.config.waivers or ()
    for at, waived in enumerate(waivers):
        if isinstance(waived.finding, str) and waived.finding not in known:
            raise ConfigError(
                f"{located.place('waivers', at, 'finding')}: no breakage is called"
                f" {waived.finding}.",
                hint="Take the id that a report names, like A07.",
            )


def show(options: Options, flags: dict[str, str], *, as_json: bool) -> int:
    """Print every value with its source."""
    _existing(options.path)
    options, located = settings.settled(options, flags)
    rows = settings.rows(options, flags, located)
    if as_json:
        told = {
            "file": str(located.file) if located else None,
            "settings": [{**asdict(row), "value": _plain(row.value)} for row in rows],
        }
        return _print(json.dumps(told))
    _print(f"# {located.file if located else 'no stepdown.toml and no [tool.stepdown]'}")
    width = max(len(row.key) for row in rows)
    for row in rows:
        _print(f"{row.key:<{width}}  {_written(row.value):<24}  {row.source}")
    return 0


def _written(value: object) -> str:
    if isinstance(value, tuple) and value and isinstance(value[0], Waiver):
        return "; ".join(f"{one.subject} until {one.expires}" for one in value)
    return "-" if value in (None, (), "") else json.dumps(_plain(value), ensure_ascii=False)


def _plain(value: Any) -> Any:  # noqa: ANN401  (one value of any setting)
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    if isinstance(value, _SCALE):
        return value
    if hasattr(value, "__struct_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    return str(value)


def schema() -> int:
    """Print the JSON Schema."""
    return _print(schema_text().rstrip())


def schema_text() -> str:
    """Return the JSON Schema as it lies in the package."""
    return json.dumps(config.schema(), indent=2) + "\n"


def _existing(path: Path) -> Path:
    if not path.exists():
        raise UsageError(
            f"There is no file or folder {path}.", hint="Give a folder, or leave it out."
        )
    return path


def _print(text: str) -> int:
    sys.stdout.write(f"{text}\n")
    return 0
