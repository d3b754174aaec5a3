"""The files of a checkout, in a fixed order and within bounds."""

import os
from pathlib import Path

from stepdown.model.image import Value

FOREIGN = frozenset(
    (
        ".cache", ".git", ".gradle", ".hg", ".mypy_cache", ".next", ".nox", ".nuxt", ".svn",
        ".terraform", ".tox", ".venv", ".yarn", "__pycache__", "bower_components", "coverage",
        "dist", "node_modules", "obj", "site-packages", "target", "third_party", "vendor", "venv",
    )
)  # fmt: skip
_MOST = 30_000


class Listing(Value, frozen=True, kw_only=True):
    """Files relative to `root`, with forward slashes; the nearest to the top come first.

    `notes` says what was left out.
    """

    root: str
    files: tuple[str, ...]
    notes: tuple[str, ...] = ()


def listing(root: Path, most: int = _MOST) -> Listing:
    """List the regular files below `root`, without other people's code and build outputs.

    Links are not followed. The order depends on the names alone.
    """
    files: list[str] = []
    level = [""]
    while level and len(files) < most:
        below: list[str] = []
        for folder in level:
            names, folders = _entries(root, folder)
            files += [f"{folder}{name}" for name in names]
            below += [f"{folder}{name}/" for name in folders]
        level = below
    short = len(files) > most or bool(level)
    note = f"The repository has more than {most} files; the others were not looked at."
    return Listing(root=str(root), files=tuple(files[:most]), notes=(note,) if short else ())


def _entries(root: Path, folder: str) -> tuple[list[str], list[str]]:
    """Return the names of the files and of the folders in one folder, sorted."""
    files, folders = [], []
    try:
        with os.scandir(root / folder) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    files.append(entry.name)
                elif entry.is_dir(follow_symlinks=False) and entry.name not in FOREIGN:
                    folders.append(entry.name)
    except OSError:
        return [], []
    return sorted(files), sorted(folders)


def content(listed: Listing, name: str, most: int) -> str | None:
    """Return a file's text; None where it is larger than `most` bytes, binary or unreadable."""
    try:
        with (Path(listed.root) / name).open("rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            data = file.read(size) if size <= most else b"\0"
    except OSError:
        return None
    if data is None or b"\0" in data[:4096]:
        return None
    return data.decode("utf-8", "replace")
