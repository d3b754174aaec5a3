"""From observations to a verdict: never green without evidence, never red by chance."""

import pytest

from stepdown.model.recipe import Channel
from stepdown.model.trial import BaselineVerdict, CheckRun, CheckState, Finding, Tally, Verdict
from stepdown.verify import judge
from stepdown.verify.compare import Difference, differences
from stepdown.verify.judge import Rerun, fisher


def run(check: str, state: CheckState = CheckState.PASSED, **more: object) -> CheckRun:
    return CheckRun(check=check, state=state, summary=f"{check} {state}", **more)  # type: ignore[arg-type]


def finding(check: str, *, deterministic: bool) -> Finding:
    return Finding(
        breakage="A01",
        title="t",
        checks=(check,),
        channel=Channel.LOG,
        evidence="e",
        cause="c",
        deterministic=deterministic,
    )


PASSED, FAILED = CheckState.PASSED, CheckState.FAILED
BROKEN, ABSENT = CheckState.BROKEN, CheckState.ABSENT


class TestDifferences:
    def test_two_equal_sides_do_not_differ(self) -> None:
        sides = (run("command", tests=Tally(passed=3, failed=0)), run("http", facts=(("a", "b"),)))
        assert differences(sides, sides) == ()

    @pytest.mark.parametrize(("after", "sure"), [(FAILED, True), (ABSENT, True), (BROKEN, False)])
    def test_what_passed_must_pass(self, after: CheckState, sure: bool) -> None:  # noqa: FBT001
        (found,) = differences((run("command"),), (run("command", after),))
        assert found.sure is sure

    @pytest.mark.parametrize("before", [FAILED, ABSENT, BROKEN])
    def test_what_did_not_pass_before_says_nothing(self, before: CheckState) -> None:
        assert differences((run("http", before),), (run("http", FAILED),)) == ()

    def test_a_check_that_could_not_be_tried_is_a_difference(self) -> None:
        (found,) = differences((run("http"),), (run("start", PASSED),))
        assert found.check == "http"

    def test_fewer_tests_are_a_difference(self) -> None:
        before = run("command", tests=Tally(passed=3, failed=0))
        fewer = run("command", tests=Tally(passed=2, failed=0))
        skipped = run("command", tests=Tally(passed=2, failed=0, skipped=1))
        uncounted = run("command")
        for after in (fewer, skipped, uncounted):
            assert differences((before,), (after,))
        assert differences((before,), (run("command", tests=Tally(passed=4, failed=0)),)) == ()

    def test_facts_are_compared_unless_they_change_by_themselves(self) -> None:
        before = run("http", facts=(("body", "x"), ("status", "200")))
        assert differences((before,), (run("http", facts=(("body", "y"), ("status", "200"))),))
        assert differences((before,), (run("http", facts=(("body", "x"),)),))
        volatile = run("http", facts=(("body", "changes"), ("status", "200")))
        assert differences((volatile,), (before,)) == ()
        assert differences((before,), (volatile,))

    def test_a_check_of_the_candidate_alone(self) -> None:
        assert differences((), (run("audit", FAILED),))[0].sure
        assert not differences((), (run("audit", BROKEN),))[0].sure
        assert differences((), (run("audit"), run("x", ABSENT))) == ()


class TestBaselines:
    def test_green(self) -> None:
        verdict, reason = judge.baseline((run("command"), run("start")), (True, True))
        assert verdict is BaselineVerdict.GREEN
        assert "command" in reason

    def test_red_tests_make_no_claim(self) -> None:
        verdict, reason = judge.baseline((run("command", FAILED), run("start")), (False, False))
        assert verdict is BaselineVerdict.RED
        assert "they fail" in reason

    def test_flaky_tests_make_no_claim(self) -> None:
        verdict, reason = judge.baseline((run("command"),), (True, False))
        assert verdict is BaselineVerdict.RED
        assert "1 of 2 runs passed" in reason

    def test_a_command_that_ran_no_test_makes_no_claim(self) -> None:
        assert judge.baseline((run("command", BROKEN),), ())[0] is BaselineVerdict.RED

    def test_without_tests_it_must_start(self) -> None:
        verdict, reason = judge.baseline((run("start"),), ())
        assert verdict is BaselineVerdict.GREEN
        assert "weak" in reason
        verdict, reason = judge.baseline((run("start", FAILED), run("contract")), ())
        assert verdict is BaselineVerdict.RED
        assert judge.baseline((), ())[0] is BaselineVerdict.RED


class TestCandidates:
    def verdict(
        self,
        *differing: Difference,
        findings: tuple[Finding, ...] = (),
        reruns: tuple[Rerun, ...] = (),
    ) -> Verdict:
        checks = (run("command"),)
        return judge.candidate(checks, checks, differing, findings, reruns)[0]

    def test_works_needs_evidence_on_both_sides(self) -> None:
        assert self.verdict() is Verdict.WORKS
        only_static = (run("contract"), run("elf"))
        assert judge.candidate(only_static, only_static, (), (), ())[0] is Verdict.NO_EVIDENCE
        red_before = (run("command", FAILED),)
        green_after = (run("command"),)
        assert judge.candidate(red_before, green_after, (), (), ())[0] is Verdict.NO_EVIDENCE

    def test_weak_evidence_is_called_weak(self) -> None:
        checks = (run("start"),)
        verdict, reason = judge.candidate(checks, checks, (), (), ())
        assert verdict is Verdict.WORKS
        assert "weak" in reason

    def test_a_proven_cause_is_a_regression(self) -> None:
        worse = Difference(check="command", reason="r")
        sure = finding("command", deterministic=True)
        assert self.verdict(worse, findings=(sure,)) is Verdict.REGRESSION
        elsewhere = finding("http", deterministic=True)
        assert self.verdict(worse, findings=(elsewhere,)) is Verdict.INCONCLUSIVE

    @pytest.mark.parametrize("check", ["elf", "contract", "audit"])
    def test_a_static_difference_is_a_regression(self, check: str) -> None:
        assert self.verdict(Difference(check=check, reason="r")) is Verdict.REGRESSION

    def test_what_could_not_be_checked_is_inconclusive(self) -> None:
        unsure = Difference(check="audit", reason="r", sure=False)
        assert self.verdict(unsure) is Verdict.INCONCLUSIVE

    @pytest.mark.parametrize(
        ("runs", "before", "after", "verdict"),
        [
            (4, 0, 4, Verdict.REGRESSION),
            (3, 0, 3, Verdict.INCONCLUSIVE),
            (4, 1, 4, Verdict.INCONCLUSIVE),
            (4, 0, 2, Verdict.INCONCLUSIVE),
            (8, 0, 6, Verdict.INTERMITTENT),
        ],
    )
    def test_chance_is_ruled_out(
        self, runs: int, before: int, after: int, verdict: Verdict
    ) -> None:
        counted = Rerun(check="command", runs=runs, baseline_bad=before, candidate_bad=after)
        worse = Difference(check="command", reason="r")
        assert self.verdict(worse, reruns=(counted,)) is verdict

    def test_fisher_is_the_tabulated_value(self) -> None:
        sure = Rerun(check="c", runs=4, baseline_bad=0, candidate_bad=4)
        assert fisher(sure) == pytest.approx(0.0142857, abs=1e-6)
