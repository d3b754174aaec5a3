"""Runs the seeded breakages of examples/breakages on the real engine and counts what comes out.

    python tests/bench/breakages.py [NAMES] [--jobs N] [--json]

Prints a line for each case as it ends, and the figures at the end. The exit code is 1 when a base
was called good that is not, or a healthy move was called bad. The engine is the one of the
environment: eval "$(./tests/lab/env)".
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
import expected
from expected import Kind, Remedied, Score

from stepdown.model.image import Value
from stepdown.model.trial import Outcome

_REMEDIED = 0.8  # the share of breakages that must be remedied


class Result(Value, frozen=True, kw_only=True):
    """One case after its run: `faults` say what is not as expected, `causes` what was found."""

    name: str
    kind: Kind
    score: Score
    verdicts: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    seconds: float = 0


class Figures(Value, frozen=True, kw_only=True):
    """The benchmark in figures; pairs are how many of how many.

    The four of the remedies add up: `proposed` are those that were proven or proposed on the same
    base, `elsewhere` those and what another base remedies, `advised` also what comes in words only.
    """

    cases: int
    caught: tuple[int, int]
    silent_caught: tuple[int, int]
    false_greens: tuple[str, ...]
    false_alarms: tuple[str, ...]
    cause_right: tuple[int, int]
    proven: tuple[int, int]
    proposed: tuple[int, int]
    elsewhere: tuple[int, int]
    advised: tuple[int, int]
    no_claim: tuple[int, int]
    broken: tuple[str, ...]
    seconds: float

    @property
    def bad(self) -> bool:
        """Whether something was claimed that is not so, or could not be judged."""
        return bool(self.false_greens or self.false_alarms or self.broken)


def run(folder: Path) -> Result:
    """Run one case in a folder of its own; a run that leaves no record has no score."""
    wanted, began = expected.read(folder), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="stepdown-bench-") as place:
        try:
            copy = expected.repository(folder, Path(place))
            _, outcome = expected.migrate(copy, Path(place), *wanted.flags)
        except (AssertionError, subprocess.SubprocessError) as error:
            last = (str(error).strip().splitlines() or [repr(error)])[-1]
            seconds = time.monotonic() - began
            return _result(folder, wanted, Score(), faults=(f"broken: {last}",), seconds=seconds)
    return _judged(folder, wanted, outcome, time.monotonic() - began)


def every(folders: Iterable[Path], jobs: int) -> Iterator[Result]:
    """Run the cases, `jobs` at a time, and yield each as it ends; ^C ends all of them."""
    with ThreadPoolExecutor(jobs) as pool:
        try:
            for done in as_completed([pool.submit(run, folder) for folder in folders]):
                yield done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _judged(folder: Path, wanted: expected.Expected, outcome: Outcome, seconds: float) -> Result:
    verdicts = [str(trial.verdict) for trial in outcome.trials] or [
        f"baseline {outcome.baseline.verdict}"
    ]
    causes = [finding.breakage for trial in outcome.trials for finding in trial.findings]
    return _result(
        folder,
        wanted,
        expected.score(wanted, outcome),
        verdicts=tuple(verdicts),
        causes=tuple(dict.fromkeys(causes)),
        faults=tuple(expected.faults(wanted, outcome)),
        seconds=seconds,
    )


def _result(
    folder: Path, wanted: expected.Expected, score: Score, **more: float | tuple[str, ...]
) -> Result:
    fields = {"name": folder.name, "kind": wanted.kind, "score": score, **more}
    return msgspec.convert(fields, Result)


def figures(results: Iterable[Result], seconds: float) -> Figures:
    """Count."""
    ran = list(results)
    silent = [result for result in ran if result.kind is Kind.SILENT]
    return Figures(
        cases=len(ran),
        caught=_share(result.score.caught for result in ran),
        silent_caught=_share(result.score.caught for result in silent),
        false_greens=tuple(sorted(r.name for r in ran if r.score.false_green)),
        false_alarms=tuple(sorted(r.name for r in ran if r.score.false_alarm)),
        cause_right=_share(result.score.cause for result in ran),
        proven=_remedied(ran, Remedied.PROVEN),
        proposed=_remedied(ran, Remedied.PROVEN, Remedied.PROPOSED),
        elsewhere=_remedied(ran, Remedied.PROVEN, Remedied.PROPOSED, Remedied.ELSEWHERE),
        advised=_remedied(ran, *(one for one in Remedied if one is not Remedied.NOT)),
        no_claim=_share(result.score.no_claim for result in ran),
        broken=tuple(sorted(r.name for r in ran if any(f.startswith("broken") for f in r.faults))),
        seconds=round(seconds, 1),
    )


def _share(values: Iterable[bool | None]) -> tuple[int, int]:
    known = [value for value in values if value is not None]
    return sum(known), len(known)


def _remedied(results: Iterable[Result], *enough: Remedied) -> tuple[int, int]:
    known = (r.score.remedied for r in results)
    return _share(None if one is None else one in enough for one in known)


def line(result: Result) -> str:
    """Say in one line how a case ended, and in further ones what is not as expected."""
    mark = "MISSED" if result.faults else "ok"
    said = ", ".join(result.verdicts) + (f" ({', '.join(result.causes)})" if result.causes else "")
    head = f"{mark:7}{result.kind:9}{result.name:24}{result.seconds:6.1f} s  {said}"
    return "\n".join((head, *(f"         {fault}" for fault in result.faults)))


def lines(found: Figures) -> Iterator[str]:
    """Say the figures."""
    yield f"{found.cases} cases in {found.seconds:.0f} s"
    for words, (part, whole) in (
        ("breakages caught", found.caught),
        ("  silent ones among them", found.silent_caught),
        ("cause right", found.cause_right),
        ("flaky or red, no claim made", found.no_claim),
    ):
        yield f"{words:30}{part}/{whole}"
    yield from _remedies(found)
    for words, names in (
        ("false greens", found.false_greens),
        ("false alarms", found.false_alarms),
        ("runs without a record", found.broken),
    ):
        yield f"{words:30}{len(names)}  {', '.join(names)}".rstrip()


def _remedies(found: Figures) -> Iterator[str]:
    """Say how many have a remedy, from the strongest meaning of the word to the weakest."""
    for words, (part, whole) in (
        ("remedy applied and proven", found.proven),
        ("  or proposed as exact edit", found.proposed),
        ("  or as another base", found.elsewhere),
        ("  or only advised", found.advised),
    ):
        meets = "meets" if whole and part >= _REMEDIED * whole else "misses"
        yield f"{words:30}{part}/{whole}  {meets} {_REMEDIED:.0%}"


def main() -> int:
    """Run the named cases, else all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="cases; without any, all")
    parser.add_argument("--jobs", type=int, default=2, help="cases at a time (2)")
    parser.add_argument("--json", action="store_true", help="results and figures as JSON")
    options = parser.parse_args()
    known = {folder.name: folder for folder in expected.BREAKAGES}
    unknown = set(options.names) - known.keys()
    if unknown:
        parser.error(f"there is no case {', '.join(sorted(unknown))}")
    folders = [known[name] for name in options.names] or list(known.values())
    results, began = [], time.monotonic()
    for result in every(folders, options.jobs):
        results.append(result)
        print(line(result), file=sys.stderr if options.json else sys.stdout, flush=True)
    found = figures(results, time.monotonic() - began)
    if options.json:
        ordered = sorted(results, key=lambda result: result.name)
        print(msgspec.json.encode({"figures": found, "cases": ordered}).decode())
    else:
        print("\n".join(("", *lines(found))))
    return int(found.bad)


if __name__ == "__main__":
    sys.exit(main())
