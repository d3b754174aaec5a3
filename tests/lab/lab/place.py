"""Where the lab keeps its things: one folder, outside of the checkout."""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Lab:
    """The lab's folder. Whatever is in it can be deleted; the next `up` makes it again."""

    root: Path

    @classmethod
    def default(cls) -> Lab:
        """`STEPDOWN_LAB`, else a folder in the user's cache."""
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        return cls(Path(os.environ.get("STEPDOWN_LAB") or Path(cache) / "stepdown-lab").absolute())

    @property
    def engine(self) -> Path:
        """The private engine: programs, images, containers, logs."""
        return self.root / "engine"

    @property
    def socket(self) -> Path:
        """Where the private engine listens."""
        return self.root / "docker.sock"

    @property
    def downloads(self) -> Path:
        """What pip, npm and apt brought; kept when images are built anew."""
        return self.root / "downloads"

    @property
    def results(self) -> Path:
        """One folder for each finished step that makes files."""
        return self.root / "results"

    @property
    def stamps(self) -> Path:
        """One file for each finished step, written last: what it was made from."""
        return self.root / "stamps"

    @property
    def scratch(self) -> Path:
        """Unfinished work of this process: what a killed one has left is never met again."""
        return self.root / "scratch" / str(os.getpid())

    @property
    def logs(self) -> Path:
        """One file for each step."""
        return self.root / "logs"

    def delete(self) -> None:
        """Delete what the lab has made, and nothing else that may be in the folder."""
        files = ["docker.sock", "apk-server.json", "apk-server.process", "lock"]
        folders = [self.engine, self.downloads, self.results, self.stamps, self.logs]
        paths = [*folders, self.scratch.parent, *(self.root / name for name in files)]
        subprocess.run(["rm", "-rf", "--one-file-system", *map(str, paths)], check=True)
        with suppress(OSError):
            self.root.rmdir()

    def prepare(self) -> None:
        """Make the folders."""
        for folder in (self.downloads, self.results, self.stamps, self.scratch, self.logs):
            folder.mkdir(parents=True, exist_ok=True)
