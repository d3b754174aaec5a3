"""`stepdown batch evaluate`: from a selection to a ledger that is complete."""

import os
import signal
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, Self
from uuid import uuid4

import msgspec

from stepdown.adapters import dask, pools
from stepdown.adapters.dask import Certificates
from stepdown.adapters.engine import connect
from stepdown.adapters.runs import open_run
from stepdown.cli import batchcluster, batchimages, batchoptions, batchprint, batchwork
from stepdown.cli.batchforge import Source
from stepdown.cli.batchselect import Selection, select
from stepdown.cli.exits import BATCH, GREEN, INTERRUPTED
from stepdown.errors import EngineError, UsageError
from stepdown.flow.batch.breaker import Breaker
from stepdown.flow.batch.driver import Drive, OnEvent, Stop, Terms
from stepdown.flow.batch.ledger import Ledger, Row
from stepdown.flow.batch.opening import written
from stepdown.flow.batch.order import ordered
from stepdown.flow.batch.selection import check_patterns, fits
from stepdown.flow.selftest import unlimited_builds
from stepdown.model import profile as profiles
from stepdown.model.fleet import CLEAN, Entry, Result, State, Told, Used, Work
from stepdown.ports import Pool, Tell

_GIGABYTES_EACH = 4
_GIGABYTE = 1_000_000_000
_LIMITS = frozenset(("trusted", "build_network", "build_cgroup", "min_free"))


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """The flags that are about the batch, not about a repository."""

    ledger: Path
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    jobs: int | None = None
    canary: int = 0
    max_failure_rate: float = 100
    only: tuple[str, ...] = ()
    retry: tuple[str, ...] = ()
    force: bool = False
    most: int | None = None
    task_timeout: float = 1800
    trusted: bool = False
    build_network: str = "default"
    build_cgroup: str = ""
    min_free: float = 5
    scheduler: str = ""
    tls_ca: Path | None = None
    tls_cert: Path | None = None
    tls_key: Path | None = None
    owners: tuple[str, ...] = ()
    forge_url: str = ""
    token_command: str = ""
    color: str = "auto"
    as_json: bool = False
    verbose: bool = False

    @classmethod
    def of(cls, flags: Mapping[str, Any]) -> Self:
        """Return the values of the flags as the command line names them."""
        return cls(**{name: flags[name] for name in cls.__dataclass_fields__})

    def source(self) -> Source:
        """Return which owners on forges are asked for."""
        return Source(owners=self.owners, root=self.forge_url, command=self.token_command)

    @property
    def profile(self) -> str:
        """What the repositories may do; see `model.fleet.Task`."""
        return profiles.written(
            "trusted" if self.trusted else "untrusted",
            network=self.build_network if self.build_network != "default" else "",
            cgroup=self.build_cgroup,
            free=int(self.min_free * _GIGABYTE),
        )


def evaluate(
    repos: tuple[str, ...], wishes: Wishes, flags: Mapping[str, Any], given: Mapping[str, str]
) -> int:
    """Select what was never selected, then do what is not done; return the exit code."""
    check_patterns((*wishes.include, *wishes.exclude, *wishes.only))
    wanted = _wanted(wishes.retry)
    tls = batchcluster.certificates(wishes.tls_ca, wishes.tls_cert, wishes.tls_key)
    if wishes.scheduler:
        dask.check_address(wishes.scheduler, tls)
    selection = _selection(repos, wishes)
    printer = batchprint.choose(json=wishes.as_json, color=wishes.color, verbose=wishes.verbose)
    try:
        with written(wishes.ledger) as ledger, _stoppable(printer.emit) as stop:
            terms = _prepared(ledger, selection, wishes, flags, given)
            _tell_limits(terms.profile, printer.emit)
            with _pool(wishes, tls, printer.tell) as pool:
                _reopen(ledger, pool, wishes, wanted, printer.emit)
                code = _driven(ledger, pool, terms, printer.emit, stop, wishes)
            ledger.tidy()
            return code
    finally:
        printer.close()


def _tell_limits(profile: str, emit: OnEvent) -> None:
    """Try whether builds are limited on this machine's engine, and tell where they are not."""
    limits = profiles.read(profile).builds
    if limits is None:
        return
    try:
        with open_run() as run, connect(run, target="limits of builds") as engine:
            told = unlimited_builds(engine, limits, str(run.scratch("empty")))
    except EngineError as error:
        told = error.brief
    if told:
        emit(Told(text=told))


def _pool(wishes: Wishes, tls: Certificates | None, tell: Tell) -> AbstractContextManager[Pool]:
    if not wishes.scheduler:
        jobs = wishes.jobs or capacity()
        return pools.threads(
            jobs, perform=batchwork.perform, ask=batchimages.now, reap=batchwork.reap, tell=tell
        )
    return dask.cluster(
        wishes.scheduler,
        tls,
        perform=batchwork.perform,
        ask=batchimages.now,
        reap=batchwork.reap,
        tell=tell,
        look=batchwork.look,
    )


def capacity() -> int:
    """Return how many tasks this machine can carry: by its cores, and 4 GB of memory for each."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    return max(1, min(os.cpu_count() or 1, memory // _GIGABYTES_EACH))


def _wanted(words: tuple[str, ...]) -> frozenset[str]:
    known = {*Result, *State}
    for word in words:
        if word not in known:
            raise UsageError(
                f"--retry {word} is no result.", hint=f"Known: {', '.join(sorted(known))}."
            )
    return frozenset(words)


def _selection(repos: tuple[str, ...], wishes: Wishes) -> Selection | None:
    """Return the new selection; None where the ledger has one."""
    if not wishes.ledger.exists():
        return select(repos, wishes.include, wishes.exclude, wishes.source())
    if repos or wishes.include or wishes.exclude or wishes.owners:
        raise UsageError(
            f"{wishes.ledger} has its selection already.",
            hint="Leave out REPOS to go on with it (--only takes a part of it), or give another"
            " --ledger.",
        )
    return None


def _prepared(
    ledger: Ledger,
    selection: Selection | None,
    wishes: Wishes,
    flags: Mapping[str, Any],
    given: Mapping[str, str],
) -> Terms:
    """Store the selection and the choices; return what holds for every task."""
    with ledger.together():
        if selection is not None:
            ledger.set("batch", uuid4().hex[:12])
            ledger.set("origin", selection.origin)
            ledger.set("created", datetime.now(tz=UTC).isoformat(timespec="seconds"))
            ledger.select(selection.entries, selection.skipped)
        options = batchoptions.travelling(flags, given)
        if options != "{}" or not ledger.setting("options"):
            ledger.set("options", options)
        if _LIMITS & given.keys() or not ledger.setting("profile"):
            ledger.set("profile", wishes.profile)
        ledger.recover()
        options, profile = ledger.setting("options"), ledger.setting("profile")
        return Terms(
            batch=ledger.setting("batch"),
            options=options,
            profile=profile,
            stamp=batchoptions.stamp(options, profile),
            timeout=wishes.task_timeout,
        )


def _reopen(
    ledger: Ledger, pool: Pool, wishes: Wishes, wanted: frozenset[str], emit: OnEvent
) -> None:
    """Begin a new pass where the last one came to its end; else go on with it.

    A pass is over what --only leaves, and what is begun anew is nothing else.
    """
    sources = frozenset(job.key for job in ledger.sources() if _only(job.entry, wishes))
    if wanted:
        rows = [row for row in ledger.rows() if _only(row.entry, wishes)]
        with ledger.together():
            ledger.retry([row.key for row in rows if _ended(row) in wanted])
    elif wishes.force or not ledger.unfinished(sources):
        known = {} if wishes.force else _images(ledger, pool)
        with ledger.together():
            moved = ledger.moved(known, sources)
            ledger.reopen(sources, force=wishes.force)
        if moved:
            emit(Told(text=f"{moved} entries are done again: an image that they rest on is new."))


def _images(ledger: Ledger, pool: Pool) -> Mapping[str, frozenset[str]]:
    """Ask every machine that works what the images are now that the ledger's answers rest on."""
    names = ledger.images()
    if not names:
        return {}
    found: dict[str, frozenset[str]] = {}
    for answer in pool.ask(msgspec.json.encode(sorted(names))):
        for one in msgspec.json.decode(answer, type=tuple[Used, ...]):
            found[one.image] = found.get(one.image, frozenset()) | {one.identity}
    return found


def _ended(row: Row) -> str:
    done = row.state is State.DONE and row.report is not None
    return row.report.result if done and row.report else row.state


def _driven(  # noqa: PLR0913, PLR0917  (what a batch is driven with)
    ledger: Ledger, pool: Pool, terms: Terms, emit: OnEvent, stop: Stop, wishes: Wishes
) -> int:
    pool.reap(terms.batch)  # what a driver that was killed left its workers with
    scouts = Breaker(limit=wishes.max_failure_rate / 100)
    breaker = Breaker(limit=wishes.max_failure_rate / 100, canary=wishes.canary)
    with ledger.together():
        ledger.in_turn(Work.SCOUT, _sources(ledger, wishes))
    left = ledger.pending(Work.SCOUT)
    emit(Told(text=f"Batch {terms.batch}: {left} repositories to look at, {pool.words}."))
    Drive(ledger=ledger, pool=pool, terms=terms, on_event=emit, breaker=scouts, stop=stop).run(
        Work.SCOUT
    )
    with ledger.together():
        ledger.in_turn(Work.EVALUATE, _entries(ledger, wishes))
    if not scouts.open:
        Drive(ledger=ledger, pool=pool, terms=terms, on_event=emit, breaker=breaker, stop=stop).run(
            Work.EVALUATE
        )
    return _code(ledger, emit, stop, next((b for b in (scouts, breaker) if b.open), None))


def _sources(ledger: Ledger, wishes: Wishes) -> list[str]:
    """Return the pending sources that are wanted now, at most as many as entries are."""
    keys = [job.key for job in ledger.sources() if _only(job.entry, wishes)]
    return keys if wishes.most is None else ledger.still_pending(keys)[: wishes.most]


def _entries(ledger: Ledger, wishes: Wishes) -> list[str]:
    waiting = [(key, base) for key, base, e in ledger.waiting() if _only(e, wishes)]
    return ordered(waiting, wishes.canary)[: wishes.most]


def _only(entry: Entry, wishes: Wishes) -> bool:
    return not wishes.only or any(fits(entry, pattern) for pattern in wishes.only)


def _code(ledger: Ledger, emit: OnEvent, stop: Stop, opened: Breaker | None) -> int:
    counts = ledger.counts()
    words = ", ".join(f"{n} {what.replace('_', ' ')}" for what, n in sorted(counts.items()))
    emit(Told(text=f"{words or 'Nothing was found'}. `stepdown batch report` tells more."))
    if stop.wished:
        emit(Told(text="Interrupted; the same command goes on where it was."))
        return INTERRUPTED
    if opened is not None:
        emit(Told(text=opened.words))
        return BATCH
    unclean = any(n for what, n in counts.items() if what in set(Result) - CLEAN)
    return BATCH if unclean else GREEN


@contextmanager
def _stoppable(emit: OnEvent) -> Generator[Stop]:
    """Turn the first ^C (or SIGTERM) into a polite stop, the second into one at once."""
    stop = Stop()

    def ask(_number: int, _frame: FrameType | None) -> None:
        stop.ask()
        text = (
            "Stopping at once: what runs is ended and put away."
            if stop.at_once
            else "Stopping: what runs is finished, nothing new begins. Again (^C) to stop at once."
        )
        emit(Told(text=text))

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
