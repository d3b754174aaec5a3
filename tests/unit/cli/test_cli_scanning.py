"""The flags of a scan: which go together, and which files are no use."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from stepdown.adapters.runs import Home, Run, open_run
from stepdown.adapters.scanners import PROGRAMS
from stepdown.cli.forms import form_of
from stepdown.cli.options import REPORTS, SCANNERS
from stepdown.cli.scanning import Scanning
from stepdown.errors import UsageError


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    with open_run(Home(tmp_path / "cache", tmp_path / "state")) as opened:
        yield opened


def file(folder: Path, name: str, content: str) -> Path:
    (folder / name).write_text(content)
    return folder / name


def test_every_scanner_has_its_flag() -> None:
    assert set(SCANNERS) == {*PROGRAMS, "osv", "auto", "none"}


def test_nobody_is_asked_by_default(run: Run) -> None:
    assert Scanning().examiners(run, 2) == (None, None)


def test_one_report_for_each_image_in_their_order(run: Run, tmp_path: Path) -> None:
    files = file(tmp_path, "a.json", "A"), file(tmp_path, "b.json", "B")
    first, second = Scanning(reports=files).examiners(run, 2)
    assert first is not None
    assert second is not None
    assert first.scanner is not None
    assert second.scanner is not None
    assert first.scanner.scan("x").document == b"A"
    assert second.scanner.scan("x").document == b"B"


def test_two_images_share_one_source(run: Run, tmp_path: Path) -> None:
    file(tmp_path, "one.json", '{"id": "DSA-1"}')
    first, second = Scanning(osv=tmp_path).examiners(run, 2)
    assert first is second
    assert first is not None
    assert first.advisories is not None


@pytest.mark.parametrize("name", ["osv", "auto"])
def test_the_embedded_source_needs_no_program(
    run: Run, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    (found,) = Scanning(scanner=name).examiners(run, 1)
    assert found is not None
    assert found.advisories is not None


def test_a_list_of_exploited_vulnerabilities_and_statements_are_read(
    run: Run, tmp_path: Path
) -> None:
    kev = file(tmp_path, "kev.json", '{"vulnerabilities": [{"cveID": "CVE-1"}]}')
    vex = file(
        tmp_path,
        "vex.json",
        '{"@context": "https://openvex.dev/ns", "statements":'
        ' [{"vulnerability": "CVE-1", "status": "fixed"}]}',
    )
    (found,) = Scanning(scanner="osv", kev=kev, vex=(vex, vex)).examiners(run, 1)
    assert found is not None
    assert found.exploited == frozenset(("CVE-1",))
    assert len(found.rulings) == 2


HERE = Path(__file__)


@pytest.mark.parametrize(
    ("flags", "why"),
    [
        ({"scanner": "trivy", "reports": (HERE,)}, "is a scan already"),
        ({"osv": HERE, "reports": (HERE,)}, "is a scan already"),
        ({"reports": (HERE, HERE)}, "2 times for 1 images"),
        ({"scanner": "grype", "osv": HERE}, "does not go with --scanner grype"),
        ({"kev": HERE}, "there is none"),
        ({"vex": (HERE,)}, "there is none"),
        ({"scanner": "osv", "kev": HERE}, "no catalogue"),
        ({"scanner": "osv", "vex": (HERE,)}, "no OpenVEX"),
        ({"scanner": "osv", "kev": HERE.parent / "missing"}, "cannot be read"),
        ({"reports": (HERE.parent / "missing",)}, "cannot be read"),
        ({"osv": HERE.parent / "missing"}, "holds no advisories"),
    ],
)
def test_wrong_flags_are_refused(run: Run, flags: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        Scanning(**flags).examiners(run, 1)


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("a.md", "md"),
        ("a.json", "json"),
        ("a.cdx.json", "cyclonedx"),
        ("a.spdx.json", "spdx"),
        ("a.sarif", "sarif"),
        ("junit.xml", "junit"),
        ("a.txt", "text"),
        ("a.pdf", ""),
        ("md", ""),
    ],
)
def test_the_form_of_a_file(name: str, form: str) -> None:
    assert form_of(Path(name)) == form
    assert not form or form in REPORTS
