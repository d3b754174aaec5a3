"""What there is to do in one repository: its Dockerfiles, each with the base that it names."""

from collections.abc import Callable
from hashlib import sha256

from stepdown.discover.dockerfiles import among
from stepdown.dockerfile.document import read
from stepdown.errors import DockerfileError, NothingToDoError
from stepdown.model.fleet import Entry, Found

MOST = 100
_LARGEST = 1_000_000
Read = Callable[[str], bytes | None]


class NoDockerfile(NothingToDoError):  # noqa: N818  (a result, in words)
    """The repository has no Dockerfile, or not the one that was named."""


def survey(entry: Entry, files: tuple[str, ...], content: Read) -> tuple[Found, ...]:
    """Return the Dockerfiles that an entry means; `content` reads one of `files`.

    Raises NoDockerfile, and DockerfileError where there are more than a hundred.
    """
    names = (entry.dockerfile,) if entry.dockerfile else _below(entry.context, among(files))
    if len(names) > MOST:
        raise DockerfileError(
            f"There are {len(names)} Dockerfiles, more than {MOST}.",
            hint="Name those that count, each on a line of its own: dockerfile=...",
        )
    found = tuple(one for name in names if (one := _found(name, content)) is not None)
    if found:
        return found
    if entry.dockerfile:
        raise NoDockerfile(
            f"The commit has no file {entry.dockerfile}.", hint="Correct dockerfile=..."
        )
    raise NoDockerfile(
        "There is no Dockerfile in the repository.", hint="Name it with dockerfile=..."
    )


def _below(folder: str, names: tuple[str, ...]) -> tuple[str, ...]:
    inside = f"{folder.strip('/')}/"
    if inside in ("/", "./"):
        return names
    return tuple(name for name in names if name.startswith(inside))


def _found(name: str, content: Read) -> Found | None:
    data = content(name)
    if data is None:
        return None
    return Found(dockerfile=name, digest=sha256(data).hexdigest(), base=_base(data))


def _base(data: bytes) -> str:
    """Return the base of the stage that ships; empty where the file is not understood."""
    if len(data) > _LARGEST or b"\0" in data:
        return ""
    try:
        document = read(data.decode("utf-8", "surrogateescape"))
        base = document.chain(document.ships(""))[0].base
    except DockerfileError:
        return ""
    return base.encode("utf-8", "replace").decode()
