"""Which files of a folder are Dockerfiles."""

import os
import re
from collections.abc import Iterable
from pathlib import Path, PurePath, PurePosixPath

_NAME = re.compile(
    r"(?:docker|container)file(?:[.-].+)?|.+\.(?:docker|container)file", re.IGNORECASE
)
# Beside a Dockerfile or made from one, but none itself.
_OTHER = re.compile(
    r".*\.(?:dockerignore|md|j2|jinja2?|tmpl|template|tpl|erb|in|orig|rej|bak)", re.IGNORECASE
)
_FOREIGN = frozenset(
    (
        ".cache", ".git", ".hg", ".svn", ".tox", ".venv", "__pycache__", "bower_components",
        "node_modules", "site-packages", "third_party", "vendor", "venv",
    )
)  # fmt: skip


def is_dockerfile(name: str) -> bool:
    """Tell whether a path is named as a Dockerfile is."""
    last = name.rpartition("/")[2]
    return bool(_NAME.fullmatch(last)) and not _OTHER.fullmatch(last)


def find_dockerfiles(root: Path) -> tuple[str, ...]:
    """Return the Dockerfiles below `root`, relative with forward slashes, the nearest first.

    Folders of other people's code are left out, and links to folders are not followed. A plain
    `Dockerfile` comes before its siblings.
    """
    found = []
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in _FOREIGN]
        here = Path(folder)
        found += [(here / name).relative_to(root) for name in files if is_dockerfile(name)]
    return tuple(path.as_posix() for path in sorted(found, key=_order))


def among(files: Iterable[str]) -> tuple[str, ...]:
    """Return the Dockerfiles among the files of a commit, as `find_dockerfiles` would."""
    paths = (PurePosixPath(file) for file in files if is_dockerfile(file))
    ours = (path for path in paths if _FOREIGN.isdisjoint(path.parts[:-1]))
    return tuple(path.as_posix() for path in sorted(ours, key=_order))


def _order(path: PurePath) -> tuple[int, bool, str]:
    return len(path.parts), path.name not in ("Dockerfile", "Containerfile"), path.as_posix()
