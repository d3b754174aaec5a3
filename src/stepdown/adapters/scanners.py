"""Scanners that are installed here: started, waited for, and their reports brought back."""

import os
import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from stepdown.adapters.connection import find_address
from stepdown.adapters.processes import MARK, Ended, run_lines
from stepdown.adapters.runs import Run
from stepdown.errors import UsageError
from stepdown.model.image import Value
from stepdown.ports import Scanner, ScannerReport

_LOG_LINES = 3
_LARGEST = 512 * 1024 * 1024
_OUTPUT = "STEPDOWN_SCAN"
# Reports are too long for lines, and what a program says beside them must not be mixed in.
_INTO_FILE = ("/bin/sh", "-c", f'exec "$0" "$@" >"${_OUTPUT}"')


class Program(Value, frozen=True, kw_only=True):
    """How one scanner is called.

    `{image}` stands for the image. `about` asks for its data, `packages` for its list of packages;
    each may be empty. `good` are the exit codes with which there is a report.
    """

    name: str
    command: str
    report: tuple[str, ...]
    about: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    good: frozenset[int] = frozenset((0,))
    blind: frozenset[int] = frozenset()


PROGRAMS = {
    program.name: program
    for program in (
        Program(
            name="trivy",
            command="trivy",
            # Our images have private names: one of that name in a registry is another's.
            report=(
                *("image", "--quiet", "--format", "json", "--list-all-pkgs"),
                *("--scanners", "vuln", "--image-src", "docker,podman", "{image}"),
            ),
            about=("version", "--format", "json"),
        ),
        Program(
            name="grype",
            command="grype",
            report=("docker:{image}", "--quiet", "--output", "json"),
            good=frozenset((0, 2)),  # 2: something is above the user's own limit
        ),
        Program(
            name="osv-scanner",
            command="osv-scanner",
            report=("scan", "image", "--format", "json", "--all-packages", "{image}"),
            good=frozenset((0, 1)),  # 1: something was found
            blind=frozenset((128,)),
        ),
        Program(
            name="docker-scout",
            command="docker",
            report=("scout", "cves", "--format", "sarif", "local://{image}"),
            packages=("scout", "sbom", "--format", "json", "local://{image}"),
            good=frozenset((0, 2)),
        ),
    )
}
"""By name, in the order in which `installed` prefers them."""


class InstalledScanner(Scanner):
    """One of the programs. `path` is where programs are looked for, like the variable PATH."""

    def __init__(self, program: Program, run: Run, *, path: str, timeout: float) -> None:
        self._program = program
        self._run = run
        self._path = path
        self._timeout = timeout

    def scan(self, image: str) -> ScannerReport:
        """Look at one image. What goes wrong becomes a report with a `failure`."""
        program, documents = self._program, dict[str, bytes]()
        asked = {"document": program.report, "packages": program.packages, "about": program.about}
        for part, words in asked.items():
            if not words:
                continue
            answer = self._ask(tuple(word.format(image=image) for word in words))
            if isinstance(answer, str):
                return ScannerReport(scanner=program.name, failure=answer)
            documents[part] = answer
        today = datetime.now(UTC).date().isoformat()
        return ScannerReport(
            scanner=program.name,
            document=documents["document"],
            about=documents.get("about", b""),
            packages=documents.get("packages", b""),
            asked=today,
        )

    def _ask(self, words: tuple[str, ...]) -> bytes | str:
        """Return what the program prints, or a sentence that says what went wrong."""
        command = shutil.which(self._program.command, path=self._path)
        if command is None:
            return f"{self._program.command} is not installed."
        output = self._run.scratch("scan") / "report"
        said: list[str] = []
        ended = run_lines(
            (*_INTO_FILE, command, *words),
            env=self._environment(output),
            timeout=self._timeout,
            on_line=lambda line: _keep(said, line),
        )
        if failure := self._failure(ended, said):
            return failure
        return _content(output, self._program.name)

    def _environment(self, output: Path) -> Mapping[str, str]:
        found = {"PATH": self._path, MARK: self._run.id, _OUTPUT: str(output)}
        address = find_address(os.environ)
        return {**found, "DOCKER_HOST": address.host}

    def _failure(self, ended: Ended, said: list[str]) -> str:
        name, words = self._program.name, f": {' '.join(said)}" if said else ""
        if ended.timed_out:
            return f"{name} did not end within {self._timeout:.0f} seconds."
        if ended.exit_code in self._program.blind:
            return f"{name} found no packages in the image{words or '.'}"
        if ended.exit_code not in self._program.good:
            return f"{name} failed with exit code {ended.exit_code}{words or '.'}"
        return ""


class ReportFile(Scanner):
    """A report that somebody made elsewhere. Raises UsageError where there is no such file."""

    def __init__(self, file: Path) -> None:
        try:
            self._content = file.read_bytes()
        except OSError as error:
            raise UsageError(
                f"{file} cannot be read.",
                details=str(error),
                hint="Check the name and its permissions.",
            ) from error

    def scan(self, image: str) -> ScannerReport:  # noqa: ARG002  (the file says which image it is)
        """Return the report, whichever scanner made it."""
        return ScannerReport(scanner="", document=self._content)


def open_scanner(
    name: str, run: Run, *, timeout: float, path: str | None = None
) -> InstalledScanner:
    """Return the scanner `name`. Raises UsageError where it is not installed."""
    program, found_on = PROGRAMS[name], os.environ.get("PATH", os.defpath) if path is None else path
    if shutil.which(program.command, path=found_on) is None:
        raise UsageError(
            f"The scanner {name} is not installed.",
            hint="Install it, or use --scanner osv, which needs none.",
        )
    return InstalledScanner(program, run, path=found_on, timeout=timeout)


def installed(path: str | None = None) -> str:
    """Return the name of the first scanner that is installed, empty without one.

    docker scout is left out: a docker command does not tell whether it has the plug-in.
    """
    known: Callable[[str], str | None] = lambda command: shutil.which(command, path=path)  # noqa: E731
    alone = (program for program in PROGRAMS.values() if program.command != "docker")
    return next((program.name for program in alone if known(program.command)), "")


def _keep(said: list[str], line: str) -> None:
    if line.strip():
        said.append(line.strip())
        del said[:-_LOG_LINES]


def _content(file: Path, name: str) -> bytes | str:
    if file.stat().st_size > _LARGEST:
        return f"{name} printed more than {_LARGEST} bytes."
    return file.read_bytes() or f"{name} printed nothing."
