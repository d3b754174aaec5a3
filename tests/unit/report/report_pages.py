"""Outcomes for the HTML report that are hostile, or larger than usual."""

from typing import Any

import msgspec
import outcomes
import outcomes_scanned
from msgspec.structs import replace

from stepdown.model.surface import Known, Measure, Surface
from stepdown.model.trial import CheckState, Outcome
from stepdown.model.vulnerability import Vulnerability

FREE = {
    *("added", "base", "blame_reason", "branch", "cause", "dockerfile", "evidence", "excerpt"),
    *("fixed_in", "fixer", "hint", "id", "image", "items", "log", "names", "notes", "package"),
    *("reason", "reasons", "removed", "scanner", "stage", "started", "suppressed", "summary"),
    *("text", "title", "version", "warnings", "breakage", "check", "checks", "context", "diff"),
}


def poisoned(value: Any, poison: str, key: str = "") -> Any:
    """Return builtins in which every free text ends with the poison."""
    match value:
        case dict():
            return {name: poisoned(item, poison, name) for name, item in value.items()}
        case list() | tuple():
            return [poisoned(item, poison, key) for item in value]
        case str() if key in FREE:
            return f"{value}{poison}"
        case _:
            return value


def hostile(poison: str) -> Outcome:
    made = outcomes_scanned.scanned()
    assert made.scans is not None
    trials = (*made.trials, outcomes.not_built(), outcomes.refused())
    whole = replace(made, trials=trials)
    return msgspec.convert(poisoned(msgspec.to_builtins(whole), poison), Outcome)


def with_cards(before: Surface, after: Surface) -> Outcome:
    made = outcomes.success()
    assert made.best is not None
    best = replace(made.best, delta=outcomes.delta(before, after))
    trials = tuple(best if trial is made.best else trial for trial in made.trials)
    return replace(made, trials=trials)


def card(image: str, known: Known = Known.MEASURED, **lists: tuple[str, ...]) -> Surface:
    measures = tuple(
        Measure(key=key, title=key, value=len(names), items=names, known=known)
        for key, names in lists.items()
    )
    return replace(outcomes.surface(image, {}), measures=measures)


def crowded() -> Outcome:
    """Return a run with 3 000 commands, 1 500 packages, 2 000 vulnerabilities and long logs."""
    before = card(
        "a",
        commands=tuple(f"x86_64-linux-gnu-command-{n:04}" for n in range(3000)),
        os_packages=tuple(f"lib-with-a-long-name-{n:04} 1:2.3.4-5+deb12u{n}" for n in range(1500)),
        setuid_setgid=tuple(f"/usr/bin/program-{n}" for n in range(40)),
    )
    made = with_cards(before, card("b", commands=(), os_packages=(), setuid_setgid=()))
    scanned = outcomes_scanned.scanned().scans
    assert scanned is not None
    found = tuple(
        Vulnerability(id=f"CVE-2026-{n:05}", kind="deb", package=f"package-{n}", version=f"1.{n}")
        for n in range(2000)
    )
    scans = replace(scanned, before=replace(scanned.before, vulnerabilities=found))
    log = "\n".join(f"step {n} " + "x" * 100 for n in range(5000))
    noisy = replace(
        made.trials[0], checks=(outcomes.check("start", CheckState.PASSED, "", output=log),)
    )
    return replace(made, scans=scans, trials=(noisy, *made.trials[1:]))
