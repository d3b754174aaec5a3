"""Looking for vulnerabilities of the old image and of the answer, without a say in the verdict."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from stepdown.flow import record
from stepdown.flow.examine import Examiner, examined
from stepdown.measure.vulnerabilities.statements import Statement
from stepdown.model.advisory import Advisory, Affected, Event, Feed, Query, Range, Subject
from stepdown.model.events import Event as Happening
from stepdown.model.events import StepFinished
from stepdown.model.surface import Known
from stepdown.model.trial import Outcome
from stepdown.model.vulnerability import Component, Inventory
from stepdown.ports import Advisories, Scanner, ScannerReport

SAVED = (Path(__file__).parents[1] / "record" / "outcome.json").read_bytes()
OPENSSL = Component(
    kind="deb", name="libssl3", version="3.0.15", purl="pkg:deb/debian/libssl3@3.0.15",
    source="openssl", source_version="3.0.15",
)  # fmt: skip
DAY = date(2026, 11, 22)


class One(Advisories):
    """Knows one vulnerability of openssl, for whoever asks."""

    def fetch(self, queries: tuple[Query, ...]) -> Feed:
        affected = Affected(
            package=Subject(name="openssl", ecosystem="Debian:12"),
            ranges=(Range(type="ECOSYSTEM", events=(Event(introduced="0"), Event(fixed="9.0-1"))),),
        )
        found = Advisory(id="DEBIAN-CVE-2024-6119", affected=(affected,))
        return Feed(source="one", data="1", advisories=((found,),) * len(queries))


class Broken(Scanner):
    def scan(self, image: str) -> ScannerReport:
        return ScannerReport(scanner="trivy", failure=f"trivy failed on {image}.")


def listed(name: str, *components: Component) -> Inventory:
    return Inventory(image=name, system="debian", release="12", components=components)


@pytest.fixture
def outcome() -> Outcome:
    saved = record.from_json(SAVED)
    assert saved.answer is not None
    trials = list(saved.trials)
    trials[saved.answer] = msgspec.structs.replace(
        trials[saved.answer], inventory=listed("new"), surface=saved.baseline.surface
    )
    return msgspec.structs.replace(
        saved,
        baseline=msgspec.structs.replace(saved.baseline, inventory=listed("old", OPENSSL)),
        trials=tuple(trials),
    )


def test_both_images_are_compared_and_the_answer_stays(outcome: Outcome) -> None:
    happened: list[Happening] = []
    found = examined(outcome, Examiner(today=DAY, advisories=One()), happened.append)
    assert found.scans is not None
    assert [one.id for one in found.scans.gone] == ["CVE-2024-6119"]
    assert found.answer == outcome.answer
    assert [trial.verdict for trial in found.trials] == [t.verdict for t in outcome.trials]
    ends = [event.summary for event in happened if isinstance(event, StepFinished)]
    assert ends == ["1 fixable, 0 without a fix", "0 fixable, 0 without a fix"]
    assert record.from_json(record.to_json(found)) == found


def test_a_scanner_that_fails_leaves_the_answer_and_says_unknown(outcome: Outcome) -> None:
    happened: list[Happening] = []
    found = examined(outcome, Examiner(today=DAY, scanner=Broken()), happened.append)
    assert found.scans is not None
    assert (found.scans.comparable, found.scans.before.known) == (False, Known.UNKNOWN)
    assert found.best == outcome.best
    ends = [event.summary for event in happened if isinstance(event, StepFinished)]
    assert all(summary.startswith("trivy failed on ") for summary in ends)


def test_without_an_answer_the_old_image_is_looked_at(outcome: Outcome) -> None:
    unanswered = msgspec.structs.replace(outcome, answer=None)
    found = examined(unanswered, Examiner(today=DAY, advisories=One()), lambda _: None)
    assert found.scans is None
    assert found.scan is not None
    assert [one.id for one in found.scan.fixable] == ["CVE-2024-6119"]


def test_lists_and_statements_are_applied(outcome: Outcome) -> None:
    ruling = Statement(
        vulnerabilities=frozenset(("CVE-2024-6119",)),
        status="not_affected",
        products=(("pkg:deb/debian/openssl", ()),),
        reason="not_affected",
    )
    examiner = Examiner(
        today=DAY, advisories=One(), exploited=frozenset(("CVE-2024-6119",)), rulings=(ruling,)
    )
    found = examined(msgspec.structs.replace(outcome, answer=None), examiner, lambda _: None)
    assert found.scan is not None
    (one,) = found.scan.vulnerabilities
    assert (one.exploited, one.suppressed) == (True, "not_affected")
    assert found.scan.fixable == ()


def test_an_examiner_without_a_source_says_unknown(outcome: Outcome) -> None:
    surface = outcome.baseline.surface
    assert surface is not None
    scan = Examiner(today=DAY).examine("x", listed("old", OPENSSL), surface)
    assert (scan.known, scan.reasons) == (Known.UNKNOWN, ("Nobody was asked.",))
