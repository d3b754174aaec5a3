"""What the application used on the old base and cannot use on the candidate. Pure."""

import re
from collections.abc import Iterator

from stepdown.model.facts import HERE, Clue, Trait
from stepdown.rootfs.filesystem import Entry, RootFS
from stepdown.rootfs.tar import EntryType
from stepdown.verify import probe_files
from stepdown.verify.probe_image import Image
from stepdown.verify.probe_use import Used

_DEFAULT = re.compile(r"\$\{(?P<name>\w+):-(?P<text>[^}]*)\}")
_OF_LIBC = ("ld-", "libc.", "libnss_", "libgcc_s.")
_READ, _WRITE, _SEARCH = 4, 2, 1
# Others' code, and what tools keep for themselves.
_FOREIGN = re.compile(
    r"/(?:node_modules|site-packages|dist-packages|__pycache__|\.(?:cache|config|git|local|npm))(?:/|$)"
)

# What shells, compilers and package managers keep at home; the application asks for none of it.
_TOOLS = r"bundle|cache|cargo|dotnet|gem|gnupg|gradle|local|m2|node-gyp|npm|nuget|nvm|rustup|yarn"
_CACHED = re.compile(
    rf"/(?:\.(?:{_TOOLS}|config/(?:configstore|pip|yarn))|__pycache__)/"
    r"|/\.(?:bash|node_repl|profile|python|v8flags|wget)[\w.-]*$"
)


def lost(before: Image, after: Image, used: Used) -> tuple[str, ...]:
    """Return a sentence for each thing that was used and that the candidate lacks."""
    found = (*_written(before, after, used), *_libraries(before, after, used))
    return tuple(dict.fromkeys(found))


def barred(before: Image, after: Image, clues: tuple[Clue, ...]) -> Iterator[str]:
    """Yield a sentence for each file that the code makes and that the candidate's user may not."""
    old = probe_files.uid(before.fs, before.config)
    new = probe_files.uid(after.fs, after.config)
    for clue in clues:
        path = _meant(after, clue) if clue.trait is Trait.WRITES else ""
        if not path or old is None or new is None:
            continue
        able = _may_write_in(before, path, old)
        there = _deepest(after.fs, path)
        if able and before.fs.get(there) is not None and not _may_write_in(after, path, new):
            user = probe_files.user(after.fs, after.config)
            yield (
                f"{clue.place} writes {path}; on the candidate, user {user} cannot write"
                f" {there}: Permission denied"
            )


def unreadable(before: Image, after: Image) -> Iterator[str]:
    """Yield a sentence for each file in the working directory that is closed to the new user."""
    old = probe_files.uid(before.fs, before.config)
    new = probe_files.uid(after.fs, after.config)
    folder = (after.config.workdir or "/").rstrip("/")
    if old is None or not new or not folder:
        return
    users = ((before, old, _groups(before, old)), (after, new, _groups(after, new)))
    for path in sorted(after.fs.entries):
        if not path.startswith(f"{folder}/") or _FOREIGN.search(path):
            continue
        could, can = (
            entry is not None and _may(entry, number, groups, _bits(entry))
            for image, number, groups in users
            for entry in [image.fs.entries.get(path)]
        )
        if could and not can:
            user = probe_files.user(after.fs, after.config)
            yield f"On the candidate, user {user} cannot open {path}: Permission denied"
            return


def left_at_home(before: Image, after: Image, clues: tuple[Clue, ...]) -> Iterator[str]:
    """Yield a sentence where the code asks for its home, and files lie in that of the old user."""
    clue = next((one for one in clues if one.trait is Trait.HOME), None)
    old, new = probe_files.home(before.fs, before.config), probe_files.home(after.fs, after.config)
    if clue is None or not old or not new or old == new:
        return
    for path, entry in sorted(after.fs.entries.items()):
        own = path.startswith(f"{old.rstrip('/')}/") and path not in after.fs.owners
        if own and entry.type is EntryType.FILE and not _CACHED.search(path):
            yield (
                f"{clue.place} asks for the home folder; {path} lies in that of the old base, and"
                f" the candidate's is {new}"
            )
            return


def _bits(entry: Entry) -> int:
    """Return what is needed of others to read a file, or to look into a folder."""
    return _READ | _SEARCH if entry.type is EntryType.DIRECTORY else _READ


def _meant(image: Image, clue: Clue) -> str:
    """Return the path that the code writes in this image, empty where that is not certain."""
    path = _DEFAULT.sub(lambda m: image.env.get(m["name"], m["text"]), clue.subject)
    if path.startswith(HERE):
        ending = f"/{clue.file.rpartition('/')[2]}"
        own = [
            one for one in image.fs.entries if one.endswith(ending) and one not in image.fs.owners
        ]
        if len(own) != 1:
            return ""
        path = own[0].removesuffix(ending) + path.removeprefix(HERE)
    return "" if "$" in path else image.absolute(path)


def _may_write_in(image: Image, path: str, number: int) -> bool:
    """Tell whether a user may write or make the file, in the folders that there are."""
    entry = image.fs.get(_deepest(image.fs, path))
    groups = _groups(image, number)
    may = entry is None or number == 0 or _may_write(entry, number, groups)
    return may or _replaces(image, path, number)


def _written(before: Image, after: Image, used: Used) -> Iterator[str]:
    homes = {before.env.get("HOME", ""), "/root", "/home"} - {"", "/"}
    volumes = (*before.config.volumes, *homes)
    number = probe_files.uid(after.fs, after.config)
    for path in used.written:
        elsewhere = any(path.startswith(f"{folder.rstrip('/')}/") for folder in volumes)
        if number is None or elsewhere or path in before.fs.owners:
            continue
        if _by_its_build(before, after, used.program, path):
            continue
        there = _deepest(before.fs, path)
        entry = after.fs.get(there)
        if entry is None:
            yield f"The application writes {path}; on the candidate: open {path}: no such file."
        elif not _may_write(entry, number, _groups(after, number)) and not _replaces(
            after, path, number
        ):
            user = probe_files.user(after.fs, after.config)
            yield (
                f"The application writes {path}; on the candidate, user {user} cannot write"
                f" {there}: Permission denied"
            )


def _by_its_build(before: Image, after: Image, program: str, path: str) -> bool:
    """Tell whether a server of the base keeps its own files there; another build has another place.

    Such as /var/lib/nginx of nginx: that of the candidate makes what it needs, or does not start.
    """
    old, new = before.fs.get(program), after.fs.get(program)
    own = program in before.fs.owners and (old is None or new is None or old.size != new.size)
    return own and f"/{program.rpartition('/')[2]}/" in path


def _replaces(image: Image, path: str, number: int) -> bool:
    """Tell whether a file of the image may be replaced by another one, as many programs do."""
    folder = image.fs.get(path.rpartition("/")[0] or "/")
    there = image.fs.get(path) is not None and folder is not None
    return there and folder is not None and _may_write(folder, number, _groups(image, number))


def _deepest(fs: RootFS, path: str) -> str:
    """Return the deepest of the folders around `path` that the image has."""
    while path and fs.get(path) is None:
        path = path.rpartition("/")[0]
    return path or "/"


def _groups(image: Image, number: int) -> set[int]:
    """Return the groups of the image's user; a number without an entry has the group root."""
    user = image.fs.user(str(number))
    named = image.config.user.partition(":")[2]
    found = {group.gid for group in image.fs.groups if user and user.name in group.members}
    given = [group.gid for group in image.fs.groups if named in {group.name, str(group.gid)}]
    if named:
        return {*given, *([int(named)] if named.isdecimal() else [])}
    return {*found, user.gid if user else 0}


def _may_write(entry: Entry, number: int, groups: set[int]) -> bool:
    return _may(entry, number, groups, _WRITE)


def _may(entry: Entry, number: int, groups: set[int], wanted: int) -> bool:
    """Tell whether the mode gives a user the `wanted` bits, which are those of the others."""
    if number == 0 or entry.type is EntryType.SYMLINK:
        return True
    shift = 6 if entry.uid == number else 3 if entry.gid in groups else 0
    return entry.mode >> shift & wanted == wanted


def _libraries(before: Image, after: Image, used: Used) -> Iterator[str]:
    """Yield libraries of the system that only the same program on the old base could open."""
    old, new = before.fs.get(used.program), after.fs.get(used.program)
    same = old is not None and new is not None and old.size == new.size
    own = used.program not in before.fs.owners and before.fs.libcs == after.fs.libcs
    names = {path.rpartition("/")[2] for path in after.fs.entries}
    for path in used.libraries if same and own else ():
        elf = before.fs.elf.get(path)
        name = elf.soname if elf else ""
        gone = name and path in before.fs.owners and name not in names
        if gone and not name.startswith(_OF_LIBC):
            yield f"{used.program} needs the library {name}, which the loader does not find."
