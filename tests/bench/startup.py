"""How long the first screen takes: --help, a plan on an ordinary file, the wizard's first question.

    python tests/bench/startup.py [RUNS]

Each is a new process, in turns, after one run that compiles the package. The best counts, because
a busy machine only ever adds; `cpu` is the processor time of that run, which load changes least.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pexpect

WANTED = {"--help": 0.25, "plan": 0.5, "first question": 0.8}
DOCKERFILE = """\
FROM node:24
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev
COPY . .
EXPOSE 3000
HEALTHCHECK CMD curl -f http://localhost:3000/ || exit 1
CMD node server.js
"""
STEPDOWN = [sys.executable, "-m", "stepdown"]
Timed = tuple[float, float]


def repository(folder: Path) -> Path:
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "package.json").write_text('{"name": "x", "scripts": {"test": "node --test"}}')
    git = ["git", "-C", str(folder), "-c", "user.name=Test", "-c", "user.email=t@localhost"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "start"]):
        subprocess.run([*git, *words], check=True)
    return folder


def processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(*words: str) -> Timed:
    began, before = time.perf_counter(), processor()
    subprocess.run([sys.executable, *words], check=True, capture_output=True)
    return time.perf_counter() - began, processor() - before


def ask(folder: Path) -> Timed:
    """Return the seconds to the first question, in a real pseudo-terminal, and those in all."""
    began, before = time.perf_counter(), processor()
    screen = pexpect.spawn(
        STEPDOWN[0], [*STEPDOWN[1:], str(folder)], timeout=60, dimensions=(40, 80)
    )
    screen.expect("Who can reach")
    seconds = time.perf_counter() - began
    screen.sendcontrol("c")
    screen.expect(pexpect.EOF)
    screen.close()
    return seconds, processor() - before


def jobs(folder: Path) -> dict[str, Callable[[], Timed]]:
    return {
        "python itself": lambda: run("-c", ""),
        "--help": lambda: run("-m", "stepdown", "--help"),
        "plan": lambda: run("-m", "stepdown", "plan", str(folder)),
        "first question": lambda: ask(folder),
    }


def main(runs: int) -> None:
    os.environ.setdefault("TERM", "xterm")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its compiled files
    with tempfile.TemporaryDirectory() as one:
        every = jobs(repository(Path(one)))
        turns = [{name: job() for name, job in every.items()} for _ in range(runs + 1)][1:]
    print(f"{'':<16}{'best':>8}{'cpu':>8}{'wanted':>8}   of {runs}, load {os.getloadavg()[0]:.1f}")
    for name in every:
        best, used = min(turn[name] for turn in turns)
        wanted = f"{WANTED[name]:.2f}" if name in WANTED else ""
        print(f"{name:<16}{best:>8.2f}{used:>8.2f}{wanted:>8}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8)
