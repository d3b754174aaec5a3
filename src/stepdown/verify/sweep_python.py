"""A script that loads what installed Python distributions consist of, and says what happened.

It runs inside of the image under test, by the image's own interpreter, from 3.8 on; nothing of
stepdown is there. Its argument is a JSON file: `seconds` for everything, `each` for one part,
`most` parts, and `packages` with `owner`, `folder` (the metadata) and `parts`; an empty `parts`
means all that the metadata lists. A part is a module, `module:attribute` for a flag whose value is
told, or `library NAME` for a library that the application looks for by that name.

Each distribution has a child process of its own, which goes on after a crash with the part behind
the one that crashed. Standard output has one JSON object a line: `owner`, `part`, `ok`, `text`
(the error, or the flag's value), `absent` (no such module), and a last one with `left`, the number
of parts for which no time was left.
"""

from __future__ import annotations

import io
import json
import os
import select
import signal
import sys
import time
from importlib import import_module
from pathlib import Path

LONGEST = 3000  # characters of an error
LATE = b"late"
LIBRARY = "library "
CRASHES = {signal.SIGSEGV: " (Segmentation fault)", signal.SIGABRT: " (Aborted)"}
# Packages that go on without their compiled part, and where they say so.
FLAGS = {
    "crcmod": ["crcmod.crcmod:_usingExtension"],
    "google-crc32c": ["google_crc32c:implementation"],
    "msgpack": ["msgpack:Packer.__module__"],
    "protobuf": ["google.protobuf.internal.api_implementation:Type"],
    "pydantic": ["pydantic:compiled"],
    "pyyaml": ["yaml:__with_libyaml__"],
}


def main() -> None:
    """Do what the file that is named on the command line asks for."""
    order = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sys.path[:] = sys.path[1:]  # the folder of this script
    sys.dont_write_bytecode = True
    deadline = time.monotonic() + order["seconds"]
    left, room = 0, order["most"]
    for package in order["packages"]:
        parts = package["parts"] or listed(package["owner"], Path(package["folder"]))
        left += len(parts[room:]) + load_all(
            package["owner"], parts[:room], deadline, order["each"]
        )
        room -= len(parts[:room])
    say({"left": left})


def listed(owner: str, folder: Path) -> list[str]:
    """Return the top-level modules, the extension modules and the flags of a distribution.

    What was installed from a folder is the application itself, and is left alone.
    """
    if "dir_info" in json.loads(read(folder / "direct_url.json") or "{}"):
        return []
    record = [line.rsplit(",", 2)[0].strip('"') for line in read(folder / "RECORD").splitlines()]
    names = modules(record) or read(folder / "top_level.txt").replace("/", ".").split()
    return sorted(names) + FLAGS.get(owner, [])


def modules(record: list[str]) -> set[str]:
    """Return the topmost packages and modules, and every extension module, as dotted names."""
    inside = [path for path in record if not path.startswith(("/", ".."))]
    packages = {path[: -len("/__init__.py")] for path in inside if path.endswith("/__init__.py")}
    names = {path for path in packages if path.rpartition("/")[0] not in packages}
    names |= {path[:-3] for path in inside if path.endswith(".py") and "/" not in path}
    compiled = (path.rpartition("/") for path in inside if path.endswith(".so"))
    names |= {folder + slash + name.split(".")[0] for folder, slash, name in compiled}
    # The folder `numpy.libs` holds libraries, which are no modules.
    importable = (name for name in names if all(part.isidentifier() for part in name.split("/")))
    return {name.replace("/", ".") for name in importable}


def read(path: Path) -> str:
    """Return a file's text, nothing where there is none."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def load_all(owner: str, parts: list[str], deadline: float, each: float) -> int:
    """Load `parts` in child processes; return for how many no time was left."""
    while parts and time.monotonic() < deadline:
        parts = parts[load_some(owner, parts, deadline, each) :]
    return len(parts)


def load_some(owner: str, parts: list[str], deadline: float, each: float) -> int:
    """Load as many as one child process can; return how many were told of."""
    told, line, limit = 0, b"", each
    child, answers = fork(parts)
    with answers:
        while told < len(parts):
            limit = min(each, deadline - time.monotonic())
            line = answer(answers, limit)
            if not line.endswith(b"\n"):
                break
            say({"owner": owner, "part": parts[told], **json.loads(line)})
            told += 1
    os.kill(child, signal.SIGKILL)  # of no effect where it has ended
    status = os.waitpid(child, 0)[1]
    out_of_time = line == LATE
    if told == len(parts) or (out_of_time and limit < each):
        return told
    text = f"did not end within {each:g} seconds" if out_of_time else death(status)
    say({"owner": owner, "part": parts[told], "ok": False, "text": text})
    return told + 1


def fork(parts: list[str]) -> tuple[int, io.FileIO]:
    """Start a child process; return its id and what it writes."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(quiet, stream)
        for part in parts:
            os.write(theirs, json.dumps(outcome(part)).encode() + b"\n")
        os._exit(0)
    os.close(theirs)
    return child, io.FileIO(ours)


def answer(answers: io.FileIO, limit: float) -> bytes:
    """Return the child's next line; LATE after `limit` seconds, nothing after its end."""
    ready, _, _ = select.select([answers], [], [], max(limit, 0))
    return answers.readline() if ready else LATE


def outcome(part: str) -> dict[str, object]:
    """Load one part, which may do anything: raise, call exit, or kill the process."""
    if part.startswith(LIBRARY):
        return found(part[len(LIBRARY) :])
    module, _, attribute = part.partition(":")
    try:
        value = import_module(module)
        for name in filter(None, attribute.split(".")):
            value = getattr(value, name)
        text = str(value() if callable(value) else value) if attribute else ""
    except BaseException as error:  # noqa: BLE001  (SystemExit is one of them)
        absent = isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(
            f"{error.name}."
        )
        return {"ok": False, "text": told_by(error)[:LONGEST], "absent": absent}
    return {"ok": True, "text": text[:LONGEST]}


def found(name: str) -> dict[str, object]:
    """Look for a library as ctypes does."""
    try:
        ok = import_module("ctypes.util").find_library(name) is not None
    except Exception:  # noqa: BLE001  (what it tries differs from system to system)
        ok = False
    text = f"find_library() did not manage to locate a library called '{name}'"
    return {"ok": ok, "text": "" if ok else text}


def told_by(error: BaseException | None) -> str:
    """Return the error and those that led to it, the last one first."""
    lines = []
    while error is not None:
        lines.append(f"{type(error).__name__}: {error}")
        error = error.__cause__ or error.__context__
    return "\n".join(lines)


def death(status: int) -> str:
    """Say how a child process died, by what waitpid returned."""
    if os.WIFSIGNALED(status):
        cause = signal.Signals(os.WTERMSIG(status))
        return f"killed by {cause.name}{CRASHES.get(cause, '')}"
    return f"ended the process with exit code {os.WEXITSTATUS(status)}"


def say(words: dict[str, object]) -> None:
    """Print one line."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
