"""The identity of one run, and how nothing of it stays behind, also when it is killed.

A run is a folder that its process holds a lock on:

    $XDG_CACHE_HOME/stepdown/host           who we are on a shared engine
                            /guard          held for moments: while runs are made or looked at
                            /runs/ID/lock   held for as long as the run's process lives
                                    /log
                                    /run.json
                                    /files/ worktrees and temporary files

The kernel drops the lock however the process ends. Whoever can take it knows that the run is dead,
and puts its things away.
"""

import errno
import fcntl
import os
import secrets
import shutil
import socket
import time
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

import msgspec

from stepdown.adapters import worktrees
from stepdown.adapters.processes import kill_marked
from stepdown.adapters.signals import stops_raise, stops_wait
from stepdown.errors import DiskFullError, StepdownError
from stepdown.model.image import Value

KEPT_LOGS = 5
_FULL = frozenset((errno.ENOSPC, errno.EDQUOT))


class Worktree(Value, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """A linked worktree at `path` and the work tree that it belongs to, both absolute."""

    repository: str
    path: str


class RunRecord(Value, frozen=True, kw_only=True, forbid_unknown_fields=False):
    """What a later run has to know to put away the things of one that was killed.

    Fields of a newer version are skipped: what is known can still be put away.
    """

    machine: str
    process: int
    engine: str = ""
    worktrees: tuple[Worktree, ...] = ()


class Run:
    """One run of the program. `host` and `id` label all that it makes on an engine.

    `swept` tells in sentences what earlier, killed runs had left and this one put away.
    """

    def __init__(self, home: "Home", folder: Path, lock: int, swept: tuple[str, ...]) -> None:
        self.id = folder.name
        self.host = home.host()
        self.folder = folder
        self.swept = swept
        self._home = home
        self._lock = lock
        self._record = RunRecord(machine=socket.gethostname(), process=os.getpid())
        self._save(self._record)
        (folder / "files").mkdir()

    @property
    def log_path(self) -> Path:
        """The run's log while it runs."""
        return self.folder / "log"

    def log(self, text: str) -> None:
        """Write a line with the time (UTC) into the run's log."""
        moment = time.strftime("%H:%M:%S", time.gmtime())
        with self.log_path.open("a", encoding="utf-8", errors="replace") as log:
            log.write(f"{moment} {text}\n")

    def keep_log(self) -> Path:
        """Copy the log, with the exception that is being handled, to where it outlives the run."""
        self.log(traceback.format_exc())
        return self._home.keep_log(self.folder)

    def scratch(self, purpose: str) -> Path:
        """Make a new empty folder that goes away with the run; nobody else can look inside."""
        folder = self.folder / "files" / f"{purpose}-{secrets.token_hex(4)}"
        folder.mkdir(mode=0o700)
        return folder

    def alive(self, identity: str) -> bool:
        """Whether the run with this id, of this machine and user, still has its process."""
        return identity == self.id or self._home.alive(identity)

    def engine(self, address: str) -> None:
        """Write down which engine the run uses."""
        self._save(msgspec.structs.replace(self._record, engine=address))

    @contextmanager
    def worktree(self, repository: Path, commit: str) -> Generator[Path]:
        """Check out a commit of `repository` into a new folder, for as long as the context lasts.

        It is written down before it is made, so that it is found after a crash.
        """
        path = self.scratch("worktree") / "tree"
        entry = Worktree(repository=str(repository), path=str(path))
        held = (*self._record.worktrees, entry)
        self._save(msgspec.structs.replace(self._record, worktrees=held))
        try:
            worktrees.add(repository, path, commit)
            yield path
        finally:
            with stops_wait():
                self._remove(entry)

    def close(self) -> None:
        """Remove all that the run made on this machine."""
        for entry in self._record.worktrees:
            self._remove(entry)
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)

    def _remove(self, entry: Worktree) -> None:
        worktrees.remove(Path(entry.repository), Path(entry.path))
        shutil.rmtree(Path(entry.path).parent, ignore_errors=True)
        rest = tuple(other for other in self._record.worktrees if other != entry)
        with suppress(OSError):  # a full disk must not keep the rest from being put away
            self._save(msgspec.structs.replace(self._record, worktrees=rest))

    def _save(self, record: RunRecord) -> None:
        fresh = self.folder / "run.json.new"
        fresh.write_bytes(msgspec.json.encode(record))
        fresh.replace(self.folder / "run.json")
        self._record = record


class Home:
    """Where runs live on this machine: `cache` for runs, `state` for the logs that are kept."""

    def __init__(self, cache: Path, state: Path) -> None:
        self.cache = cache
        self._state = state
        self._runs = cache / "runs"

    @classmethod
    def default(cls) -> "Home":
        """Follow the XDG base directory specification; relative values do not count."""
        return cls(
            _base("XDG_CACHE_HOME", ".cache") / "stepdown",
            _base("XDG_STATE_HOME", ".local/state") / "stepdown",
        )

    @property
    def cards(self) -> Path:
        """The folder for cards of images that were measured."""
        return self.cache / "cards"

    @property
    def state(self) -> Path:
        """The folder for what outlives all runs."""
        return self._state

    @property
    def images(self) -> Path:
        """The folder for what was read of images."""
        return self.cache / "images"

    def new_run(self, swept: tuple[str, ...]) -> Run:
        """Make a run's folder and take its lock."""
        folder = self._runs / f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{_token()}"
        with self._guard():
            folder.mkdir(mode=0o700)
            lock = _take(folder)
        if lock is None:
            raise StepdownError(
                f"The lock {folder / 'lock'} is held by somebody else.",
                hint="This is a fault in stepdown; please report it.",
            )
        return Run(self, folder, lock, swept)

    def host(self) -> str:
        """Return a stable name for this machine and cache folder.

        The machine's name is part of it: a home folder may be shared between machines.
        """
        file = self.cache / "host"
        with self._guard():
            if not file.exists():
                file.write_text(secrets.token_hex(16), encoding="ascii")
            words = f"{file.read_text(encoding='ascii')} {socket.gethostname()}"
        return sha256(words.encode()).hexdigest()[:16]

    def alive(self, identity: str) -> bool:
        """Whether a run has a process that holds its lock."""
        folder = self._runs / identity
        with self._guard():
            if not folder.is_dir():
                return False
            lock = _take(folder)
        if lock is not None:
            os.close(lock)
        return lock is None

    def sweep(self) -> tuple[str, ...]:
        """Put away what dead runs of this machine left on it; say so in sentences."""
        with self._guard():
            locks = [(folder, _take(folder)) for folder in self._folders()]
        return tuple(self._bury(folder, lock) for folder, lock in locks if lock is not None)

    def keep_log(self, folder: Path) -> Path:
        """Copy a run's log to the state folder, where the newest few stay."""
        logs = self._state / "logs"
        logs.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = logs / f"{folder.name}.log"
        shutil.copyfile(folder / "log", kept)
        # By time: runs of the same second have names in no order.
        by_time = sorted(logs.glob("*.log"), key=lambda log: log.stat().st_mtime_ns)
        for old in by_time[:-KEPT_LOGS]:
            old.unlink(missing_ok=True)
        return kept

    def _folders(self) -> Iterator[Path]:
        for folder in sorted(self._runs.iterdir()):
            record = _record(folder)
            # A lock of another machine cannot be judged from here.
            if record is None or record.machine == socket.gethostname():
                yield folder

    def _bury(self, folder: Path, lock: int) -> str:
        kill_marked(folder.name)
        record = _record(folder)
        for entry in record.worktrees if record else ():
            worktrees.remove(Path(entry.repository), Path(entry.path))
        with suppress(OSError):
            self.keep_log(folder)
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)
        return f"Put away what the run {folder.name} left, which was killed."

    @contextmanager
    def _guard(self) -> Generator[None]:
        self._runs.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self.cache / "guard").open("a") as guard:
            fcntl.flock(guard, fcntl.LOCK_EX)
            yield


@contextmanager
def open_run(home: Home | None = None) -> Generator[Run]:
    """Begin a run, after putting away what dead runs left on this machine.

    At the end, also by an exception or a signal, all that it made on this machine is removed.
    Engine objects are the engine's part: see `stepdown.adapters.engine.connect`.
    """
    home = home or Home.default()
    with stops_raise():
        run = _explained(lambda: home.new_run(home.sweep()))
        try:
            yield run
        except OSError as error:
            if error.errno not in _FULL:
                raise
            raise _full(home, error) from error
        finally:
            with stops_wait():
                run.close()


def _full(home: Home, error: OSError) -> DiskFullError:
    return DiskFullError(
        "There is no space left on the disk of this machine.",
        details=str(error),
        hint=f"Make room, or set XDG_CACHE_HOME to a folder on another disk than {home.cache}.",
    )


def _explained(start: Callable[[], Run]) -> Run:
    try:
        return start()
    except OSError as error:
        raise StepdownError(
            "The run's folder cannot be made.",
            details=str(error),
            hint="Set XDG_CACHE_HOME to a folder on a local disk that can be written to.",
        ) from error


def _base(variable: str, fallback: str) -> Path:
    value = Path(os.environ.get(variable, ""))
    return value if value.is_absolute() else Path.home() / fallback


def _token() -> str:
    return secrets.token_hex(3)


def _record(folder: Path) -> RunRecord | None:
    """Read run.json; None where the run died before it was written."""
    try:
        return msgspec.json.decode((folder / "run.json").read_bytes(), type=RunRecord)
    except (OSError, msgspec.MsgspecError):
        return None


def _take(folder: Path) -> int | None:
    """Take a run's lock; None where somebody holds it or the folder is gone."""
    try:
        lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except (FileNotFoundError, NotADirectoryError):
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock
