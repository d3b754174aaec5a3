"""Files of packages that a split leaves behind, and which of them the application needs after all.

A package that the Dockerfile itself installs is there for a reason. Its libraries are found by
what loads them; that its data is needed only shows where somebody opens it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from stepdown.model.facts import Carried, CarriedKind
from stepdown.model.image import Value
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.tar import EntryType

# What no application reads: documentation, and what compiles, starts or administers others.
_UNREAD: Final = re.compile(
    r"""/(?:
      (?:usr/(?:local/)?)?s?bin | usr/(?:include|src|lib/(?:apt|dpkg|systemd|udev|sysusers\.d))
    | usr/share/(?:doc|doc-base|man|info|locale|lintian|bug|menu|bash-completion|perl5?|pkgconfig)
    | etc/(?:apt|cron\.\w+|default|dpkg|init\.d|logrotate\.d|pam\.d|systemd) | var
    )(?:/|\Z)|.*\.(?:a|o|h|hpp|la|pc)\Z""",
    re.VERBOSE,
)
MOST_FILES: Final = 6000
MOST_BYTES: Final = 256_000_000


class Behind(Value, frozen=True, kw_only=True):
    """Files that would stay behind, by path the package; `unwatched` are too many to look at."""

    files: Mapping[str, str]
    unwatched: int = 0


def behind(
    old: RootFS,
    built: RootFS,
    carried: Iterable[Carried],
    candidates: Mapping[str, RootFS],
    named: frozenset[str],
) -> Behind:
    """Return what the packages brought that were added to the base or that the Dockerfile names.

    Only regular files count that none of `carried` covers and that one of the `candidates` lacks.
    The smallest are looked at first: data and settings, not compilers.
    """
    present = {(one.name, one.version) for one in old.packages}
    packages = {
        one.name
        for one in built.packages
        if one.name in named or (one.name, one.version) not in present
    }
    # A library is copied by the name that programs load: what that links to comes with it.
    roots = {place for one in carried for place in (one.path, built.resolve(one.path)) if place}
    wanted = {
        path: owner
        for path, owner in built.owners.items()
        if owner in packages
        and _is_data(path, built)
        and not any(path == root or path.startswith(f"{root}/") for root in roots)
        and any(fs.get(path) is None for fs in candidates.values())
    }
    return _limited(wanted, built)


def _is_data(path: str, built: RootFS) -> bool:
    entry = built.entries.get(path)
    return (
        entry is not None
        and entry.type is EntryType.FILE
        and not _UNREAD.match(path)
        and "\n" not in path
    )


def _limited(wanted: Mapping[str, str], built: RootFS) -> Behind:
    files: dict[str, str] = {}
    total = 0
    for path in sorted(wanted, key=lambda one: (built.entries[one].size, one)):
        total += built.entries[path].size
        if len(files) >= MOST_FILES or total > MOST_BYTES:
            break
        files[path] = wanted[path]
    return Behind(files=files, unwatched=len(wanted) - len(files))


def needed(
    opened: Iterable[str], left: Behind, built: RootFS, candidates: Mapping[str, RootFS]
) -> tuple[Carried, ...]:
    """Return what has to come along because these files were opened.

    A compiled file comes alone. Of a package whose data was opened all data comes: another zone,
    another font is asked for tomorrow. Folders that hold nothing else stand for their files.
    """
    read = sorted(path for path in opened if path in left.files)
    data = {left.files[path]: path for path in reversed(read) if not _compiled(path, built)}
    mine = {path for path, owner in left.files.items() if owner in data}
    alone = {path for path in read if path not in mine}
    chosen = {path for path in mine if not _compiled(path, built)} | alone
    example = {path: data.get(left.files[path], path) for path in chosen}
    found = (
        _carried(root, paths, (left.files[paths[0]], example[paths[0]]), built, candidates)
        for root, paths in _folded(chosen, left, built).items()
    )
    return tuple(sorted((one for one in found if one.images), key=lambda one: one.path))


def _compiled(path: str, built: RootFS) -> bool:
    return (built.inode(path) or path) in built.elf


def _folded(chosen: set[str], left: Behind, built: RootFS) -> dict[str, list[str]]:
    """Put files under the uppermost folder that only their package has files in."""
    folders: dict[str, set[str]] = {}
    for path, entry in built.entries.items():
        if entry.type is not EntryType.DIRECTORY:
            for folder in _parents(path):
                folders.setdefault(folder, set()).add(built.owners.get(path, ""))
    found: dict[str, list[str]] = {}
    for path in sorted(chosen):
        sole = [one for one in _parents(path) if folders[one] == {left.files[path]}]
        found.setdefault(min(sole, key=len, default=path), []).append(path)
    return found


def _parents(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def _carried(
    root: str,
    paths: list[str],
    why: tuple[str, str],
    built: RootFS,
    candidates: Mapping[str, RootFS],
) -> Carried:
    package, opened = why
    return Carried(
        path=root,
        size=sum(built.entries[path].size for path in paths),
        kind=CarriedKind.OPENED,
        package=package,
        opened=opened,
        images=tuple(
            image for image, fs in candidates.items() if any(fs.get(path) is None for path in paths)
        ),
    )
