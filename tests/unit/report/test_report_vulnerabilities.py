"""What a report says of known vulnerabilities, and never says without ground."""

from collections.abc import Callable

import msgspec
import outcomes
import pytest
from outcomes_scanned import NEW, OLD, scanned

from stepdown.measure.vulnerabilities.delta import delta
from stepdown.model.surface import Known
from stepdown.model.trial import Outcome
from stepdown.report import markdown, text, vulnerabilities


def cells(written: str, title: str) -> list[str]:
    line = next(line for line in written.splitlines() if line.strip().startswith(title + "  "))
    return line.strip().removeprefix(title).split()


def test_one_scan_counts_each_kind_apart() -> None:
    written = vulnerabilities.scan_text(OLD, verbose=True)
    assert "By trivy 0.74.0, data of 2026-11-21; 2 of 2 packages judged." in written
    assert cells(written, "Fixable") == ["2"]
    assert cells(written, "Fixable, high") == ["2"]
    assert cells(written, "Without a fix") == ["1"]
    assert cells(written, "Unimportant to the distribution") == ["1"]
    assert cells(written, "Ruled out by a statement") == ["1"]
    assert "known to be exploited" in written
    assert "CVE-2024-5535" in written
    assert "vulnerable_code_not_present" in written
    assert "Debian also lists what it has not fixed." in written


def test_an_unknown_scan_has_no_number_and_says_why() -> None:
    unknown = msgspec.structs.replace(
        OLD, known=Known.UNKNOWN, reasons=("trivy saw 0 of 2 packages",)
    )
    written = vulnerabilities.scan_text(unknown)
    assert cells(written, "Fixable") == ["unknown"]
    assert "Unknown: trivy saw 0 of 2 packages." in written
    assert "What was seen nevertheless: 4 vulnerabilities." in written


def test_a_partial_scan_is_a_lower_bound() -> None:
    partial = msgspec.structs.replace(OLD, known=Known.PARTIAL, reasons=("One is undecided.",))
    written = vulnerabilities.scan_text(partial)
    assert cells(written, "Fixable") == ["≥", "2"]
    assert "At least: One is undecided." in written


def test_the_difference_names_what_is_new_first() -> None:
    written = vulnerabilities.delta_text(delta(OLD, NEW), verbose=True)
    assert cells(written, "Fixable vulnerabilities") == ["2", "2", "same"]
    assert cells(written, "Fixable, low") == ["0", "1", "▲", "LARGER"]
    new = written.index("CVE-2026-0001")
    assert new < written.index("Fixable vulnerabilities")
    assert "Gone: CVE-2021-23337" in written
    assert "Undecided, after: DSA-1 odd x: No version." in written


def test_without_ground_the_difference_is_not_claimed() -> None:
    other = msgspec.structs.replace(NEW, scanner="grype 1.0")
    written = vulnerabilities.delta_text(delta(OLD, other), verbose=True)
    assert "No difference is claimed. Two scanners do not compare" in written
    assert cells(written, "Fixable vulnerabilities") == ["2", "2", "not", "comparable"]
    assert "New with" not in written


def test_alpine_is_said_to_list_no_unfixed_ones() -> None:
    alpine = msgspec.structs.replace(NEW, system="alpine")
    written = " ".join(vulnerabilities.delta_text(delta(OLD, alpine)).split())
    assert "Alpine publishes no unfixed list; this row is not comparable." in written
    assert "because distributions name packages otherwise" in written


@pytest.mark.parametrize("render", [text.render, markdown.render])
def test_the_report_on_a_run_has_the_section_only_where_somebody_asked(
    render: Callable[[Outcome], str],
) -> None:
    assert "Known vulnerabilities" in render(scanned())
    assert "Known vulnerabilities" not in render(outcomes.success())
    failed = msgspec.structs.replace(outcomes.failure(), scan=OLD)
    assert "By trivy 0.74.0" in render(failed)


def test_vulnerabilities_do_not_change_what_is_claimed() -> None:
    worse = msgspec.structs.replace(scanned(), scans=delta(NEW, OLD))
    assert text.render(worse).splitlines()[0] == text.render(outcomes.success()).splitlines()[0]
