"""News among unresolved files: against the baseline and against the pristine base."""

from stepdown.model.trial import CheckState
from stepdown.rootfs.problems import Problem, ProblemKind
from stepdown.verify import elf
from stepdown.verify.elf import Scan


def problem(path: str, kind: ProblemKind = ProblemKind.MISSING_LIBRARY, name: str = "x") -> Problem:
    return Problem(path=path, kind=kind, name=name)


def scan(*problems: Problem) -> Scan:
    return Scan(problems=problems)


def test_only_what_is_new_is_news() -> None:
    old, own, new = problem("/old"), problem("/base"), problem("/new")
    assert elf.news(scan(old, own, new), scan(old), scan(own)) == (new,)


def test_the_check_quotes_the_first_and_counts_the_rest() -> None:
    run = elf.check((problem("/a"), problem("/b")), 7)
    assert run.state is CheckState.FAILED
    assert "/a" in run.summary
    assert "1 more" in run.summary
    assert elf.check((), 7).state is CheckState.PASSED
