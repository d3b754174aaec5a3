"""Debian packages without installing them: an apt of our own for each suite, with its own lists.

The machine's sources and package state are read, never changed; only `install` changes the machine.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from lab.step import LabError

if TYPE_CHECKING:
    from lab.place import Lab
    from lab.step import Step

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
SOURCE = re.compile(
    r"^(?:URIs:\s+|deb(?: \[[^]]*\])?\s+)?(https?://\S+?)/debian/?(?:\s|$)", re.MULTILINE
)


MIRROR_FILE = re.compile(r"mirror\+file:(/\S+)")
"""A file of addresses, one on a line, instead of an address: cloud images have it."""
_refreshing = threading.Lock()
_refreshed: set[str] = set()


def is_debian() -> bool:
    """Whether this machine has apt and Debian's keys."""
    return Path("/usr/bin/apt-get").exists() and KEYRING.exists()


def mirror() -> str:
    """The mirror that this machine's own apt uses, without the trailing /debian."""
    folder = Path("/etc/apt")
    for file in (folder / "sources.list", *sorted((folder / "sources.list.d").glob("*"))):
        text = file.read_text(errors="replace") if file.is_file() else ""
        for entry in text.split("\n\n") if file.suffix == ".sources" else text.splitlines():
            if addresses := MIRROR_FILE.search(entry):
                entry = f"{Path(addresses[1]).read_text()} main"  # noqa: PLW2901 - as if written here
            if "main" in entry.split() and (found := SOURCE.search(entry)):
                return found[1]
    raise LabError("no Debian mirror is named in /etc/apt: the lab downloads packages from it")


def options(lab: Lab, suite: str) -> list[str]:
    """Options that give apt its own sources, lists, cache and package state."""
    home = lab.downloads / f"apt-{suite}"
    return [
        *(
            "-o",
            f"Dir::Etc::SourceList={home}/sources.list",
            "-o",
            "Dir::Etc::SourceParts=/dev/null",
        ),
        *("-o", f"Dir::State={home}/state", "-o", f"Dir::State::Status={home}/status"),
        *(
            "-o",
            f"Dir::Cache={home}/cache",
            "-o",
            "Dir::Cache::pkgcache=",
            "-o",
            "Dir::Cache::srcpkgcache=",
        ),
        *(
            "-o",
            "APT::Sandbox::User=root",
            "-o",
            "Acquire::Languages=none",
            "-o",
            "Acquire::Retries=3",
        ),
    ]


def refresh(step: Step, suite: str) -> None:
    """Bring the package lists of a suite up to date, once in a run; steps run side by side."""
    with _refreshing:
        if suite not in _refreshed:
            _update(step, suite)
            _refreshed.add(suite)


def _update(step: Step, suite: str) -> None:
    home = step.lab.downloads / f"apt-{suite}"
    for folder in ("state/lists/partial", "cache/archives/partial"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    (home / "status").touch()
    lines = [
        f"{kind} [signed-by={KEYRING}] {mirror()}/{archive} main\n"
        for archive in (
            f"debian {suite}",
            f"debian {suite}-updates",
            f"debian-security {suite}-security",
        )
        for kind in ("deb", "deb-src")
    ]
    (home / "sources.list").write_text("".join(lines))
    step.run("apt-get", *options(step.lab, suite), "-q", "update")


def download(step: Step, suite: str, packages: list[str], into: Path) -> dict[str, Path]:
    """The newest .deb of each package, by package name; the lists must have been refreshed."""
    into.mkdir(parents=True, exist_ok=True)
    refresh(step, suite)
    step.run("apt-get", *options(step.lab, suite), "-q", "download", *packages, cwd=into)
    found = {file.name.partition("_")[0]: file for file in into.glob("*.deb")}
    if missing := [name for name in packages if name not in found]:
        raise LabError(f"apt brought no {' '.join(missing)}")
    return found


def sources(step: Step, suite: str, packages: list[str], into: Path) -> None:
    """The upstream tarballs of some source packages.

    Debian's own changes are left out: a base image ships upstream's program. Mirrors sometimes have
    lost the rest of a source package already, so only the tarballs must have come.
    """
    into.mkdir(parents=True, exist_ok=True)
    refresh(step, suite)
    command = ["apt-get", *options(step.lab, suite), "-q", "source", "--download-only"]
    with suppress(LabError):
        step.run(*command, *packages, cwd=into)
    for package in packages:
        if not _tarballs(into, package):
            with suppress(LabError):  # what was released is kept longer than what came after it
                step.run(*command, f"{package}/{suite}", cwd=into)
    if lacking := [package for package in packages if not _tarballs(into, package)]:
        raise LabError(f"apt brought no upstream source of {' '.join(lacking)}")
    wanted = {path for package in packages for path in _tarballs(into, package)}
    for stray in set(into.iterdir()) - wanted:
        stray.unlink()


def _tarballs(folder: Path, package: str) -> list[Path]:
    found = folder.glob(f"{package}_*.orig.tar.*")
    return [path for path in found if path.suffix != ".asc"]


def missing(packages: list[str]) -> list[str]:
    """Which of these packages this machine has not installed."""
    ask = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *packages]
    answer = subprocess.run(ask, capture_output=True, text=True, check=False).stdout
    there = {line.split()[0] for line in answer.splitlines() if line.endswith(" installed")}
    return [name for name in packages if name not in there]


def install(step: Step, packages: list[str]) -> str | None:
    """Install on this machine what is missing of these; the only step that changes the machine."""
    if not (names := missing(packages)):
        return None
    if os.geteuid() != 0:
        raise LabError(
            f"these Debian packages are needed, and only root can install them: {' '.join(names)}"
        )
    command = ["apt-get", "-o", "DPkg::Lock::Timeout=120", "install", "-q", "-y"]
    command += ["--no-install-recommends", *names]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        step.run(*command, env=quiet)
    except LabError:  # most often because the lists are old or were never fetched
        step.run("apt-get", "-q", "update")
        step.run(*command, env=quiet)
    return f"installed {' '.join(names)}"
