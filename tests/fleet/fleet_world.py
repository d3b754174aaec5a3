"""A made fleet: small repositories, the same bytes and the same commits wherever they are made.

Each is written by `git fast-import`, without a work tree, with a fixed author and a fixed date, so
that even names that no file system takes and links to nowhere can be in them.
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from stepdown.model.fleet import Result

WHO = "Fleet <fleet@localhost> 1767225600 +0000"


@dataclass(frozen=True)
class Link:
    """A symbolic link."""

    to: str


@dataclass(frozen=True)
class Submodule:
    """A commit of another repository."""

    commit: str = "1" * 40


Content = str | bytes | Link | Submodule


@dataclass(frozen=True, kw_only=True)
class Repository:
    """A repository, and what is expected of it: the result of each of its entries, by Dockerfile.

    The key is empty where there is no entry for a Dockerfile. `words` follow the path in the
    selection. `cheap` ones are in the suite. `told` has to stand in the record or the reason.
    """

    name: str
    expected: Mapping[str, Result]
    files: Mapping[str, Content]
    branch: str = "main"
    others: Mapping[str, Mapping[str, Content]] = field(default_factory=dict)
    detached: bool = False
    words: str = ""
    told: str = ""
    cheap: bool = False


def make(folder: Path, fleet: tuple[Repository, ...]) -> Path:
    """Make the repositories below `folder`, and return the selection's file."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for one in fleet:
        place = folder / one.name
        _make(place, one)
        lines.append(f"{place} labels=kind:{one.name.partition('-')[0]} {one.words}".rstrip())
    selection = folder / "selection.txt"
    selection.write_text("".join(f"{line}\n" for line in lines))
    return selection


def head(folder: Path, one: Repository) -> str:
    """Return the commit of a repository's HEAD, empty where it has none."""
    place = folder / one.name
    done = subprocess.run(
        ["git", "-C", str(place), "rev-parse", "--verify", "--quiet", "HEAD"],
        check=False,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def _make(place: Path, one: Repository) -> None:
    init = ("init", "--quiet", "--template=", "--initial-branch", one.branch)
    subprocess.run(["git", *init, str(place)], check=True)
    branches = {**({one.branch: one.files} if one.files else {}), **one.others}
    if branches:
        commits = b"".join(_commit(branch, files) for branch, files in branches.items())
        command = ["git", "-C", str(place), "fast-import", "--quiet", "--done"]
        subprocess.run(command, input=commits + b"done\n", check=True)
    if one.detached:
        commit = head(place.parent, one)
        subprocess.run(
            ["git", "-C", str(place), "update-ref", "--no-deref", "HEAD", commit], check=True
        )


def _commit(branch: str, files: Mapping[str, Content]) -> bytes:
    begin = f"commit refs/heads/{branch}\ncommitter {WHO}\ndata 5\nstart\n".encode()
    marks: dict[bytes, int] = {}
    blobs, changes = [], []
    for path, content in files.items():
        name = _quoted(path)
        if isinstance(content, Submodule):
            changes.append(f"M 160000 {content.commit} {name}\n".encode())
            continue
        data = content.to if isinstance(content, Link) else content
        data = data.encode() if isinstance(data, str) else data
        if data not in marks:  # the same bytes are one blob, however large
            marks[data] = len(marks) + 1
            blobs.append(b"blob\nmark :%d\ndata %d\n" % (marks[data], len(data)) + data + b"\n")
        mode = 120000 if isinstance(content, Link) else 100755 if path.endswith(".sh") else 100644
        changes.append(f"M {mode} :{marks[data]} {name}\n".encode())
    return b"".join(blobs) + begin + b"".join(changes) + b"\n"


def _quoted(path: str) -> str:
    signs = (f"\\{byte:03o}" if byte < 33 or byte in b'"\\' or byte > 126 else chr(byte)
             for byte in path.encode(errors="surrogateescape"))  # fmt: skip
    return f'"{"".join(signs)}"'
