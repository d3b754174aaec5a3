"""The configuration of an untrusted repository: what it may choose, and what is left out.

It may say where its Dockerfile is, how it is tested and which policy is stricter. Whatever reaches
beyond its clone, or loosens what the user of a batch wants, is left out and told.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET

from stepdown.flow.config import Located, dotted, given
from stepdown.flow.tomllines import Key
from stepdown.model.config import Config, Settings
from stepdown.model.profile import Profile

_HOST = "it would read from this machine"
_POLICY = "it would loosen what is wanted of every repository"
_OTHERS = "it would name what does not lie in the repository"
_LEFT_OUT: Mapping[Key, str] = {
    ("recipes",): "recipes say what is safe; those of a repository are not asked",
    ("build", "secrets"): _HOST,
    ("rewrite", "unsafe-fixes"): _POLICY,
    ("policy", "base"): _OTHERS,
    ("policy", "like"): _OTHERS,
    ("policy", "vendors"): _OTHERS,
    ("waivers",): _POLICY,
    ("scan",): "scans are those of the batch",
}
_TIMES: Mapping[Key, str] = {
    ("build", "timeout"): "build_seconds",
    ("checks", "test-timeout"): "test_seconds",
    ("checks", "start-timeout"): "start_seconds",
    ("checks", "stop-timeout"): "start_seconds",
}
_SWITCH = "BUILDKIT_"


def narrowed(located: Located, profile: Profile) -> tuple[Config, tuple[str, ...]]:
    """Return what a repository may choose, and a sentence for each setting that is left out.

    A profile without limits takes everything.
    """
    if profile.builds is None:
        return located.config, ()
    out = dict(_refused(located.config, profile))
    told = tuple(
        f"{located.place(*key)}: {dotted(key)} is left out: {why}." for key, why in out.items()
    )
    return _without(located.config, (), frozenset(out)), told


def _refused(config: Config, profile: Profile) -> Iterator[tuple[Key, str]]:
    for key, why in _LEFT_OUT.items():
        if _at(config, key) is not UNSET:
            yield key, why
    for key, field in _TIMES.items():
        value, most = _at(config, key), getattr(profile, field)
        if value is not UNSET and value > most:
            yield key, f"{value:g} seconds are more than {most:g}"
    arguments = _at(config, ("build", "args"))
    for name in () if arguments is UNSET else arguments:
        if name.upper().startswith(_SWITCH):
            yield ("build", "args", name), "it would change the builder itself"


def _at(config: Config, key: Key) -> Any:  # noqa: ANN401  (a part of the configuration)
    value: Any = config
    for name in key:
        if value is UNSET:
            return UNSET
        value = getattr(value, str(name).replace("-", "_"))
    return value


def _without(part: Any, at: Key, out: frozenset[Key]) -> Any:  # noqa: ANN401  (as above)
    """Return a part without the keys in `out`."""
    if isinstance(part, dict):
        return {name: value for name, value in part.items() if (*at, name) not in out}
    if not isinstance(part, Settings):
        return part
    kept = {
        name.replace("-", "_"): _without(value, (*at, name), out)
        for name, value in given(part).items()
        if (*at, name) not in out
    }
    return type(part)(**kept)
