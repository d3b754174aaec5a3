import msgspec
import outcomes
import pytest

from stepdown.flow.migrate import smallest
from stepdown.model.image import Tier
from stepdown.model.surface import Known
from stepdown.model.trial import (
    BaselineVerdict,
    CheckRun,
    CheckState,
    Outcome,
    Tally,
    Verdict,
)
from stepdown.report import headline, ladder, markdown, text
from stepdown.report.request import title

DISTROLESS = "gcr.io/distroless/nodejs24-debian13:nonroot"


def with_checks(run: tuple[CheckRun, ...], candidates: tuple[CheckRun, ...]) -> Outcome:
    trial = outcomes.works(Tier.SLIM, outcomes.SLIM, candidates)
    return outcomes.outcome(outcomes.baseline(run), trial, answer=0)


def test_the_headline_is_made_of_facts_in_a_fixed_order() -> None:
    assert headline.headline(outcomes.success()) == (
        f"node:24 → {DISTROLESS} works: 12 of 12 tests passed on both. "
        "414 → 11 packages, 801 → 1 commands, shells 4 → 0, package managers 8 → 0, "
        "setuid 13 → 0, 1061.6 → 122.0 MB. Larger: binaries that belong to no package 1 → 3."
    )


def test_a_base_without_support_is_never_recommended() -> None:
    good = outcomes.success()
    assert good.best is not None
    old = msgspec.structs.replace(good.best.candidate, ended="2026-08-31")
    ended = msgspec.structs.replace(good.best, candidate=old)
    trials = tuple(ended if trial == good.best else trial for trial in good.trials)
    said = headline.claim(msgspec.structs.replace(good, trials=trials))
    assert "Not recommended: its security fixes ended on 2026-08-31" in said
    assert smallest(trials) not in (None, good.answer)
    assert smallest((ended,)) == 0


@pytest.mark.parametrize("verdict", [v for v in Verdict if v is not Verdict.WORKS])
def test_only_works_is_called_a_success(verdict: Verdict) -> None:
    good = outcomes.success()
    trials = tuple(msgspec.structs.replace(t, verdict=verdict) for t in good.trials)
    outcome = msgspec.structs.replace(good, trials=trials)
    for report in (text.render(outcome), markdown.render(outcome), title(outcome)):
        assert " works" not in report
        assert "→ distroless" not in report


@pytest.mark.parametrize("verdict", [BaselineVerdict.RED, BaselineVerdict.NOT_BUILT])
def test_beside_a_baseline_that_is_not_green_nothing_works(verdict: BaselineVerdict) -> None:
    good = outcomes.success()
    base = msgspec.structs.replace(good.baseline, verdict=verdict)
    outcome = msgspec.structs.replace(good, baseline=base)
    report = text.render(outcome)
    assert report.startswith("No claim is made")
    assert " works" not in report
    assert "no claim" in report


def test_no_evidence_makes_no_claim() -> None:
    outcome = outcomes.no_evidence()
    assert headline.headline(outcome) == (
        "No claim is made: nothing could be checked on any smaller base for node:24."
    )


def test_a_command_without_a_count_is_called_that() -> None:
    run = (
        outcomes.check("command", CheckState.PASSED, "ended with exit 0"),
        outcomes.check("start", CheckState.PASSED, "stayed up"),
    )
    assert "without a count of tests; start passed on both" in headline.claim(with_checks(run, run))


def test_a_run_of_no_tests_is_no_test() -> None:
    empty = Tally(passed=0, failed=0)
    run = (outcomes.check("start", CheckState.PASSED, "up", tests=empty),)
    claim = headline.claim(with_checks(run, run))
    assert "as far as can be told without tests: start passed on both." in claim
    assert "0 of 0" not in claim


def test_different_counts_are_both_told() -> None:
    def side(passed: int, skipped: int) -> tuple[CheckRun, ...]:
        tally = Tally(passed=passed, failed=0, skipped=skipped)
        return (outcomes.check("command", CheckState.PASSED, "", tests=tally),)

    claim = headline.claim(with_checks(side(12, 0), side(11, 1)))
    assert "12 of 12 tests passed before, 11 of 12 tests passed (1 skipped) after" in claim
    claim = headline.claim(with_checks(side(12, 0), ()))
    assert "12 of 12 tests passed before, unknown tests after" in claim


def test_nothing_checked_at_all_is_said() -> None:
    assert "without tests: nothing else was checked" in headline.claim(with_checks((), ()))


@pytest.mark.parametrize(
    ("key", "fact"),
    [
        ("os_packages", "packages 414 → unknown"),
        ("shells", "shells 4 → unknown"),
        ("size_visible", "size 1061.6 MB → unknown"),
    ],
)
def test_an_unknown_measure_is_unknown_in_the_headline(key: str, fact: str) -> None:
    before = outcomes.surface("a", outcomes.NODE_24)
    after = outcomes.unsure(outcomes.surface("b", outcomes.SLIM), key, Known.UNKNOWN, "no data")
    assert fact in headline.delta_facts(outcomes.delta(before, after))


def test_a_partial_measure_is_a_lower_bound() -> None:
    before = outcomes.surface("a", outcomes.NODE_24)
    after = outcomes.unsure(outcomes.surface("b", outcomes.SLIM), "shells", Known.PARTIAL, "cut")
    assert "shells 4 → ≥ 4" in headline.delta_facts(outcomes.delta(before, after))


def test_a_surface_that_was_not_measured_is_said() -> None:
    good = outcomes.success()
    trials = tuple(msgspec.structs.replace(t, delta=None, surface=None) for t in good.trials)
    outcome = msgspec.structs.replace(good, trials=trials)
    assert "The surface was not measured." in headline.headline(outcome)
    report = text.render(outcome)
    assert "Surface, before and after" not in report
    assert "12/12     -     -" in report


def test_rungs_above_the_answer_need_not_be_tried() -> None:
    good = outcomes.success()
    outcome = msgspec.structs.replace(good, trials=good.trials[:1])
    written = text.render(outcome)
    assert "alpine (node:24-alpine) was not tried: a smaller base works already." in written
    failed = msgspec.structs.replace(good.trials[0], verdict=Verdict.INCONCLUSIVE)
    outcome = msgspec.structs.replace(good, trials=(failed,), answer=None)
    assert "alpine (node:24-alpine) was not tried.\n" in text.render(outcome)


def test_a_digest_is_shortened_in_the_ladder_only() -> None:
    digest = f"sha256:{'ab' * 32}"
    assert ladder.short(f"node:24@{digest}") == "node:24@sha256:abababababab…"
    assert ladder.short("localhost:5000/node:24") == "localhost:5000/node:24"
