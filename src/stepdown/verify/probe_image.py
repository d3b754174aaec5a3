"""One of the two images, as the rules of the probe look at it. Pure."""

import posixpath
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from stepdown.model.image import ImageConfig
from stepdown.rootfs.filesystem import RootFS


@dataclass(frozen=True, kw_only=True)
class Image:
    """One side: its files, its configuration and the environment of the application.

    `read` returns the content of one of its files.
    """

    fs: RootFS
    config: ImageConfig
    env: Mapping[str, str]
    read: Callable[[str], bytes | None]

    def which(self, name: str) -> str | None:
        """Return the path of a program by its name or its path, None where it is not there."""
        return self.fs.which(self.absolute(name) if "/" in name else name, self.config.path)

    def absolute(self, path: str) -> str:
        """Return the path as it is from the root; the application runs in WORKDIR."""
        return posixpath.normpath(posixpath.join(self.config.workdir or "/", path))

    def target(self, name: str) -> str:
        """Return the file behind a program, links followed; empty where it is not there."""
        return self.fs.resolve(self.which(name) or "/nowhere") or ""

    def busybox(self, name: str) -> bool:
        """Tell whether a program is one of BusyBox's."""
        return (self.fs.inode(self.which(name) or "/nowhere") or "") in self.fs.applets

    def interpreter(self, path: str) -> str:
        """Return the path of what reads a script, empty for another program.

        Where `env` looks for it, and there is none in this image, that is `env`.
        """
        words = self.fs.shebangs.get(self.fs.inode(path) or "", "").split()
        if not words:
            return ""
        env = words[0].rpartition("/")[2] == "env" and len(words) > 1
        if not env or not self.fs.executable(words[0]):
            return words[0]
        return self.which(words[1]) or f"/usr/bin/{words[1]}"

    def reader(self, program: str) -> str:
        """Return the path of what reads a script that is found on PATH, empty for another one."""
        path = self.which(program)
        return self.interpreter(path) if path else ""
