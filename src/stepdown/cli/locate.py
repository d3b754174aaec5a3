"""Finding the Dockerfile and its build context under the PATH that the user gave."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from stepdown.discover import find_dockerfiles
from stepdown.errors import DockerfileError, NothingToDoError, UsageError

MOST = 1_000_000  # bytes; the longest real Dockerfiles have a few thousand lines
_GIVE = "Give the Dockerfile with --file."
Choose = Callable[[tuple[str, ...]], str]


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A Dockerfile and its build context, both absolute."""

    dockerfile: Path
    context: Path

    def relative(self, root: Path) -> tuple[str, str]:
        """Return both relative to `root`, with forward slashes; `.` is the root itself."""
        if not self.dockerfile.is_relative_to(root) or not self.context.is_relative_to(root):
            raise UsageError(
                f"{self.dockerfile} is outside of the repository {root}.",
                hint="Run stepdown in the repository that holds the Dockerfile.",
            )
        names = (path.relative_to(root).as_posix() for path in (self.dockerfile, self.context))
        return next(names), next(names)


def locate(path: Path, file: str, choose: Choose | None) -> Spot:
    """Return the Dockerfile that is meant.

    `file` is taken relative to PATH, else to the current folder, and PATH is its context, as with
    `docker build -f FILE PATH`. Without it the Dockerfile of PATH is taken, else the only one below
    (its folder is the context); `choose` is asked where there are several, None means that nobody
    can be asked.
    """
    if not path.exists():
        raise UsageError(
            f"There is no file or folder {path}.", hint="Give the folder that holds the Dockerfile."
        )
    path = path.resolve()
    if path.is_file():
        return Spot(dockerfile=path, context=path.parent)
    if file:
        return Spot(dockerfile=_given(path, file), context=path)
    return _found(path, choose)


def read(dockerfile: Path) -> str:
    """Return the text of a Dockerfile. Raises DockerfileError where it is not one."""
    try:
        _check_size(str(dockerfile), dockerfile.stat().st_size)
        content = dockerfile.read_bytes()
    except OSError as error:
        raise DockerfileError(
            f"{dockerfile} cannot be read.", details=str(error), hint="Check its permissions."
        ) from error
    return decode(str(dockerfile), content)


def decode(name: str, content: bytes) -> str:
    """Return `content` as text; a byte that is no UTF-8 becomes a lone surrogate, and stays so.

    Raises DockerfileError where it is no text.
    """
    _check_size(name, len(content))
    if b"\0" in content:
        raise DockerfileError(f"{name} is a binary file.", hint=_GIVE)
    return content.decode("utf-8", "surrogateescape")


@contextmanager
def naming(dockerfile: str) -> Iterator[None]:
    """Say which file it is that cannot be read."""
    try:
        yield
    except DockerfileError as error:
        brief = error.brief.removeprefix("Dockerfile ")
        raise DockerfileError(
            f"{dockerfile}: {brief}", details=error.details, hint=error.hint
        ) from error


def _check_size(name: str, size: int) -> None:
    if size > MOST:
        raise DockerfileError(f"{name} has {size} bytes; that is no Dockerfile.", hint=_GIVE)


def _given(path: Path, file: str) -> Path:
    for dockerfile in (path / file, Path.cwd() / file):
        if dockerfile.is_file():
            return dockerfile.resolve()
    kind = "is a folder" if (path / file).is_dir() else "does not exist"
    raise UsageError(f"The Dockerfile {file} {kind}.", hint="--file is taken relative to PATH.")


def _found(path: Path, choose: Choose | None) -> Spot:
    found = find_dockerfiles(path)
    if not found:
        raise NothingToDoError(
            f"There is no Dockerfile in {path}.",
            hint="Give the folder that holds it, or the file itself with --file.",
        )
    if len(found) == 1 or (choose is None and found[0] in ("Dockerfile", "Containerfile")):
        name = found[0]
    elif choose is None:
        raise UsageError(
            f"There are {len(found)} Dockerfiles in {path}.",
            details="\n".join(found),
            hint="Say which one with --file.",
        )
    else:
        name = choose(found)
    dockerfile = path / name
    return Spot(dockerfile=dockerfile.resolve(), context=dockerfile.parent.resolve())
