"""Record the wizard in a real terminal, from the first question to the merged branch.

    python tests/recording/record.py node-api src/stepdown/help/recording-node.md
    python tests/recording/record.py python-api src/stepdown/help/recording-python.md

It needs tmux, the container engine and the examples' base images (`eval "$(./tests/lab/env)"`).
Each question gets Enter, which takes what is proposed; what the screen showed is the recording.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COLUMNS, LINES = 80, 50
PROMPT = "$ "
LIMIT = 900.0
QUESTIONS = (
    "Who can reach it?",
    "How do people debug it",
    "Command that tests",
    " now? The build is used again.",
    "Which bases should be tried?",
    "Build and check ",
)
COPIED = "What shall the new stage copy"  # only where a stage is split
LAST = "What next?"
_MERGE = re.compile(r"git merge\s+(stepdown/\S+?)`")


class Terminal:
    """A shell in a tmux server of its own."""

    def __init__(self, folder: Path) -> None:
        self._server = ["tmux", "-L", f"stepdown-{os.getpid()}", "-f", "/dev/null"]
        path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
        env = {**os.environ, "PATH": path, "TERM": "xterm-256color"}
        size = ["-x", str(COLUMNS), "-y", str(LINES)]
        words = ["set", "-g", "history-limit", "5000", ";", "new-session", "-d", *size]
        shell = ["-c", str(folder), f"env 'PS1={PROMPT}' bash --noprofile --norc"]
        subprocess.run([*self._server, *words, *shell], env=env, check=True)
        self.wait(PROMPT.strip())

    def send(self, *keys: str) -> None:
        """Press keys, as tmux names them."""
        subprocess.run([*self._server, "send-keys", *keys], check=True)

    def text(self) -> str:
        """Return all that was shown so far."""
        words = [*self._server, "capture-pane", "-p", "-J", "-S", "-"]
        said = subprocess.run(words, check=True, capture_output=True, text=True)
        return "\n".join(line.rstrip() for line in said.stdout.rstrip().splitlines())

    def wait(self, *wanted: str) -> str:
        """Wait until one of the texts appears at the end of the screen, and return it."""
        deadline = time.monotonic() + LIMIT
        while time.monotonic() < deadline:
            end = self.text()[-LINES * COLUMNS :]
            found = [text for text in wanted if text in end]
            if found:
                return found[0]
            time.sleep(0.3)
        raise SystemExit(f"{wanted} did not appear:\n{self.text()}")

    def idle(self) -> None:
        """Wait for the shell's prompt."""
        deadline = time.monotonic() + LIMIT
        while self.text().splitlines()[-1] != PROMPT.strip():
            if time.monotonic() > deadline:
                raise SystemExit(f"The command did not end:\n{self.text()}")
            time.sleep(0.3)

    def close(self) -> None:
        """End the server and all in it."""
        subprocess.run([*self._server, "kill-server"], check=False)


@contextmanager
def recorded(example: str) -> Iterator[tuple[str, Path]]:
    """Yield what the terminal showed for one example, as a page of the manual, and its repository.

    The branch is merged there, and the record and the plan of the run are in its `.git`.
    """
    with tempfile.TemporaryDirectory(prefix="stepdown-recording-") as place:
        folder = Path(place) / example
        shutil.copytree(ROOT / "examples" / example, folder)
        (folder / "expected.toml").unlink()
        for words in (
            ["init", "-q", "-b", "main"],
            ["add", "-A"],
            ["commit", "-qm", "Add the app"],
        ):
            subprocess.run(["git", *words], cwd=folder, check=True)
        terminal = Terminal(folder)
        try:
            shown = _session(terminal).replace(place, "/home/you")
            page = f"# The wizard on {example}\n\nRecorded in a terminal.\n\n```text\n{shown}```\n"
            yield page, folder
        finally:
            terminal.close()


def _session(terminal: Terminal) -> str:
    terminal.send("stepdown", "Enter")
    for question in QUESTIONS:
        terminal.wait(question)
        time.sleep(1)
        terminal.send("Enter")
    if terminal.wait(COPIED, LAST) == COPIED:
        time.sleep(1)
        terminal.send("Enter")
        terminal.wait(LAST)
    time.sleep(1)
    terminal.send("Enter")
    terminal.idle()
    branch = _MERGE.search(" ".join(terminal.text().split()))
    if branch is None:
        raise SystemExit(f"No branch was made:\n{terminal.text()}")
    for command in (f"git merge {branch[1]}", "git show --stat --format=%s"):
        terminal.send(command, "Enter")
        time.sleep(1)
        terminal.idle()
    return terminal.text().removesuffix(PROMPT.strip()).rstrip() + "\n"


def main() -> None:
    """Record and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("example")
    parser.add_argument("file", type=Path)
    asked = parser.parse_args()
    with recorded(asked.example) as (page, _):
        asked.file.write_text(page, "utf-8")


if __name__ == "__main__":
    main()
