"""How the choices of a batch travel: as the flags that were given, and what a repository adds."""

from collections.abc import Mapping
from dataclasses import fields
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from stepdown import __version__
from stepdown.cli.options import Options
from stepdown.flow import catalog
from stepdown.flow.batch import keys
from stepdown.model.fleet import Task

_OWN = frozenset(
    (
        "stage", "build_args", "build_timeout", "test", "test_stage", "junit", "paths",
        "test_timeout", "start_timeout", "stop_timeout", "timing", "environment", "form",
        "packages", "copies", "leaves", "to", "limit", "exposure",
        "debugging", "tools", "forbidden", "libcs", "min_gain", "max_packages", "gates",
    )
)  # fmt: skip
"""What a repository that is not trusted may say of itself; nothing that reaches out of it."""


def travelling(flags: Mapping[str, Any], given: Mapping[str, str]) -> str:
    """Return the flags that the command line gave as JSON; paths become absolute."""
    known = {field.name for field in fields(Options)}
    said = {name: _plain(flags[name]) for name in sorted(given) if name in known and name in flags}
    return msgspec.json.encode(said).decode()


def stamp(options: str, profile: str) -> str:
    """Return what changes when the tool, its recipes or the choices do."""
    flags = msgspec.json.decode(options, type=dict[str, Any])
    own = catalog.with_own(*map(Path, flags.get("recipes", ())))
    recipes = sha256(msgspec.json.encode(own, order="deterministic")).hexdigest()
    return keys.stamp(__version__, recipes, options, profile)


def worker_options(task: Task, context: Path) -> tuple[dict[str, str], Options]:
    """Return the fields that the user gave, with their flags, and the options of one entry."""
    flags = msgspec.json.decode(task.options, type=dict[str, Any])
    values = {name: _value(name, value) for name, value in flags.items()}
    given = {name: f"--{name.replace('_', '-')}" for name in values}
    if task.entry.test:
        values |= {"test": task.entry.test, "test_source": "given in the selection"}
        given["test"] = "test"
    return given, Options(path=context, file=task.entry.dockerfile, **values)


def may_set(profile: str) -> frozenset[str] | None:
    """Return the options that a repository's own settings may set, None for all."""
    return None if profile.split(maxsplit=1)[0] == "trusted" else _OWN


def _plain(value: Any) -> Any:  # noqa: ANN401  (click's own values)
    match value:
        case Path():
            return str(value.absolute())
        case tuple():
            return [_plain(one) for one in value]
        case _:
            return value


def _value(name: str, value: Any) -> Any:  # noqa: ANN401
    if name == "recipes":
        return tuple(map(Path, value))
    return tuple(value) if isinstance(value, list) else value
