"""The seeded breakages are complete and well formed, and the benchmark counts them rightly."""

from collections import Counter
from pathlib import Path

import breakages
import expected
import msgspec
import pytest
from expected import Expected, ExpectedTrial, Kind, Remedied, Score

from stepdown.flow import catalog, record
from stepdown.model.recipe import Channel, Remedy, RemedyKind
from stepdown.model.trial import Applied, Finding, Outcome, Verdict

SAVED = Path(__file__).parents[1] / "unit" / "record" / "outcome.json"
ALPINE = "node:24-alpine"
ADVICE = Remedy(kind=RemedyKind.ADVICE, text="Stay.", safe=True)


@pytest.fixture
def outcome() -> Outcome:
    return record.load(SAVED)


def with_alpine(
    outcome: Outcome,
    *verdicts: Verdict,
    finding: str = "",
    remedy: Remedy = ADVICE,
    applied: str = "",
    text: str = "FROM a",
) -> Outcome:
    """Return the outcome with these attempts on Alpine; the last of several has the remedy."""
    trial = next(one for one in outcome.trials if one.candidate.image == ALPINE)
    found = Finding(
        breakage=finding,
        title="t",
        checks=("start",),
        channel=Channel.LOG,
        evidence="e",
        cause="c",
        remedies=(remedy,),
    )
    done = (Applied(breakage=applied, remedy=ADVICE),) if applied else ()
    rewrite = msgspec.structs.replace(trial.rewrite, text=text, refusals=())
    trials = tuple(
        msgspec.structs.replace(
            trial,
            verdict=verdict,
            rewrite=rewrite,
            findings=(found,) if finding and verdict is not Verdict.WORKS else (),
            applied=done if place else (),
        )
        for place, verdict in enumerate(verdicts)
    )
    return msgspec.structs.replace(outcome, trials=trials, answer=None)


def case(kind: Kind, verdict: str = "regression", repair: str = "", *findings: str) -> Expected:
    rung = ExpectedTrial(image=ALPINE, verdict=verdict, findings=findings, repair=repair)
    return Expected(kind=kind, trials=(rung,))


def test_there_are_enough_cases_of_every_kind() -> None:
    kinds = Counter(expected.read(folder).kind for folder in expected.BREAKAGES)
    assert sum(kinds.values()) >= 40
    assert kinds[Kind.SILENT] >= 10
    assert kinds[Kind.HEALTHY] >= 8
    assert kinds[Kind.FLAKY] >= 3
    assert kinds[Kind.RED] >= 3
    assert kinds[Kind.EXAMPLE] == 0


@pytest.mark.parametrize("folder", expected.BREAKAGES, ids=lambda folder: folder.name)
def test_a_case_names_known_causes_and_says_what_it_is_about(folder: Path) -> None:
    wanted = expected.read(folder)
    known = {breakage.id for breakage in catalog.load().breakages}
    assert {cause for rung in wanted.trials for cause in rung.causes} <= known
    assert (folder / "Dockerfile").read_text().startswith("# ")
    assert bool(wanted.trials) == (wanted.kind is not Kind.RED)
    verdicts = {verdict for rung in wanted.trials for verdict in rung.verdicts}
    assert (Verdict.WORKS in verdicts) == (wanted.kind is Kind.HEALTHY)


def test_a_named_breakage_is_caught_with_its_cause_and_its_remedy(outcome: Outcome) -> None:
    ran = with_alpine(outcome, Verdict.REGRESSION, finding="D02")
    wanted = case(Kind.BREAKAGE, "regression", "", "D02")
    assert expected.score(wanted, ran) == Score(caught=True, cause=True, remedied=Remedied.ADVISED)
    assert list(expected.faults(wanted, ran)) == []


def test_a_remedy_is_worth_more_as_an_edit_and_most_when_it_was_tried(outcome: Outcome) -> None:
    wanted = case(Kind.BREAKAGE, "regression", "", "D02")
    edit = Remedy(kind=RemedyKind.ADD_PACKAGES, text="Add bash.", lines=("+RUN apk add bash",))
    ran = with_alpine(outcome, Verdict.REGRESSION, finding="D02", remedy=edit)
    assert expected.score(wanted, ran).remedied is Remedied.PROPOSED
    base = Remedy(kind=RemedyKind.OTHER_BASE, text="Take slim.", lines=("+FROM node:24-slim",))
    ran = with_alpine(outcome, Verdict.REGRESSION, finding="D02", remedy=base)
    assert expected.score(wanted, ran).remedied is Remedied.ELSEWHERE
    ran = with_alpine(
        outcome, Verdict.REGRESSION, Verdict.WORKS, finding="D02", remedy=edit, applied="D02"
    )
    assert expected.score(wanted, ran).remedied is Remedied.PROVEN


def test_all_of_several_causes_may_be_demanded(outcome: Outcome) -> None:
    ran = with_alpine(outcome, Verdict.REGRESSION, finding="D02")
    one = ExpectedTrial(image=ALPINE, verdict="regression", every=("D02",))
    two = ExpectedTrial(image=ALPINE, verdict="regression", every=("D02", "A01"))
    either = ExpectedTrial(image=ALPINE, verdict="regression", findings=("D02", "A01"))
    right = [
        expected.score(Expected(kind=Kind.BREAKAGE, trials=(rung,)), ran).cause
        for rung in (one, two, either)
    ]
    assert right == [True, False, True]


def test_another_cause_is_caught_but_not_right(outcome: Outcome) -> None:
    ran = with_alpine(outcome, Verdict.REGRESSION, finding="A01")
    wanted = case(Kind.BREAKAGE, "regression", "", "D02")
    assert expected.score(wanted, ran) == Score(caught=True, cause=False, remedied=Remedied.NOT)
    assert "A01" in next(expected.faults(wanted, ran))


def test_a_breakage_that_works_is_a_false_green(outcome: Outcome) -> None:
    ran = with_alpine(outcome, Verdict.WORKS)
    wanted = case(Kind.SILENT, "regression", "", "D02")
    assert expected.score(wanted, ran) == Score(
        caught=False, false_green=True, cause=False, remedied=Remedied.NOT
    )
    assert len(list(expected.faults(wanted, ran))) == 1


@pytest.mark.parametrize(("applied", "green"), [("D02", False), ("A01", True)])
def test_only_the_remedy_of_the_cause_makes_it_work(
    outcome: Outcome, applied: str, *, green: bool
) -> None:
    ran = with_alpine(outcome, Verdict.REGRESSION, Verdict.WORKS, finding="D02", applied=applied)
    assert expected.score(case(Kind.BREAKAGE, "regression", "", "D02"), ran).false_green is green


@pytest.mark.parametrize(("text", "green"), [("RUN apk add bash", False), ("FROM a", True)])
def test_a_rewrite_that_repairs_may_work_at_once(
    outcome: Outcome, text: str, *, green: bool
) -> None:
    ran = with_alpine(outcome, Verdict.WORKS, text=text)
    found = expected.score(case(Kind.BREAKAGE, "regression", "bash", "D02"), ran)
    assert found.false_green is green
    assert found.caught is not green


def test_any_other_end_of_a_healthy_move_is_a_false_alarm(outcome: Outcome) -> None:
    wanted = case(Kind.HEALTHY, "works")
    assert not expected.score(wanted, with_alpine(outcome, Verdict.WORKS)).false_alarm
    assert expected.score(wanted, with_alpine(outcome, Verdict.INCONCLUSIVE)).false_alarm
    assert expected.score(wanted, with_alpine(outcome)).false_alarm


def test_nothing_may_be_claimed_of_what_is_flaky(outcome: Outcome) -> None:
    wanted = case(Kind.FLAKY, "inconclusive")
    assert expected.score(wanted, with_alpine(outcome, Verdict.INCONCLUSIVE)).no_claim
    assert expected.score(wanted, with_alpine(outcome, Verdict.WORKS)).false_green
    assert expected.score(wanted, with_alpine(outcome, Verdict.REGRESSION)).false_alarm


def test_the_figures_count_what_has_a_say() -> None:
    results = [
        breakages.Result(
            name="a", kind=Kind.SILENT, score=Score(caught=False, false_green=True, cause=False)
        ),
        breakages.Result(
            name="b",
            kind=Kind.BREAKAGE,
            score=Score(caught=True, cause=True, remedied=Remedied.PROPOSED),
        ),
        breakages.Result(name="c", kind=Kind.FLAKY, score=Score(no_claim=True)),
    ]
    found = breakages.figures(results, 60)
    assert found.caught == (1, 2)
    assert found.silent_caught == (0, 1)
    assert found.cause_right == (1, 2)
    assert found.no_claim == (1, 1)
    assert found.false_greens == ("a",)
    assert found.bad
    assert (found.proven, found.proposed) == ((0, 1), (1, 1))
    assert (found.elsewhere, found.advised) == ((1, 1), (1, 1))
    said = list(breakages.lines(found))
    assert "false greens                  1  a" in said
    assert "remedy applied and proven     0/1  misses 80%" in said
    assert "  or proposed as exact edit   1/1  meets 80%" in said


def test_a_run_without_a_record_is_bad_and_has_no_score() -> None:
    result = breakages.Result(
        name="a", kind=Kind.SILENT, score=Score(), faults=("broken: no engine",)
    )
    found = breakages.figures([result], 1)
    assert found.bad
    assert found.caught == (0, 0)
    assert "MISSED" in breakages.line(result)
