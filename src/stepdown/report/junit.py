"""JUnit XML for the test tab of a CI system: one suite for the baseline and one for each trial."""

from collections.abc import Iterator
from xml.etree import ElementTree as ET

from stepdown.model.trial import CheckRun, CheckState, Outcome, Trial, Verdict
from stepdown.report import words
from stepdown.report.headline import said, winner


def render(outcome: Outcome) -> str:
    """Return the report; a check that could not be carried out is an error, never a pass."""
    root = ET.Element("testsuites", name="stepdown")
    suites = [
        _suite(f"baseline {outcome.plan.target.base}", outcome.baseline.checks),
        *(_trial(outcome, trial) for trial in _judged(outcome)),
        *_others(outcome),
    ]
    root.extend(suites)
    for key in ("tests", "failures", "errors", "skipped"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'


def _judged(outcome: Outcome) -> tuple[Trial, ...]:
    """Return the answer, or every trial where none of them is one."""
    best = winner(outcome)
    return outcome.trials if best is None else (best,)


def _others(outcome: Outcome) -> Iterator[ET.Element]:
    """Yield what was tried beside the answer, which is no failure of the run."""
    best = winner(outcome)
    others = [trial for trial in outcome.trials if trial is not best] if best else []
    if not others:
        return
    cases = []
    for trial in others:
        case = _case(
            "other bases", f"{trial.candidate.image} attempt {trial.attempt}", trial.seconds
        )
        _say(case, "skipped", f"{said(outcome, trial)}: {trial.reason}", "")
        cases.append(case)
    yield _suite("other bases", (), tuple(cases))


def _trial(outcome: Outcome, trial: Trial) -> ET.Element:
    name = f"{trial.candidate.image} attempt {trial.attempt}"
    return _suite(name, trial.checks, (_verdict(outcome, trial),))


def _verdict(outcome: Outcome, trial: Trial) -> ET.Element:
    """Return the verdict as a case of its own: a candidate without any check did not pass."""
    case = _case(trial.candidate.image, "verdict", trial.seconds)
    if trial.verdict is Verdict.WORKS:
        return case
    kind = "failure" if trial.verdict in (Verdict.REGRESSION, Verdict.NOT_BUILT) else "error"
    causes = (f"{finding.title}: {finding.evidence}" for finding in trial.findings)
    _say(case, kind, f"{said(outcome, trial)}: {trial.reason}", "\n".join(causes))
    return case


def _suite(
    name: str, checks: tuple[CheckRun, ...], more: tuple[ET.Element, ...] = ()
) -> ET.Element:
    suite = ET.Element("testsuite", name=words.visible(name))
    cases = [*_cases(name, checks), *more]
    suite.set("tests", str(len(cases)))
    for key, kind in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(key, str(sum(case.find(kind) is not None for case in cases)))
    suite.extend(cases)
    return suite


def _cases(suite: str, checks: tuple[CheckRun, ...]) -> Iterator[ET.Element]:
    for run in checks:
        case = _case(suite, run.check, run.seconds)
        match run.state:
            case CheckState.FAILED:
                text = "\n".join(message.text for message in run.messages)
                _say(case, "failure", run.summary, text)
            case CheckState.BROKEN:
                _say(case, "error", run.summary, "")
            case CheckState.ABSENT:
                _say(case, "skipped", run.summary, "")
            case CheckState.PASSED:
                pass
        yield case


def _case(suite: str, name: str, seconds: float) -> ET.Element:
    return ET.Element("testcase", classname=words.visible(suite), name=name, time=f"{seconds:.3f}")


def _say(case: ET.Element, kind: str, message: str, text: str) -> None:
    element = ET.SubElement(case, kind, message=words.visible(message))
    element.text = "\n".join(map(words.visible, text.splitlines())) or None
