"""From the words of the command line to a selection: files, standard input, folders, globs."""

import glob
import sys
from dataclasses import dataclass
from pathlib import Path

import msgspec

from stepdown.adapters.gitcommand import is_bare, work_tree
from stepdown.cli.batchforge import Source
from stepdown.errors import RepositoryError, UsageError
from stepdown.flow.batch.addresses import is_local
from stepdown.flow.batch.selection import chosen, parse
from stepdown.model.fleet import Entry

STANDARD_INPUT = "-"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """What a batch is to work on, what it leaves out and why, and where it was said."""

    entries: tuple[Entry, ...]
    skipped: tuple[tuple[Entry, str], ...] = ()
    origin: str = ""


def select(
    repos: tuple[str, ...], include: tuple[str, ...], exclude: tuple[str, ...], source: Source
) -> Selection:
    """Read the selection. Raises UsageError, with the line where there is one."""
    if not repos and not source.owners:
        raise UsageError(
            "There is nothing to evaluate.",
            hint="Give a file with a repository on each line, - for standard input, a folder, or"
            " --from-forge github:ORG.",
        )
    every = [entry for word in repos for entry in _read(word)]
    hosted, skipped = source.read()
    entries = chosen(dict.fromkeys((*every, *hosted)), include, exclude)
    if not entries:
        raise UsageError("The selection is empty.", hint="Look at the file, --include, --exclude.")
    return Selection(
        entries=entries,
        skipped=tuple((e, why) for e, why in skipped if chosen([e], include, exclude)),
        origin=" ".join((*repos, *source.owners)),
    )


def _read(word: str) -> tuple[Entry, ...]:
    if word == STANDARD_INPUT:
        return _local(parse(sys.stdin.buffer.read(), "standard input"), Path.cwd())
    path = Path(word)
    if path.is_dir():
        return tuple(_below(path.resolve()))
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"{word} cannot be read.",
            details=str(error),
            hint="REPOS are files with a repository on each line, or folders; a URL goes into"
            " such a file, or: echo URL | stepdown batch evaluate -",
        ) from error
    return _local(parse(content, word), path.absolute().parent)


def _below(folder: Path) -> list[Entry]:
    """Return the folder itself where it is in a repository, else the repositories in it."""
    if (entry := _in_repository(folder)) is not None:
        return [entry]
    found = [_in_repository(one) for one in sorted(folder.iterdir()) if (one / ".git").exists()]
    entries = [entry for entry in found if entry is not None]
    if not entries:
        raise UsageError(
            f"There is no git repository in {folder}.",
            hint="Give a repository, or a folder that has some directly in it.",
        )
    return entries


def _in_repository(folder: Path) -> Entry | None:
    try:
        root = work_tree(folder)
    except RepositoryError:
        return Entry(repository=str(folder.resolve())) if is_bare(folder) else None
    inside = folder.resolve().relative_to(root).as_posix()
    return Entry(repository=str(root), context="" if inside == "." else inside)


def _local(entries: tuple[Entry, ...], base: Path) -> tuple[Entry, ...]:
    """Return the entries with absolute paths; a glob becomes all that it fits."""
    return tuple(one for entry in entries for one in _absolute(entry, base))


def _absolute(entry: Entry, base: Path) -> list[Entry]:
    if not is_local(entry.repository):
        return [entry]
    place = str(base / Path(entry.repository).expanduser())
    found = glob.glob(place) if glob.has_magic(place) else [place]  # noqa: PTH207  (it is absolute)
    paths = sorted(found)
    folders = [Path(path) for path in paths if Path(path).is_dir()]
    if not folders:
        raise UsageError(
            f"There is no folder {entry.repository}.",
            hint=f"A path is relative to {base}; a URL begins with https:// or ssh://.",
        )
    return [_placed(entry, folder) for folder in folders]


def _placed(entry: Entry, folder: Path) -> Entry:
    found = _in_repository(folder)
    if found is None:
        raise UsageError(
            f"{folder} is in no git repository.",
            hint="Only what is committed is evaluated: `git init`, then commit.",
        )
    context = "/".join(part for part in (found.context, entry.context) if part)
    dockerfile = entry.dockerfile
    if dockerfile and found.context:
        dockerfile = f"{found.context}/{dockerfile}"
    return msgspec.structs.replace(
        entry, repository=found.repository, context=context, dockerfile=dockerfile
    )
