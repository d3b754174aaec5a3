"""What a candidate's image says of itself, against what its recipe says. The image is right."""

from collections.abc import Iterator

from msgspec.structs import replace

from stepdown.model.image import ImageConfig, Libc, PackageManager, Value
from stepdown.model.plan import Candidate
from stepdown.rootfs.filesystem import RootFS

_SHELLS = ("sh", "bash", "ash", "dash")
_ROOT = frozenset(("", "0", "root"))
# Of these languages a minor version may break what ran on another; of the others only a major one.
_MINOR = frozenset(("python", "ruby", "php"))
_FOREIGN = ("dnf", "microdnf", "tdnf", "yum", "zypper", "apk")


class Reality(Value, frozen=True, kw_only=True):
    """The facts of an image, read from its configuration and its files.

    `interpreter` is the language runtime's path, empty where there is none, and `version` its
    version as far as it can be read. `user` is a number, or `root`. `glibc` is empty where the
    image has none.
    """

    libc: Libc
    shell: bool
    package_manager: PackageManager
    entrypoint: tuple[str, ...]
    interpreter: str
    on_path: bool
    user: str
    workdir: str
    distribution: str
    version: str = ""
    glibc: str = ""


def read(fs: RootFS, config: ImageConfig, candidate: Candidate) -> Reality:
    """Read the facts that a recipe states of `candidate`."""
    found = (fs.which(word, config.path) for word in candidate.interpreters)
    interpreter = next((path for path in found if path), "")
    off_path = candidate.interpreter if fs.executable(candidate.interpreter or "/") else ""
    return Reality(
        libc=_libc(fs),
        shell=any(fs.which(name, config.path) for name in _SHELLS) or fs.executable("/bin/sh"),
        package_manager=_manager(fs, config),
        entrypoint=config.entrypoint,
        # The recipe's own path is kept where it is there: PATH may lead to it by another name.
        interpreter=off_path or interpreter,
        on_path=bool(interpreter),
        user=_user(fs, config.user),
        workdir=config.workdir or "/",
        distribution=fs.os_release.get("PRETTY_NAME", ""),
        version=_version(fs, candidate.interpreters, off_path or interpreter),
        glibc=glibc(fs),
    )


def disagreements(candidate: Candidate, real: Reality) -> tuple[str, ...]:
    """Return each point in which the recipe is wrong, as a sentence; none where it is right."""
    return tuple(_points(candidate, real))


def corrected(candidate: Candidate, real: Reality) -> Candidate:
    """Return the candidate as its image is, with every disagreement among its reasons."""
    wrong = disagreements(candidate, real)
    if not wrong:
        return candidate
    return replace(
        candidate,
        libc=real.libc,
        shell=real.shell,
        package_manager=real.package_manager,
        entrypoint=real.entrypoint,
        interpreter=real.interpreter,
        on_path=real.on_path,
        user=real.user,
        workdir=real.workdir,
        reasons=(*candidate.reasons, *wrong),
    )


def unfit(candidate: Candidate, real: Reality, before: Reality) -> str:
    """Say why the image cannot carry what runs on `before`; empty where nothing speaks against it.

    A runtime that the recipe promises has to be there, and of the same version line.
    """
    if candidate.interpreter and before.interpreter and not real.interpreter:
        return f"{candidate.image} has no {candidate.interpreters[0]}, which the recipe promises."
    if before.version and real.version:
        name = candidate.interpreters[0]
        if _line(name, before.version) != _line(name, real.version):
            return (
                f"{candidate.image} has {name} {real.version}, "
                f"and the present base has {before.version}."
            )
    return ""


def glibc(fs: RootFS) -> str:
    """Return the version of an image's glibc as its C library itself says it, empty if none."""
    found = (
        name.removeprefix("GLIBC_")
        for path, elf in fs.elf.items()
        if path.endswith("/libc.so.6")
        for name in elf.defines
        if name.startswith("GLIBC_2.")
    )
    return max(found, key=lambda text: [int(part) for part in text.split(".")], default="")


def _points(candidate: Candidate, real: Reality) -> Iterator[str]:
    pairs = (
        ("C library", candidate.libc, real.libc),
        ("shell", _yes(yes=candidate.shell), _yes(yes=real.shell)),
        ("package manager", candidate.package_manager, real.package_manager),
        ("entrypoint", " ".join(candidate.entrypoint), " ".join(real.entrypoint)),
        ("runtime", candidate.interpreter, real.interpreter),
        ("user", _plain(candidate.user), _plain(real.user)),
        ("working directory", candidate.workdir, real.workdir),
    )
    for what, said, is_ in pairs:
        if said != is_:
            yield (
                f"The recipe is wrong about {candidate.image}: its {what} is {is_ or 'none'}, "
                f"not {said or 'none'}."
            )
    if candidate.interpreter and real.interpreter and candidate.on_path != real.on_path:
        where = "on PATH" if real.on_path else "not on PATH"
        yield f"The recipe is wrong about {candidate.image}: {real.interpreter} is {where}."


def _yes(*, yes: bool) -> str:
    return "there" if yes else "none"


def _plain(user: str) -> str:
    return "root" if user in _ROOT else user


def _libc(fs: RootFS) -> Libc:
    libcs = fs.libcs
    if Libc.GLIBC in libcs:
        return Libc.GLIBC
    return Libc.MUSL if Libc.MUSL in libcs else Libc.NONE


def _manager(fs: RootFS, config: ImageConfig) -> PackageManager:
    if fs.which("apt-get", config.path):
        return PackageManager.APT
    if fs.which("apk", config.path) and fs.os_release.get("ID") == "alpine":
        return PackageManager.APK
    other = any(fs.which(name, config.path) for name in _FOREIGN)
    return PackageManager.OTHER if other else PackageManager.NONE


def _version(fs: RootFS, words: tuple[str, ...], interpreter: str) -> str:
    """Return the version of the runtime at `interpreter`; empty where two could be meant."""
    if not interpreter:
        return ""
    prefix = (fs.resolve(interpreter) or interpreter).rpartition("/")[0].rpartition("/")[0]
    versions = {
        one.version
        for one in fs.runtimes
        if one.name in words
        and one.path.startswith(f"{prefix}/")
        and (prefix != "/usr" or not one.path.startswith("/usr/local/"))
    }
    return versions.pop() if len(versions) == 1 else ""


def _line(name: str, version: str) -> tuple[str, ...]:
    """Return the part of a version within which programs may move."""
    return tuple(version.split(".")[: 2 if name in _MINOR else 1])


def _user(fs: RootFS, text: str) -> str:
    """Return the number behind a USER; a name that the image does not know stays a name."""
    name = text.partition(":")[0]
    if name in _ROOT:
        return "root"
    user = fs.user(name)
    if user is None:
        return name
    return "root" if user.uid == 0 else str(user.uid)
