"""The configuration of a repository: found, read strictly, each value with its place."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any, Never

import msgspec

from stepdown.errors import ConfigError
from stepdown.flow.tomllines import Key, lines
from stepdown.model.config import PATTERNS, Config, Settings

OWN, SHARED = "stepdown.toml", "pyproject.toml"
_MOST = 1_000_000  # bytes
_FAULT = re.compile(r"(?P<what>.*?)(?: - at (?:`key` in )?`\$(?P<path>.*)`)?", re.DOTALL)
_STEP = re.compile(r"\.([^.\[]+)|\[(\d+|\.\.\.)\]")
_PATTERN = re.compile(r"Expected `str` matching regex '(.*)'", re.DOTALL)
_ENUM = re.compile(r"Invalid enum value (.*)")
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`")


@dataclass(frozen=True, kw_only=True)
class Located:
    """A configuration and the file in which it stands, absolute.

    `root` is the folder out of which it cannot reach, `lines` say where each key stands.
    """

    config: Config
    file: Path
    root: Path
    lines: Mapping[Key, int]

    @property
    def name(self) -> str:
        """The file as it is called in messages."""
        return self.file.relative_to(self.root).as_posix()

    def place(self, *key: str | int) -> str:
        """Return where a key stands, like `stepdown.toml:7`: its own line, or that around it."""
        path = key
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.name}:{self.lines[path]}" if path else self.name

    def inside(self, text: str, *key: str | int) -> Path:
        """Return a path of the configuration as an absolute one.

        Raises ConfigError where it leads out of the repository, also by a symbolic link.
        """
        path = (self.file.parent / text).resolve()
        if not path.is_relative_to(self.root):
            raise ConfigError(
                f"{self.place(*key)}: {dotted(key)} leads out of the repository: {text}",
                details=f"{path} is not in {self.root}.",
                hint="A configuration can name only what lies in its repository; a flag can"
                " name other paths.",
            )
        return path


def find(start: Path, root: Path | None = None) -> Located | None:
    """Return the configuration for a folder (or the folder of a file), None where there is none.

    The nearest folder that has settings counts, upwards from `start` to the root of its git
    repository; outside of a repository only the folder itself. `root` is that root where it is
    known. Raises ConfigError for files that cannot be understood, and where one folder has settings
    in both files.
    """
    folder = start.resolve() if start.is_dir() else start.resolve().parent
    root = root or next(
        (one for one in (folder, *folder.parents) if (one / ".git").exists()), folder
    )
    for one in (folder, *folder.parents):
        found = _in(one, root)
        if found is not None or one == root:
            return found
    return None


def read(file: Path, root: Path | None = None) -> Located:
    """Read one file, by its name the one or the other form. Raises ConfigError."""
    found = _read(file.resolve(), (root or file.parent).resolve())
    if found is None:
        raise ConfigError(f"{file} has no [tool.stepdown].", hint="Give a stepdown.toml.")
    return found


def _in(folder: Path, root: Path) -> Located | None:
    found = [_read(folder / name, root) for name in (OWN, SHARED) if (folder / name).is_file()]
    known = [one for one in found if one is not None]
    if len(known) > 1:
        raise ConfigError(
            f"{known[0].name} and {known[1].name} both have settings for stepdown.",
            details=f"{known[1].place()} has [tool.stepdown].",
            hint=f"Keep them in one file: move [tool.stepdown] to {known[0].name}.",
        )
    return known[0] if known else None


def _read(file: Path, root: Path) -> Located | None:
    """Return what a file holds, None for a pyproject.toml without settings."""
    if not file.resolve().is_relative_to(root):
        raise ConfigError(
            f"{file} leads out of the repository.", hint="Put the file itself into the repository."
        )
    name = file.relative_to(root).as_posix()
    content = _content(file, name)
    shared = file.name == SHARED
    if shared and b"stepdown" not in content:
        return None
    tree: Any = _tree(content, name)
    if shared:
        tree = tree.get("tool", {}).get("stepdown")
        if tree is None:
            return None
    within: Key = ("tool", "stepdown") if shared else ()
    places = {
        key[len(within) :]: n for key, n in lines(content).items() if key[: len(within)] == within
    }
    faulty = Located(config=Config(), file=file, root=root, lines=places)
    return Located(config=_decoded(tree, faulty), file=file, root=root, lines=places)


def _content(file: Path, name: str) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"{name} cannot be read.", details=str(error), hint="Check its permissions."
        ) from error
    if len(content) > _MOST:
        raise ConfigError(
            f"{name} has {len(content)} bytes; that is no configuration.",
            hint="Give the file that holds stepdown's settings.",
        )
    return content


def _tree(content: bytes, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{name} is no TOML.", details=str(error), hint="See https://toml.io for its rules."
        ) from error


def _decoded(tree: object, located: Located) -> Config:
    try:
        return msgspec.convert(tree, Config, builtin_types=(date, datetime, time), str_keys=True)
    except msgspec.ValidationError as error:
        _refuse(str(error), tree, located)


def _refuse(message: str, tree: object, located: Located) -> Never:
    """Say what is wrong, where, and what was perhaps meant."""
    found = _FAULT.fullmatch(message)
    what, path = (found["what"], _path(found["path"] or "")) if found else (message, ())
    unknown = _UNKNOWN.fullmatch(what)
    if unknown is not None:
        raise _unknown(located, path, unknown[1])
    value = f"It is {_shown(tree, path)}. " if path and "..." not in path else ""
    raise ConfigError(
        f"{located.place(*path)}: {dotted(path) or 'the file'}: {_worded(what)}.",
        details=f"{value}{_known(path)}".strip(),
        hint=_hint(what, path),
    )


def _unknown(located: Located, path: Key, name: str) -> ConfigError:
    key, options = (*path, name), names(path)
    near = get_close_matches(name.replace("_", "-"), options, n=1, cutoff=0.5)
    meant = [dotted((*path, *near))] if near else [k for k in _keys() if k.endswith(f".{name}")]
    return ConfigError(
        f"{located.place(*key)}: {dotted(key)} is no setting.",
        details=f"Known: {', '.join(options)}." if options else "",
        hint=f"Did you mean {meant[0]}?" if meant else "See `stepdown help configuration`.",
    )


def _keys(within: Key = ()) -> tuple[str, ...]:
    """Return all keys below a key path, with dots."""
    every = ((*within, name) for name in names(within))
    return tuple(key for path in every for key in (dotted(path), *_keys(path)))


def _path(text: str) -> Key:
    return tuple(name or (int(at) if at.isdecimal() else at) for name, at in _STEP.findall(text))


def dotted(key: Key) -> str:
    """Return a key as people write it, like `waivers[0].reason`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in key)
    return text.removeprefix(".").removesuffix("....")


def _worded(what: str) -> str:
    """Put msgspec's words into those of a configuration file."""
    words = {"object": "a table", "array": "a list", "str": "a text", "int": "a whole number"}
    words |= {"float": "a number", "bool": "true or false", "date": "a date"}

    def named(one: re.Match[str]) -> str:
        return " or ".join(words.get(kind, kind) for kind in one[1].split(" | "))

    if pattern := _PATTERN.fullmatch(what):
        return f"expected {PATTERNS.get(_raw(pattern[1]), what)}"
    if value := _ENUM.fullmatch(what):
        return f"{value[1]} is not known here"
    text = re.sub(r"`((?:[a-z]+)(?: \| [a-z]+)*)`", named, what)
    return text[:1].lower() + text[1:]


def _raw(pattern: str) -> str:
    """Undo how msgspec quotes a pattern."""
    return pattern.replace("\\\\", "\\")


def _hint(what: str, path: Key) -> str:
    found = node(path)
    values = tuple(map(str, found.get("enum") or found.get("items", {}).get("enum", ())))
    given_ = _ENUM.fullmatch(what)
    near = get_close_matches(given_[1].strip("'"), values, n=1) if given_ else []
    if near:
        return f"Did you mean {near[0]}?"
    if "`date`" in what:
        return "Write a date without quotes, like 2027-01-31."
    if "missing required field" in what:
        return "Add it."
    return "`stepdown help configuration` lists every setting with its type."


def _shown(tree: object, path: Key) -> str:
    value: Any = tree
    for part in path:
        value = value[part]
    return msgspec.json.encode(value).decode()[:80]


def names(path: Key) -> tuple[str, ...]:
    """Return the keys that are known below a key path."""
    found = node(path)
    return tuple(found.get("properties", ()))


def _known(path: Key) -> str:
    found = node(path)
    values = found.get("enum") or found.get("items", {}).get("enum")
    return f"Known: {', '.join(map(str, values))}." if values else ""


@lru_cache(maxsize=1)
def schema() -> dict[str, Any]:
    """Return the JSON Schema of the configuration, for editors."""
    made = msgspec.json.schema(Config)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "stepdown.toml",
        **made,
    }


def node(path: Key) -> dict[str, Any]:
    """Return the part of the schema that describes what stands at a key path."""
    every = schema()
    found = _followed(every, every)
    for part in path:
        if isinstance(part, int):
            found = found.get("items", {})
        elif "properties" in found:
            found = found["properties"].get(part, {})
        else:
            found = found.get("additionalProperties", {})
        found = _followed(found, every)
    return found


def _followed(node: dict[str, Any], every: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in node:
        found: dict[str, Any] = every["$defs"][node["$ref"].rpartition("/")[2]]
        return {**found, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def given(settings: Settings) -> dict[str, Any]:
    """Return what a part of the configuration gives, by the names in the file."""
    pairs = zip(settings.__struct_encode_fields__, settings.__struct_fields__, strict=True)
    values = ((name, getattr(settings, field)) for name, field in pairs)
    return {name: value for name, value in values if value is not msgspec.UNSET}
