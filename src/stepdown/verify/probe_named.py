"""Which files, variables, users and tables the code names that the candidate lacks. Pure.

What a test never reads is missed by no test. But what the code names, what the old base has and
the new one has not, is gone for certain.
"""

import mimetypes
import posixpath
import re
from collections.abc import Iterator, Mapping

from stepdown.model.facts import Clue, Trait
from stepdown.rootfs.tar import EntryType
from stepdown.verify import probe_files, probe_programs
from stepdown.verify.probe_image import Image

_TEMPORARY = "/tmp"  # noqa: S108  (of the images)
_SERVICES, _PROTOCOLS, _MEDIA = "/etc/services", "/etc/protocols", "/etc/mime.types"
# Folders in which files are made while the application runs.
_MADE = re.compile(r"/(?:tmp|run|var/(?:cache|lib|lock|log|run|spool|tmp))(?:/|$)")
# The engine puts these in; programs are looked up as such.
_ENGINES = re.compile(r"/(?:dev|proc|sys)(?:/|$)|/etc/(?:hosts|hostname|resolv\.conf|mtab)$")
_PROGRAMS = re.compile(r"/(?:usr/|usr/local/)?s?bin/[^/]+$")
# Set by the engine or by a shell, or about the base itself.
_JUDGED = frozenset(
    ("CURL_CA_BUNDLE", "HOME", "LD_PRELOAD", "NODE_EXTRA_CA_CERTS", "PATH", "PWD",
     "REQUESTS_CA_BUNDLE", "SSL_CERT_DIR", "SSL_CERT_FILE")
)  # fmt: skip
_USUAL_VARIABLES = frozenset(("HOME", "HOSTNAME", "PATH", "PWD", "SHELL", "TERM", "USER"))
_LISTS = (_MEDIA, "/etc/apache2/mime.types", "/etc/httpd/mime.types")
_TERMINALS = tuple(f"{folder}/terminfo/x" for folder in ("/usr/lib", "/lib", "/usr/share", "/etc"))
_PYTHON_MEDIA = frozenset(mimetypes.MimeTypes(filenames=()).types_map[True])
_GO_MEDIA = frozenset(
    (".avif", ".css", ".gif", ".htm", ".html", ".jpeg", ".jpg", ".js", ".json", ".mjs", ".pdf",
     ".png", ".svg", ".wasm", ".webp", ".xml")
)  # fmt: skip
_CODE = frozenset(
    (".cfg", ".go", ".ini", ".lock", ".md", ".mod", ".py", ".pyc", ".pyi", ".sh", ".so", ".sum",
     ".toml")
)  # fmt: skip
_NEAR = 12  # lines within which another path of the same name is an alternative


def lost(before: Image, after: Image, clues: tuple[Clue, ...]) -> Iterator[str]:
    """Yield a sentence for each thing that is named and gone."""
    yield from _paths(before, after, clues)
    yield from _variables(before, after, clues)
    for clue in clues:
        if clue.trait is Trait.ACCOUNT:
            yield from _account(before, after, clue)
        elif clue.trait is Trait.SERVICES:
            yield from _services(before, after, clue)
        elif clue.trait is Trait.MEDIA:
            yield from _media(before, after, clue)
        elif clue.trait is Trait.PERSON:
            yield from _person(before, after, clue)
        elif clue.trait is Trait.SCRATCH:
            yield from _temporary(before, after, clue)
        elif clue.trait is Trait.TERMINAL:
            yield from _terminal(before, after, clue)


def _paths(before: Image, after: Image, clues: tuple[Clue, ...]) -> Iterator[str]:
    named = [clue for clue in clues if clue.trait is Trait.PATH]
    for clue in named:
        gone = _gone(before, after, clue.subject)
        if not gone or _elsewhere(after, clue, named):
            continue
        if _PROGRAMS.match(gone) and before.fs.executable(gone):
            yield probe_programs.calls(clue, posixpath.basename(gone), gone)
        else:
            yield f"{clue.place} names {clue.subject}, and the candidate does not have {gone}"


def _gone(before: Image, after: Image, path: str) -> str:
    """Return what is gone of a path: itself, or the folder in which it would be made."""
    if _ENGINES.match(path) or (path.startswith("/bin/") and before.fs.get(path) is None):
        return ""
    if before.fs.get(path) is None and _MADE.match(path):
        path = posixpath.dirname(path)
    there = before.fs.get(path)
    if there is None or after.fs.get(path) is not None or _empty(before, path):
        return ""
    return path


def _empty(image: Image, path: str) -> bool:
    """Tell whether it is an empty folder that nobody writes to: /usr/src, /srv and the like."""
    entry = image.fs.get(path)
    folder = entry is not None and entry.type is EntryType.DIRECTORY
    if not folder or _MADE.match(path):
        return False
    return not any(name.startswith(f"{path}/") for name in image.fs.entries)


def _elsewhere(after: Image, clue: Clue, named: list[Clue]) -> bool:
    """Tell whether the code nearby names the same thing at a place that the candidate has."""
    name = posixpath.basename(clue.subject)
    return any(
        other.file == clue.file
        and (other.line == clue.line or abs(other.line - clue.line) <= _NEAR)
        and (other.line == clue.line or posixpath.basename(other.subject) == name)
        and after.fs.get(other.subject) is not None
        for other in named
        if other.subject != clue.subject
    )


def _variables(before: Image, after: Image, clues: tuple[Clue, ...]) -> Iterator[str]:
    """Judge variables that only the old base sets, and those that name what is gone."""
    for clue in clues:
        name = clue.subject
        asked = clue.trait is Trait.VARIABLE and name not in _USUAL_VARIABLES
        if asked and before.env.get(name) and name not in after.env:
            yield (
                f"{clue.place} reads the variable {name}, which the old base sets to"
                f" {before.env[name]} and the candidate does not set"
            )
    for name, value in after.env.items():
        path = value.rstrip("/")
        whole = path.startswith("/") and ":" not in path and name not in _JUDGED
        if whole and before.fs.get(path) is not None and after.fs.get(path) is None:
            yield f"{name} names {path}, and the candidate does not have {path}"


def _account(before: Image, after: Image, clue: Clue) -> Iterator[str]:
    name = clue.subject
    groups = [{group.name for group in image.fs.groups} for image in (before, after)]
    user = before.fs.user(name) is not None and after.fs.user(name) is None
    group = name in groups[0] - groups[1] and before.fs.user(name) is None
    if not name.isdecimal() and (user or group):
        file = "/etc/passwd" if user else "/etc/group"
        yield f"{clue.place} looks up {name}, whom the candidate does not have in {file}"


def _services(before: Image, after: Image, clue: Clue) -> Iterator[str]:
    path = _PROTOCOLS if "proto" in clue.detail.lower() else _SERVICES
    if before.fs.get(path) is not None and after.fs.get(path) is None:
        yield f"{clue.place} asks for a service by its name, and the candidate has no {path}"


def _media(before: Image, after: Image, clue: Clue) -> Iterator[str]:
    """Judge where the list of media types matters: for files that the language does not know."""
    if before.fs.get(_MEDIA) is None or any(after.fs.get(one) for one in _LISTS):
        return
    builtin = _GO_MEDIA if clue.language == "go" else _PYTHON_MEDIA
    listed = set(re.findall(r"[ \t]([\w+-]+)(?=\s)", (before.read(_MEDIA) or b"").decode()))
    if clue.subject:
        asked = {posixpath.splitext(f"x{clue.subject}")[1]}
    else:
        asked = {posixpath.splitext(path)[1] for path in after.fs.entries if _served(path, after)}
    known = {suffix for suffix in asked if suffix in builtin or suffix[1:] not in listed}
    if not asked or asked - known:
        yield f"{clue.place} asks for types of media, and the candidate has no {_MEDIA}"


def _served(path: str, image: Image) -> bool:
    """Tell whether a file may be sent to somebody: the application's own, and no code."""
    folder = (image.config.workdir or "/").rstrip("/")
    suffix = posixpath.splitext(path)[1]
    own = bool(folder) and path.startswith(f"{folder}/") and not path.startswith("/usr/")
    foreign = "/node_modules/" in path or "-packages/" in path
    return own and not foreign and bool(suffix) and suffix not in _CODE


def _person(before: Image, after: Image, clue: Clue) -> Iterator[str]:
    old, new = (probe_files.user(image.fs, image.config) for image in (before, after))
    if "not in" in new and "not in" not in old:
        yield f"{clue.place} asks for the name of the user, and the candidate's is {new}"


def _temporary(before: Image, after: Image, clue: Clue) -> Iterator[str]:
    folder = after.env.get("TMPDIR", _TEMPORARY)
    if before.fs.get(_TEMPORARY) is not None and after.fs.get(folder) is None:
        yield _unusable(_TEMPORARY, "missing", clue)


def _terminal(before: Image, after: Image, clue: Clue) -> Iterator[str]:
    had = next((path for path in _TERMINALS if before.fs.get(path) is not None), "")
    if had and not any(after.fs.get(path) is not None for path in _TERMINALS):
        yield f"{clue.place} names terminals, and the candidate does not have {had[:-2]}"


def surroundings(
    before: Mapping[str, str], after: Mapping[str, str], clues: tuple[Clue, ...]
) -> Iterator[str]:
    """Yield a sentence for a folder that the code asks for and that cannot be used any more.

    `before` and `after` are what a process found in containers of the two images.
    """
    for name, trait in ((_TEMPORARY, Trait.SCRATCH), ("HOME", Trait.HOME)):
        old, new = before.get(name, ""), after.get(name, "")
        clue = next((one for one in clues if one.trait is trait), None)
        if clue and _usable(old) and new and not _usable(new):
            yield _unusable(name, new, clue)


def _usable(state: str) -> bool:
    return state == "writable" or state.endswith(", writable")


def _unusable(name: str, state: str, clue: Clue) -> str:
    if name == "HOME":
        return f"{clue.place} asks for the home folder, and the candidate's cannot be used: {state}"
    return f"{clue.place} makes temporary files, and on the candidate /tmp is {state}"
