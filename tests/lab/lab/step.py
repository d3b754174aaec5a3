"""One step of the lab's work: it runs programs, and their output goes to the step's own log."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lab.place import Lab

TAIL = 25
"""Lines of a log that a failure shows."""


class LabError(Exception):
    """The lab cannot go on; the text says why and what helps."""


@dataclass(frozen=True)
class Step:
    """What a step's function is given: the lab, a scratch folder of its own, and a log."""

    lab: Lab
    name: str
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def log(self) -> Path:
        """Output of every program that this step ran."""
        return self.lab.logs / f"{self.name}.log"

    @property
    def scratch(self) -> Path:
        """An empty folder when the step starts; its result when it ends, if it has one."""
        return self.lab.scratch / self.name

    def run(
        self,
        *command: str | Path,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdin: bytes | None = None,
    ) -> None:
        """Run a program to its end; a failure is a LabError with the end of the log."""
        with self.log.open("ab") as log:
            log.write(f"$ {' '.join(map(str, command))}\n".encode())
            log.flush()
            done = subprocess.run(
                [str(word) for word in command],
                cwd=cwd or self.scratch,
                env=self.env(env),
                input=stdin if stdin is not None else b"",
                stdout=log,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            raise LabError(f"{command[0]} failed in step {self.name}:\n{self._tail()}")

    def read(self, *command: str | Path) -> str:
        """Run a program and return what it prints; its errors go to the log."""
        with self.log.open("ab") as log:
            done = subprocess.run(
                [str(word) for word in command],
                env=self.env(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                check=False,
            )
        if done.returncode:
            raise LabError(f"{' '.join(map(str, command))} failed:\n{self._tail()}")
        return done.stdout.decode().strip()

    def feed(self, *command: str | Path) -> subprocess.Popen[bytes]:
        """Start a program whose standard input the caller writes, closes, and waits for."""
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [str(word) for word in command],
                env=self.env(),
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def env(self, more: Mapping[str, str] | None = None) -> dict[str, str]:
        """The environment of this step's programs."""
        return {**os.environ, "LC_ALL": "C.UTF-8", **self.environment, **(more or {})}

    def _tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-TAIL:]
        return "\n".join(["  " + line for line in lines] + [f"  (all of it: {self.log})"])
