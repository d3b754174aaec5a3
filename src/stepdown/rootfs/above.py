"""What an image holds besides its base, as far as an application can need it."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec.structs import replace

from stepdown.model.facts import Carried, CarriedKind
from stepdown.rootfs.closure import closure
from stepdown.rootfs.filesystem import Entry, RootFS
from stepdown.rootfs.problems import ProblemKind
from stepdown.rootfs.tar import EntryType

# Left by package managers and the like; no application reads it.
_NOISE: Final = re.compile(
    r"""/(?:
      (?:var/)?tmp | run | proc | sys | dev
    | etc/ca-certificates(?:\.conf|/update\.d)?
    | var/(?:cache | log | spool | mail | backups | lib/(?:apt|dpkg|apk|rpm|systemd|ucf|pam))
    | root/\.(?:cache|npm|config|bash_history|wget-hsts|python_history|node-gyp|local/state|gnupg)
    | root/(?:go|\.cargo/registry|\.rustup|\.m2|\.gradle)
    | etc/(?:apt|alternatives|ld\.so\.(?:cache|conf\.d)|rc\d\.d|init\.d|systemd|pam\.d|cron\.\w+)
    | etc/(?:passwd|group|shadow|gshadow|subuid|subgid|shells|\.pwd\.lock)-?
    | usr/share/(?:doc|doc-base|man|info|locale|lintian|bug|menu|bash-completion)
    | go/pkg | usr/local/cargo/registry | usr/local/share/\.cache
    | (?:root|home/[^/]+)/\.local/share/pnpm/store
    | home/[^/]+/\.(?:bashrc|profile|bash_logout|cache|npm)
    )(?:/|\Z)""",
    re.VERBOSE,
)
_CACHED = re.compile(r"/__pycache__(?:/|\Z)")
_PROGRAMS = frozenset(("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/go/bin"))
_ROUNDS = 12  # libraries that need libraries; deeper than any real chain


def above(old: RootFS, built: RootFS, candidates: Mapping[str, RootFS]) -> tuple[Carried, ...]:
    """Return what `built` has besides its base `old`, sorted by path.

    Files that packages of the operating system own are not the application's, unless a package of
    the base has them otherwise now, at the same version. Of the others only the libraries count
    that its programs load and that one of the `candidates`, file systems by image, lacks. New
    folders stand for all that is in them. A file whose content alone differs from the base's, at
    the same size, owner and mode, is not seen.
    """
    kept = _kept(old, built)
    made = {
        path: entry for path, entry in built.entries.items() if _is_made(path, old, built, kept)
    }
    useful = {path: entry for path, entry in made.items() if not _dead(path, built, candidates)}
    return tuple(
        sorted(
            (*_folded(old, built, useful), *_libraries(built, useful, candidates)),
            key=lambda one: one.path,
        )
    )


def _kept(old: RootFS, built: RootFS) -> frozenset[str]:
    """Return the packages that are the same in both: they changed none of their files."""
    versions = {(one.name, one.version) for one in old.packages}
    return frozenset(one.name for one in built.packages if (one.name, one.version) in versions)


def _is_made(path: str, old: RootFS, built: RootFS, kept: frozenset[str]) -> bool:
    entry, before = built.entries[path], old.entries.get(path)
    owner = built.owners.get(path, "")
    overwritten = owner in kept and before is not None
    if _NOISE.match(path) or (owner and not overwritten):
        return False
    if entry.type is EntryType.SYMLINK and _of_package(path, entry, built):
        return False
    if entry == before or (before is not None and entry.type is EntryType.DIRECTORY):
        return False
    # Compiled while the image was built: beside modules of the base it is but a cache.
    return not (_CACHED.search(path) and _parent_of_cache(path) in old.entries)


def _of_package(path: str, entry: Entry, built: RootFS) -> bool:
    """Tell whether a symbolic link is another name of what a package brought, as `cc` is."""
    return entry.link.startswith("/etc/alternatives/") or built.resolve(path) in built.owners


def _parent_of_cache(path: str) -> str:
    return path[: path.index("/__pycache__")] or "/"


def _dead(path: str, built: RootFS, candidates: Mapping[str, RootFS]) -> bool:
    """Tell whether it is a command for an interpreter that none of the candidates has."""
    if path.rpartition("/")[0] not in _PROGRAMS:
        return False
    line = built.shebangs.get(built.resolve(path) or path, "")
    called = line.split()[0] if line else ""
    return bool(called) and not any(fs.executable(called) for fs in candidates.values())


def _folded(old: RootFS, built: RootFS, made: Mapping[str, Entry]) -> Iterator[Carried]:
    """Put what lies in a new folder together under the uppermost new folder."""
    groups: dict[str, list[str]] = {}
    for path, entry in made.items():
        top = _uppermost(path, old, made)
        if entry.type is not EntryType.DIRECTORY or top == path:
            groups.setdefault(top, []).append(path)
    emptied = {folder for path in built.entries.keys() - made.keys() for folder in _parents(path)}
    for top, paths in groups.items():
        entries = [made[path] for path in paths]
        if all(entry.type is EntryType.DIRECTORY for entry in entries) and top in emptied:
            continue
        yield Carried(path=top, size=sum(entry.size for entry in entries), chown=_owner(entries))


def _parents(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _uppermost(path: str, old: RootFS, made: Mapping[str, Entry]) -> str:
    top = path
    parts = path.split("/")
    for end in range(len(parts) - 1, 1, -1):
        folder = "/".join(parts[:end])
        if folder in old.entries or folder not in made:
            break
        top = folder
    return top


def _owner(entries: list[Entry]) -> str:
    owners = {(entry.uid, entry.gid) for entry in entries}
    uid, gid = next(iter(owners))
    return f"{uid}:{gid}" if len(owners) == 1 and uid else ""


def _libraries(
    built: RootFS, made: Mapping[str, Entry], candidates: Mapping[str, RootFS]
) -> Iterator[Carried]:
    """Yield the libraries of packages that what was made loads."""
    lacking: dict[str, list[str]] = {}
    for image, fs in candidates.items():
        for path in _needed(built, made, fs):
            lacking.setdefault(path, []).append(image)
    for path, images in lacking.items():
        real = built.resolve(path) or path
        yield Carried(
            path=path,
            size=built.entries[real].size,
            kind=CarriedKind.LIBRARY,
            package=built.owners.get(real) or built.owners.get(path, ""),
            images=tuple(images),
        )


def _needed(built: RootFS, made: Mapping[str, Entry], base: RootFS) -> tuple[str, ...]:
    """Return the paths of the libraries that would be missing on `base`."""
    names = _by_name(built)
    found: dict[str, str] = {}
    merged = _with(base, built, [path for path in made if path not in base.entries])
    for _ in range(_ROUNDS):
        problems = closure(merged, {})
        asked = {p.name for p in problems if p.kind is ProblemKind.MISSING_LIBRARY}
        new = {name: names[name] for name in sorted(asked - found.keys()) if name in names}
        if not new:
            break
        found |= new
        merged = _with(merged, built, list(new.values()))
    return tuple(sorted(found.values()))


def _by_name(built: RootFS) -> dict[str, str]:
    """Return where the system's libraries are, by file name; the loader's first folders win."""
    found: dict[str, str] = {}
    for path in sorted(built.entries, reverse=True):
        folder, _, name = path.rpartition("/")
        if ".so" in name and re.fullmatch(r"(?:/usr)?(?:/local)?/lib(?:64|/[\w-]+)?", folder):
            found[name] = path
    return found


def _with(base: RootFS, built: RootFS, paths: list[str]) -> RootFS:
    """Return `base` with these paths of `built`; a symbolic link becomes the file behind it."""
    entries, elf = dict(base.entries), dict(base.elf)
    for path in paths:
        real = built.inode(path)
        if real is None:
            continue
        folder = path.rpartition("/")[0]
        while folder and folder not in entries:
            entries[folder] = Entry(type=EntryType.DIRECTORY)
            folder = folder.rpartition("/")[0]
        entries[path] = replace(built.entries[real], first="")
        if real in built.elf:
            elf[path] = built.elf[real]
    return replace(base, entries=entries, elf=elf)
