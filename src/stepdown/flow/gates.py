"""Gates from the configuration and from flags."""

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

import msgspec

from stepdown.errors import UsageError
from stepdown.flow.config import given
from stepdown.model.config import Forbidden, Gates, Most
from stepdown.model.gate import Gate

_FORBIDDEN = {
    "shell": "shells",
    "root": "runs_as_root",
    "setuid": "setuid_setgid",
    "package-manager": "package_managers",
    "language-package-manager": "language_package_managers",
    "network-tool": "network_tools",
    "compiler": "compilers",
    "interpreter": "interpreters",
    "debugger": "debuggers",
    "privilege-tool": "privilege_tools",
    "capability": "file_capabilities",
    "world-writable": "world_writable",
}
_UNITS = {"k": 10**3, "M": 10**6, "G": 10**9}
_SIZE = re.compile(r"(\d+(?:\.\d+)?) ?([kMG])B")
TOOL = "forbid.tool."


def of(gates: Gates, tools: Iterable[str] = ()) -> tuple[Gate, ...]:
    """Return the gates of a configuration; `tools` may not be among the image's commands."""
    return (*_of(gates), *(Gate(id=f"{TOOL}{t}", measure="commands", item=t) for t in tools))


def _of(gates: Gates) -> Iterator[Gate]:
    if gates.max is not msgspec.UNSET:
        for name, limit in given(gates.max).items():
            yield Gate(id=f"max.{name}", measure=name.replace("-", "_"), limit=_number(limit))
    if gates.forbid is not msgspec.UNSET:
        for name, banned in given(gates.forbid).items():
            if banned:
                yield Gate(id=f"forbid.{name}", measure=_FORBIDDEN[name])


def _number(limit: int | str) -> int:
    found = _SIZE.fullmatch(limit) if isinstance(limit, str) else None
    return round(float(found[1]) * _UNITS[found[2]]) if found else int(limit)


def with_words(known: tuple[Gate, ...], words: Iterable[str]) -> tuple[Gate, ...]:
    """Return the gates with those of flags, like `max.commands=100` or `forbid.shell`.

    A flag wins over a gate of the same name; `forbid.shell=false` takes one back. Raises UsageError
    for what is no gate.
    """
    found = {gate.id: gate for gate in known}
    for word in words:
        name, _, text = word.partition("=")
        found.pop(name, None)
        found.update((gate.id, gate) for gate in _parsed(word, name, text))
    return tuple(found.values())


def _parsed(word: str, name: str, text: str) -> tuple[Gate, ...]:
    kind, _, key = name.partition(".")
    if name.startswith(TOOL) and len(name) > len(TOOL) and not text:
        return of(Gates(), [name.removeprefix(TOOL)])
    value: object = text
    if kind == "forbid":
        value = {"": True, "true": True, "false": False}.get(text, text)
    elif text.isdecimal():
        value = int(text)
    try:
        return of(msgspec.convert({kind: {key: value}}, Gates))
    except msgspec.ValidationError as error:
        raise _no_gate(word, name) from error


def _no_gate(word: str, name: str) -> UsageError:
    near = get_close_matches(name.replace("_", "-"), ids(), n=1)
    meant = f"Did you mean {near[0]}? " if near and near[0] != name else ""
    return UsageError(
        f"--gate {word} is no gate.",
        details=f"Known: {', '.join(ids())}, {TOOL}NAME.",
        hint=f"{meant}Give it like --gate max.commands=100 or --gate forbid.shell.",
    )


def ids() -> tuple[str, ...]:
    """Return the names of all gates but those of single tools."""
    return (
        *(f"max.{name}" for name in Most.__struct_encode_fields__),
        *(f"forbid.{name}" for name in Forbidden.__struct_encode_fields__),
    )


def is_id(name: str) -> bool:
    """Tell whether a gate may be called so."""
    return name in ids() or (name.startswith(TOOL) and len(name) > len(TOOL))
