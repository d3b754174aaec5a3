"""A record that has too much of everything, with text that is hostile to Markdown and HTML."""

import msgspec
import outcomes
import report_pages
from msgspec.structs import replace

from stepdown.model.gate import Gate, GateResult, GateState
from stepdown.model.surface import Known
from stepdown.model.trial import BuildFailed, CheckState, Outcome, Trial
from stepdown.model.vulnerability import Fix, Scan, Severity, Vulnerability

POISON = (
    " </details></summary></td></table></code></pre>-->"
    " <!-- stepdown: end --> <!-- stepdown: {} -->"
    " ``` ~~~~ ````` | \\| * _ [x](http://evil.example) ![y](http://evil.example/y.png) @ada #1 !2"
    " ada@evil.example www.evil.example https://evil.example/"
    " &lt; $a$ <script>alert(1)</script> <img src=x onerror=alert(1)> \x1b[31m\x00\u202e"
    " Größe حجم 大小 🧨 e\u0301"
)
"""Text that would end, open or fetch something if it were not escaped."""


def worst() -> Outcome:
    """Return a run of 24 failed tries with long logs beside an answer with thousands of findings.

    Every text in it that comes from an application, a file or a log ends with the poison.
    """
    made = report_pages.crowded()
    assert made.answer is not None
    assert made.scans is not None
    broken = tuple(_broken(number) for number in range(24))
    scans = replace(
        made.scans,
        before=_scan(made.scans.before, "Gone", 4000),
        after=_scan(made.scans.after, "New", 2500),
        new=_found("New", 1500),
        gone=_found("Gone", 2500),
        there=_found("There", 1000),
    )
    whole = replace(
        made,
        scans=scans,
        trials=(*broken, *made.trials),
        answer=made.answer + len(broken),
        gates=tuple(map(_gate, range(30))),
    )
    return msgspec.convert(report_pages.poisoned(msgspec.to_builtins(whole), POISON), Outcome)


def readable() -> Outcome:
    """Return the same without the hostile text: what a person sees of a very large image."""
    made = worst()
    return msgspec.convert(_spared(msgspec.to_builtins(made)), Outcome)


def _spared(value: object) -> object:
    match value:
        case dict():
            return {name: _spared(item) for name, item in value.items()}
        case list() | tuple():
            return [_spared(item) for item in value]
        case str():
            return value.replace(POISON, "")
        case _:
            return value


def _broken(number: int) -> Trial:
    trial = (outcomes.regression(), outcomes.not_built(), outcomes.refused())[number % 3]
    image = f"registry.example/a-team/with-a-long-name/base-images/node-{number:02}:24-slim"
    finding = replace(
        outcomes.MUSL_FINDING, evidence=f"Error: {number} " + "e" * 5000, cause="why " * 300
    )
    return replace(
        trial,
        candidate=replace(trial.candidate, image=image),
        build=BuildFailed(
            reason="it ended with 1",
            seconds=1,
            log=tuple(f"step {line} " + "é" * 400 for line in range(500)),
        ),
        findings=(finding,) * (number % 4),
        checks=tuple(
            outcomes.check(f"check-{n}", CheckState.FAILED, "it failed", output="x\n" * 2000)
            for n in range(12)
        ),
        notes=tuple(f"note {n} " + "z" * 300 for n in range(60)),
        attempt=1 + number % 5,
    )


def _gate(number: int) -> GateResult:
    return GateResult(
        gate=Gate(id=f"forbid.program-{number}", measure="commands", item=f"program-{number}"),
        title=f"No program-{number}",
        state=GateState.FAILED if number % 2 else GateState.PASSED,
        value=number,
        known=Known.MEASURED,
        items=tuple(f"/usr/bin/program-{n}" for n in range(200)),
    )


def _scan(scan: Scan, name: str, count: int) -> Scan:
    return replace(scan, vulnerabilities=_found(name, count))


def _found(name: str, count: int) -> tuple[Vulnerability, ...]:
    kinds = tuple(Severity)
    return tuple(
        Vulnerability(
            id=f"CVE-2026-{name}-{n:05}",
            kind="deb",
            package=f"package-with-a-long-name-{n}",
            version=f"1:{n}.2.3-4+deb12u5",
            severity=kinds[n % len(kinds)],
            fix=Fix.AVAILABLE,
            fixed_in=f"1:{n}.2.3-4+deb12u6",
            exploited=n % 7 == 0,
        )
        for n in range(count)
    )
