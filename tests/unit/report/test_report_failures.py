import msgspec
import outcomes
import pytest

from stepdown.model.image import Tier
from stepdown.model.recipe import Channel, Remedy, RemedyKind
from stepdown.model.trial import (
    Blame,
    BuildFailed,
    CheckState,
    Finding,
    Outcome,
    Pace,
    Tally,
    Timing,
    Trial,
    Verdict,
)
from stepdown.report import findings_text, markdown, plan_text, text


def only(trial: Trial) -> Outcome:
    return outcomes.outcome(outcomes.baseline(outcomes.checks(outcomes.ALL_PASS)), trial)


def test_every_failed_rung_tells_cause_evidence_and_ways_out() -> None:
    finding = outcomes.MUSL_FINDING
    report = " ".join(text.render(only(outcomes.regression())).split())
    for said in (finding.title, finding.cause, finding.evidence, finding.remedies[0].text):
        assert said in report
    assert "the container's log" in report
    assert "At fault: the new base, not the edits." in report


def test_an_unknown_cause_has_no_id_and_no_invented_words() -> None:
    finding = Finding(
        breakage="unknown",
        title="No known cause",
        checks=(),
        channel=Channel.DAEMON,
        evidence="",
        cause="",
    )
    assert findings_text.render((finding,)) == "No known cause.\n"


def test_several_findings_are_counted() -> None:
    report = findings_text.render((outcomes.MUSL_FINDING, outcomes.MUSL_FINDING))
    assert report.startswith("1 of 2\n")
    assert "\n2 of 2\n" in report


def test_no_finding_is_not_an_all_clear() -> None:
    assert "no known cause matches" in findings_text.render(())


def test_a_build_that_ran_out_of_time_says_so() -> None:
    build = BuildFailed(reason="stopped after 1800 s", seconds=1800, timed_out=True)
    trial = msgspec.structs.replace(outcomes.not_built(), build=build, rewrite=outcomes.rewrite())
    report = text.render(only(trial))
    assert "The build failed: stopped after 1800 s. It ran out of time." in report
    assert "The log ends with" not in report


def test_the_end_of_a_long_log_is_shown_and_the_rest_counted() -> None:
    report = text.render(only(outcomes.not_built()))
    assert "… (6 earlier lines not shown)" in report
    assert "#6 step 6" not in report
    assert "runc run failed" in report


def test_a_try_that_a_later_one_repaired_is_numbered() -> None:
    first = msgspec.structs.replace(outcomes.regression(), attempt=1, applied=())
    report = text.render(outcomes.outcome(outcomes.baseline(()), first, outcomes.regression()))
    assert "Alpine: regression, try 1" in report
    assert "Alpine: regression, try 2" in report
    assert report.startswith("No smaller base was shown to work for node:24: alpine (regression).")


def test_blame_that_is_not_known_and_has_no_reason_is_not_mentioned() -> None:
    trial = msgspec.structs.replace(outcomes.regression(), blame=Blame.UNKNOWN, blame_reason="")
    assert "fault" not in text.render(only(trial))


def test_fewer_tests_on_the_candidate_are_told() -> None:
    tested = outcomes.check("command", CheckState.PASSED, "9 of 9", tests=Tally(passed=9, failed=0))
    trial = msgspec.structs.replace(
        outcomes.regression(), checks=(tested,), findings=(), reason="fewer tests ran"
    )
    report = " ".join(text.render(only(trial), verbose=True).split())
    assert "12 of 12 tests passed before, 9 of 9 tests passed after" in report


def test_tests_that_one_side_does_not_count_are_told() -> None:
    plain = outcomes.check("command", CheckState.PASSED, "exit 0")
    trial = msgspec.structs.replace(outcomes.regression(), checks=(plain,), findings=())
    report = " ".join(text.render(only(trial), verbose=True).split())
    assert "12 of 12 tests passed before, no tests counted after" in report


def test_a_command_that_counts_nothing_is_quoted() -> None:
    run = (outcomes.check("command", CheckState.PASSED, "ended with exit 0"),)
    trial = outcomes.works(Tier.SLIM, outcomes.SLIM, run)
    report = " ".join(
        text.render(outcomes.outcome(outcomes.baseline(run), trial, answer=0)).split()
    )
    assert "No test was counted: `node --test --test-reporter=tap` did not say how many" in report


def test_an_answer_without_any_check_says_that_there_is_none() -> None:
    trial = outcomes.works(Tier.SLIM, outcomes.SLIM, ())
    report = text.render(outcomes.outcome(outcomes.baseline(()), trial, answer=0))
    assert "No check was carried out." in report


def test_a_check_that_could_not_be_carried_out_is_evidence_of_nothing() -> None:
    broken = (outcomes.check("http", CheckState.BROKEN, "the port was taken"),)
    trial = outcomes.works(Tier.SLIM, outcomes.SLIM, broken)
    report = text.render(outcomes.outcome(outcomes.baseline(broken), trial, answer=0))
    assert "http, before: could not be carried out: the port was taken." in report
    assert "http, after: could not be carried out: the port was taken." in report


def test_every_name_of_a_remedy_and_a_test_reaches_the_reader_escaped() -> None:
    finding = msgspec.structs.replace(
        outcomes.MUSL_FINDING, title="<b>", evidence="```\n</details> | @ada #1"
    )
    trial = msgspec.structs.replace(outcomes.regression(), findings=(finding,), notes=("see @ada",))
    report = markdown.render(only(trial))
    assert "&lt;b&gt;" in report
    assert "````\n``` </details> | @ada #1\n````" in report
    assert "see @&#8203;ada" in report


@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_has_a_next_step_or_needs_none(verdict: Verdict) -> None:
    trial = msgspec.structs.replace(outcomes.regression(), verdict=verdict)
    assert "What to do next" in text.render(only(trial))


def test_red_without_tests_is_told_how_to_go_on() -> None:
    known = outcomes.facts(test="")
    base = outcomes.red().baseline
    report = text.render(outcomes.outcome(base, known=known))
    assert "Make the application start on the base of today" in report


def test_an_unknown_test_command_is_asked_for() -> None:
    base = outcomes.baseline(outcomes.checks())
    made = outcomes.outcome(base, outcomes.regression(), known=outcomes.facts(test=""))
    assert "name them: `--test CMD`." in text.render(made)


def test_a_plan_without_steps_and_facts_says_so() -> None:
    known = msgspec.structs.replace(
        outcomes.facts(test=""),
        language="",
        language_version="",
        ports=(),
        update_bot="",
        notes=("there are two lock files",),
    )
    target = msgspec.structs.replace(outcomes.target(), stage="runtime")
    report = " ".join(plan_text.render(outcomes.plan(known=known, where=target)).split())
    assert "stage runtime" in report
    assert "No smaller base is proposed." in report
    assert "Language: unknown" in report
    assert "no test command was found" in report
    assert "there are two lock files." in report


def test_a_test_command_without_a_source_and_a_hazard_without_advice() -> None:
    made = outcomes.failure().plan
    assert made.facts.test is not None
    known = msgspec.structs.replace(
        made.facts, test=msgspec.structs.replace(made.facts.test, source="")
    )
    step = made.steps[0]
    hazard = msgspec.structs.replace(step.candidate.hazards[0], advice="")
    candidate = msgspec.structs.replace(step.candidate, hazards=(hazard,), expected_packages=None)
    rewrite = msgspec.structs.replace(step.rewrite, edits=(), diff="", proposed=(), refusals=())
    plain = msgspec.structs.replace(step, candidate=candidate, rewrite=rewrite)
    report = plan_text.render(msgspec.structs.replace(made, facts=known, steps=(plain,)))
    assert "Tests: `node --test --test-reporter=tap`\n" in report
    assert "Hazard D01: src/mail.js line 12 calls `exec`.\n" in report
    assert "Edits:" not in report


def test_times_are_told_with_their_noise() -> None:
    made = outcomes.success()
    assert made.best is not None
    timing = Timing(
        what="the test command",
        pairs=12,
        before=0.5,
        after=2.0,
        ratio=4.0,
        low=3.5,
        high=4.5,
        noise_low=0.9,
        noise_high=1.1,
        pace=Pace.SLOWER,
    )
    best = msgspec.structs.replace(made.best, timings=(timing,))
    trials = tuple(best if one == made.best else one for one in made.trials)
    report = " ".join(text.render(msgspec.structs.replace(made, trials=trials)).split())
    assert "Time of the test command, 12 turns: 0.50 s before, 2.00 s after" in report
    assert "4.00 times as long (95 %: 3.50 to 4.50; the old base against itself: 0.90 to" in report
    assert "): slower." in report


def test_a_way_out_shows_what_it_adds_and_its_lines_for_one_dockerfile() -> None:
    data = Remedy(
        kind=RemedyKind.COPY_FILES, text="Copy it", apt=("tzdata",), paths=("/usr/share/zoneinfo/",)
    )
    variable = Remedy(
        kind=RemedyKind.SET_ENVIRONMENT, text="Set it", safe=True, environment={"LANG": "C.UTF-8"}
    )
    shown = Remedy(kind=RemedyKind.CGO_OFF, text="No cgo", lines=("+ENV CGO_ENABLED=0",))
    finding = msgspec.structs.replace(outcomes.MUSL_FINDING, remedies=(data, variable, shown))
    report = findings_text.render((finding,))
    assert "Copy it. (/usr/share/zoneinfo/)" in report
    assert "tzdata" not in report
    assert "Set it. (LANG=C.UTF-8)" in report
    assert "Way out 3, in this Dockerfile (only done with --unsafe-fixes):" in report
    assert "+ENV CGO_ENABLED=0" in report
