"""Packages of language ecosystems, by the metadata that their installers leave behind."""

import re

import msgspec

from stepdown.model.image import Value

_PYTHON = re.compile(
    r"/[^/]+(?:\.dist-info/METADATA|\.egg-info(?:/PKG-INFO)?|\.egg/EGG-INFO/PKG-INFO)"
)
_PYTHON_ENDS = (".dist-info/METADATA", ".egg-info", ".egg-info/PKG-INFO", ".egg/EGG-INFO/PKG-INFO")
ENDS = ("/package.json", ".gemspec", *_PYTHON_ENDS)
# Where pnpm keeps every file once, named by its content; projects have hard links to them.
_STORE = re.compile(r"/v\d+/files/[0-9a-f]{2}/[0-9a-f]{30,}")
_STORED_SIZE = 1 << 16
_NODE = re.compile(r"/node_modules/(?:@[^/]+/)?[^/@][^/]*/package\.json")
_UNPACKED = re.compile(r"/[a-z][a-z0-9._-]*-v?\d+\.\d+\.\d+[^/]*/package\.json")
_GEM = re.compile(r"/specifications/(?:default/)?[^/]+\.gemspec")
_PYTHON_FIELD = re.compile(r"(Name|Version):[ \t]*(\S.*)", re.IGNORECASE)
_GEM_FIELD = re.compile(r"\bs\.(name|version)\s*=\s*(?:Gem::Version\.new\s*\(?\s*)?[\"']([^\"']+)")


class LanguagePackage(Value, frozen=True, kw_only=True):
    """One package; `path` is that of the file which tells of it.

    `kind` is the type of a package URL: `pypi`, `npm`, `gem`, `maven`, `golang` or `cargo`.
    """

    kind: str
    name: str
    version: str
    path: str


class _PackageJson(msgspec.Struct):
    name: str = ""
    version: str = ""


def may_be_linked(path: str, size: int) -> bool:
    """Tell whether the file may describe a package under a further name, as a hard link.

    Node's package managers link from a store of theirs, whose names do not tell; a store that
    comes first in a stream has the content.
    """
    return path.endswith("/package.json") or (
        size <= _STORED_SIZE and _STORE.search(path) is not None
    )


def linked(path: str, content: bytes) -> LanguagePackage | None:
    """Return the package that a file describes where it is called `path` and package.json."""
    name, version = _package_json(content)
    if not name or not version:
        return None
    return LanguagePackage(kind="npm", name=name, version=version, path=path)


def wanted(path: str) -> bool:
    """Tell whether the file at `path` describes a package."""
    return _kind(path) != ""


def read(path: str, content: bytes) -> LanguagePackage | None:
    """Return the package that a metadata file describes, None where it names none."""
    kind = _kind(path)
    match kind:
        case "pypi":
            name, version = _fields(_PYTHON_FIELD, content, header=True)
            name = re.sub(r"[-_.]+", "-", name).lower()  # one spelling, as PyPI compares names
        case "npm":
            name, version = _package_json(content)
        case _:
            name, version = _fields(_GEM_FIELD, content, header=False)
    if not name or not version:
        return None
    return LanguagePackage(kind=kind, name=name, version=version, path=path)


def _kind(path: str) -> str:
    if path.endswith("/package.json"):
        at = path.rfind("/node_modules/")
        # Outside of node_modules, only a release unpacked under its own name (yarn-v1.22.22).
        installed = _NODE.fullmatch(path, at) if at >= 0 else _UNPACKED.search(path)
        return "npm" if installed else ""
    if path.endswith(".gemspec"):
        return "gem" if _GEM.search(path) else ""
    return "pypi" if path.endswith(_PYTHON_ENDS) and _PYTHON.search(path) else ""


def _fields(pattern: re.Pattern[str], content: bytes, *, header: bool) -> tuple[str, str]:
    text = content.decode("utf-8-sig", "replace")
    if header:
        text = re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]
    look = pattern.match if header else pattern.search
    matches = (look(line) for line in text.splitlines())
    found: dict[str, str] = {}
    for match in filter(None, matches):
        found.setdefault(match[1].lower(), match[2].strip())
    return found.get("name", ""), found.get("version", "")


def _package_json(content: bytes) -> tuple[str, str]:
    try:
        decoded = msgspec.json.decode(content.removeprefix(b"\xef\xbb\xbf"), type=_PackageJson)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return "", ""
    return decoded.name, decoded.version
