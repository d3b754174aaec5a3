"""Flags, configuration and defaults become one set of options, each with where it came from."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from msgspec import UNSET

from stepdown.cli.options import Options
from stepdown.errors import ConfigError
from stepdown.flow import config, gates
from stepdown.flow.config import Located, given
from stepdown.flow.tomllines import Key
from stepdown.model.config import Config, Gates, Secret, Waived
from stepdown.model.gate import Waiver

Reader = Callable[[Any, Located, Key], Any]
DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A key of the configuration, the option that it sets and the flag that wins over it."""

    key: Key
    field: str
    flag: str
    read: Reader


@dataclass(frozen=True, kw_only=True)
class Row:
    """One value that counts, and where it came from."""

    key: str
    value: Any
    source: str


def _plain(value: Any, _located: Located, _key: Key) -> Any:  # noqa: ANN401  (as the file has it)
    return value


def _inside(value: str, located: Located, key: Key) -> Path:
    return located.inside(value, *key)


def _all_inside(values: tuple[str, ...], located: Located, key: Key) -> tuple[Path, ...]:
    return tuple(located.inside(value, *key, at) for at, value in enumerate(values))


def _pairs(value: Mapping[str, str | int], _located: Located, _key: Key) -> tuple[str, ...]:
    return tuple(f"{name}={text}" for name, text in value.items())


def _packages(value: Mapping[str, tuple[str, ...]], _: Located, _key: Key) -> tuple[str, ...]:
    return tuple(f"{debian}={','.join(alpine) or '-'}" for debian, alpine in value.items())


def _secrets(value: tuple[Secret, ...], located: Located, key: Key) -> tuple[str, ...]:
    return tuple(_secret(secret, located, (*key, at)) for at, secret in enumerate(value))


def _secret(secret: Secret, located: Located, key: Key) -> str:
    if (secret.env is UNSET) == (secret.file is UNSET):
        raise ConfigError(
            f"{located.place(*key)}: {config.dotted(key)} needs env or file, and not both.",
            hint="Name the variable or the file that holds the secret, never its value.",
        )
    if secret.env is not UNSET:
        return f"id={secret.id},env={secret.env}"
    return f"id={secret.id},src={located.inside(str(secret.file), *key, 'file')}"


def _gates(value: Gates, _located: Located, _key: Key) -> tuple[str, ...]:
    parts = given(value).items()
    every = (
        (f"{kind}.{name}", limit) for kind, part in parts for name, limit in given(part).items()
    )
    return tuple(f"{name}={_lower(limit)}" for name, limit in every)


def _lower(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _waivers(value: tuple[Waived, ...], located: Located, key: Key) -> tuple[Waiver, ...]:
    return tuple(_waiver(waived, located, (*key, at)) for at, waived in enumerate(value))


def _waiver(waived: Waived, located: Located, key: Key) -> Waiver:
    place = f"{located.place(*key)}: {config.dotted(key)}"
    if (waived.gate is UNSET) == (waived.finding is UNSET):
        raise ConfigError(
            f"{place} needs gate or finding, and not both.", hint="Name what it is for."
        )
    if waived.gate is not UNSET and not gates.is_id(waived.gate):
        raise ConfigError(
            f"{place}: there is no gate {waived.gate}.",
            details=f"Known: {', '.join(gates.ids())}, {gates.TOOL}NAME.",
            hint="Name the gate as it is set, like max.commands.",
        )
    return Waiver(
        gate="" if waived.gate is UNSET else waived.gate,
        finding="" if waived.finding is UNSET else waived.finding,
        reason=waived.reason,
        expires=waived.expires.isoformat(),
    )


SETTINGS = (
    Setting(key=("target",), field="stage", flag="--target", read=_plain),
    Setting(key=("recipes",), field="recipes", flag="--recipes", read=_all_inside),
    Setting(key=("build", "args"), field="build_args", flag="--build-arg", read=_pairs),
    Setting(key=("build", "secrets"), field="secrets", flag="--secret", read=_secrets),
    Setting(key=("build", "timeout"), field="build_timeout", flag="--build-timeout", read=_plain),
    Setting(key=("checks", "test"), field="test", flag="--test", read=_plain),
    Setting(key=("checks", "test-target"), field="test_stage", flag="--test-target", read=_plain),
    Setting(key=("checks", "junit"), field="junit", flag="--junit", read=_plain),
    Setting(key=("checks", "paths"), field="paths", flag="--path", read=_plain),
    Setting(key=("checks", "timing"), field="timing", flag="--timing", read=_plain),
    Setting(
        key=("checks", "test-timeout"), field="test_timeout", flag="--test-timeout", read=_plain
    ),
    Setting(
        key=("checks", "start-timeout"), field="start_timeout", flag="--start-timeout", read=_plain
    ),
    Setting(
        key=("checks", "stop-timeout"), field="stop_timeout", flag="--stop-timeout", read=_plain
    ),
    Setting(key=("env",), field="environment", flag="--env", read=_pairs),
    Setting(key=("rewrite", "form"), field="form", flag="--form", read=_plain),
    Setting(
        key=("rewrite", "unsafe-fixes"), field="unsafe_fixes", flag="--unsafe-fixes", read=_plain
    ),
    Setting(key=("rewrite", "packages"), field="packages", flag="--package", read=_packages),
    Setting(key=("rewrite", "copy"), field="copies", flag="--copy", read=_plain),
    Setting(key=("rewrite", "leave"), field="leaves", flag="--leave", read=_plain),
    Setting(key=("policy", "to"), field="to", flag="--to", read=_plain),
    Setting(key=("policy", "base"), field="base", flag="--base", read=_plain),
    Setting(key=("policy", "like"), field="like", flag="--like", read=_plain),
    Setting(key=("policy", "limit"), field="limit", flag="--limit", read=_plain),
    Setting(key=("policy", "exposure"), field="exposure", flag="--exposure", read=_plain),
    Setting(key=("policy", "debugging"), field="debugging", flag="--debugging", read=_plain),
    Setting(key=("policy", "require-tools"), field="tools", flag="--require-tool", read=_plain),
    Setting(key=("policy", "forbid-tools"), field="forbidden", flag="--forbid-tool", read=_plain),
    Setting(key=("policy", "vendors"), field="vendors", flag="--allow-vendor", read=_plain),
    Setting(key=("policy", "libc"), field="libcs", flag="--libc", read=_plain),
    Setting(
        key=("policy", "approved-only"), field="approved_only", flag="--approved-only", read=_plain
    ),
    Setting(key=("policy", "min-gain"), field="min_gain", flag="--min-gain", read=_plain),
    Setting(
        key=("policy", "max-packages"), field="max_packages", flag="--max-packages", read=_plain
    ),
    Setting(key=("gates",), field="gates", flag="--gate", read=_gates),
    Setting(key=("waivers",), field="waivers", flag="", read=_waivers),
    Setting(key=("scan", "scanner"), field="scanner", flag="--scanner", read=_plain),
    Setting(key=("scan", "osv"), field="osv", flag="--osv", read=_inside),
    Setting(key=("scan", "kev"), field="kev", flag="--kev", read=_inside),
    Setting(key=("scan", "vex"), field="vex", flag="--vex", read=_all_inside),
    Setting(key=("scan", "timeout"), field="scan_timeout", flag="--scan-timeout", read=_plain),
)
_NAMED = ("build_args", "secrets", "environment", "packages", "gates")
"""Options made of NAME=VALUE: a flag wins over the configuration name by name."""


def settled(options: Options, flags: Mapping[str, str]) -> tuple[Options, Located | None]:
    """Return the options with what the repository's configuration says, and where that stands.

    `flags` are the fields that the command line gave, with their flags; they win. Raises
    ConfigError for a configuration that is wrong.
    """
    if not options.path.exists():
        return options, None
    located = config.find(options.path)
    if located is None:
        return options, None
    return _placed(applied(options, flags, located), flags, located), located


def applied(
    options: Options,
    flags: Mapping[str, str],
    located: Located,
    allowed: frozenset[str] | None = None,
) -> Options:
    """Return the options with what a configuration says, but for where the Dockerfile is.

    `allowed` are the fields that it may set, None for all. Raises ConfigError.
    """
    changes = {
        setting.field: _together(setting, options, flags, value)
        for setting, value in _given(located, allowed)
        if setting.field in _NAMED or setting.field not in flags
    }
    if "test" in changes:
        changes["test_source"] = f"from {located.place('checks', 'test')}"
    return replace(options, settings=located.name, **changes)


def values(located: Located) -> dict[str, Any]:
    """Return what a configuration sets, by the name of the option."""
    return {setting.field: value for setting, value in _given(located)}


def _given(
    located: Located, allowed: frozenset[str] | None = None
) -> Iterator[tuple[Setting, Any]]:
    for setting in SETTINGS:
        value = _at(located.config, setting.key)
        if value is not UNSET and (allowed is None or setting.field in allowed):
            yield setting, setting.read(value, located, setting.key)


def denied(located: Located, allowed: frozenset[str]) -> tuple[str, ...]:
    """Return the keys that a configuration sets although it may not."""
    return tuple(
        config.dotted(setting.key)
        for setting in SETTINGS
        if setting.field not in allowed and _at(located.config, setting.key) is not UNSET
    )


def _at(whole: Config, key: Key) -> Any:  # noqa: ANN401  (a part of the configuration)
    value: Any = whole
    for name in key:
        if value is UNSET:
            return UNSET
        value = getattr(value, str(name).replace("-", "_"))
    return value


def _together(setting: Setting, options: Options, flags: Mapping[str, str], value: Any) -> Any:  # noqa: ANN401
    if setting.field not in flags:
        return value
    own = getattr(options, setting.field)
    names = {name_of(setting.field, word) for word in own}
    return (*(word for word in value if name_of(setting.field, word) not in names), *own)


def name_of(field: str, word: str) -> str:
    """Return the name in NAME=VALUE, of a secret its id."""
    if field == "secrets":
        return next((p for p in word.split(",") if p.startswith("id=")), word)[3:]
    return word.partition("=")[0]


def _placed(options: Options, flags: Mapping[str, str], located: Located) -> Options:
    """Take Dockerfile and context from the configuration, unless PATH names another place."""
    folder, whole = located.file.parent, located.config
    elsewhere = "path" in flags and options.path.resolve() != folder
    if elsewhere or (whole.dockerfile is UNSET and whole.context is UNSET):
        return options
    context = folder if whole.context is UNSET else located.inside(whole.context, "context")
    if not context.is_dir():
        raise ConfigError(
            f"{located.place('context')}: context: there is no folder {context}.",
            hint="Paths are relative to the folder of the configuration.",
        )
    if "file" in flags or whole.dockerfile is UNSET:
        return replace(options, path=context)
    dockerfile = located.inside(whole.dockerfile, "dockerfile")
    if not dockerfile.is_file():
        raise ConfigError(
            f"{located.place('dockerfile')}: dockerfile: there is no file {dockerfile}.",
            hint="Paths are relative to the folder of the configuration.",
        )
    return replace(options, path=context, file=str(dockerfile))


def rows(options: Options, flags: Mapping[str, str], located: Located | None) -> tuple[Row, ...]:
    """Return every value that counts, with its source: a flag, file:line, or `default`.

    `options` are the settled ones.
    """
    return (*_place_rows(flags, located), *_setting_rows(options, flags, located))


def _place_rows(flags: Mapping[str, str], located: Located | None) -> Iterator[Row]:
    for key, flag in (("dockerfile", "file"), ("context", "path")):
        value = getattr(located.config, key) if located else UNSET
        if flag in flags:
            yield Row(key=key, value=flags[flag], source="command line")
        elif located and value is not UNSET:
            yield Row(key=key, value=value, source=located.place(key))
        else:
            yield Row(key=key, value="", source=DEFAULT)


def _setting_rows(
    options: Options, flags: Mapping[str, str], located: Located | None
) -> Iterator[Row]:
    found = {setting.field: setting for setting, _ in _given(located)} if located else {}
    known = {field.name for field in fields(options)}
    for setting in SETTINGS:
        if setting.field not in known:
            continue
        value = getattr(options, setting.field)
        if setting.field in _NAMED and value:
            yield from _named_rows(setting, value, flags, located)
        elif setting.field in flags:
            yield _row(setting, value, setting.flag)
        elif located and setting.field in found:
            yield _row(setting, value, located.place(*setting.key))
        else:
            yield _row(setting, value, DEFAULT)


def _row(setting: Setting, value: Any, source: str) -> Row:  # noqa: ANN401
    return Row(key=config.dotted(setting.key), value=value, source=source)


def _named_rows(
    setting: Setting, words: tuple[str, ...], flags: Mapping[str, str], located: Located | None
) -> Iterator[Row]:
    from_file = _at(located.config, setting.key) if located else UNSET
    in_file = (
        setting.read(from_file, located, setting.key) if located and from_file is not UNSET else ()
    )
    for word in words:
        name = name_of(setting.field, word)
        _, _, value = word.partition("=") if setting.field != "secrets" else ("", "", word)
        key = f"{config.dotted(setting.key)}.{name}"
        ours = located is not None and word in in_file
        parts = (
            (*setting.key, *name.split(".")) if setting.field == "gates" else (*setting.key, name)
        )
        source = located.place(*parts) if located and ours else setting.flag
        yield Row(
            key=key, value=value, source=source if ours or setting.field in flags else DEFAULT
        )
