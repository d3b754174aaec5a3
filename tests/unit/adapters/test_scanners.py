"""Scanners as programs: what they print comes back, and every failure becomes a sentence."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from stepdown.adapters.runs import Home, Run, open_run
from stepdown.adapters.scanners import ReportFile, installed, open_scanner
from stepdown.errors import UsageError
from stepdown.ports import ScannerReport

SYSTEM = "/usr/bin:/bin"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    with open_run(Home(tmp_path / "cache", tmp_path / "state")) as opened:
        yield opened


def program(folder: Path, name: str, script: str) -> str:
    """Put a shell script on a path of its own; return that path."""
    folder.mkdir(exist_ok=True)
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return f"{folder}:{SYSTEM}"


def scan(run: Run, name: str, path: str, timeout: float = 30) -> ScannerReport:
    return open_scanner(name, run, timeout=timeout, path=path).scan("app:private")


def test_each_scanner_is_called_for_the_image_and_its_words_come_back(
    run: Run, tmp_path: Path
) -> None:
    script = 'printf "%s\\n" "$*"; echo noise >&2'
    path = program(tmp_path / "bin", "trivy", script)
    for name in ("grype", "osv-scanner", "docker"):
        program(tmp_path / "bin", name, script)
    trivy = scan(run, "trivy", path)
    assert trivy.document == (
        b"image --quiet --format json --list-all-pkgs --scanners vuln "
        b"--image-src docker,podman app:private\n"
    )
    assert trivy.about == b"version --format json\n"
    assert scan(run, "grype", path).document == b"docker:app:private --quiet --output json\n"
    osv = scan(run, "osv-scanner", path)
    assert osv.document == b"scan image --format json --all-packages app:private\n"
    scout = scan(run, "docker-scout", path)
    assert scout.document == b"scout cves --format sarif local://app:private\n"
    assert scout.packages == b"scout sbom --format json local://app:private\n"
    assert {one.failure for one in (trivy, osv, scout)} == {""}
    assert trivy.asked


def test_a_large_report_without_line_ends_comes_back_whole(run: Run, tmp_path: Path) -> None:
    code = "import json; print(json.dumps({'x': 'y' * 3_000_000}), end='')"
    path = program(tmp_path / "bin", "grype", f'"{sys.executable}" -c "{code}"')
    assert len(json.loads(scan(run, "grype", path).document)["x"]) == 3_000_000


@pytest.mark.parametrize(
    ("name", "script", "why"),
    [
        ("trivy", "echo no space left >&2; exit 1", "trivy failed with exit code 1: no space left"),
        ("trivy", "exit 3", "trivy failed with exit code 3."),
        ("grype", "exit 1", "grype failed with exit code 1."),
        ("grype", "kill -9 $$", "grype failed with exit code -9."),
        ("osv-scanner", "exit 127", "osv-scanner failed with exit code 127."),
        ("osv-scanner", "exit 128", "osv-scanner found no packages in the image."),
        ("trivy", ":", "trivy printed nothing."),
        ("grype", "echo '{'; sleep 60", "grype did not end within 1 seconds."),
    ],
)
def test_a_failure_says_what_went_wrong(
    run: Run, tmp_path: Path, name: str, script: str, why: str
) -> None:
    report = scan(run, name, program(tmp_path / "bin", name, script), timeout=1)
    assert report.failure == why
    assert report.document == b""


@pytest.mark.parametrize(("name", "code"), [("osv-scanner", 1), ("grype", 2)])
def test_findings_are_no_failure(run: Run, tmp_path: Path, name: str, code: int) -> None:
    path = program(tmp_path / "bin", name, f"echo '[]'; exit {code}")
    assert (scan(run, name, path).failure, scan(run, name, path).document) == ("", b"[]\n")


def test_a_second_question_that_fails_is_a_failure(run: Run, tmp_path: Path) -> None:
    path = program(tmp_path / "bin", "trivy", 'test "$1" = image || exit 4; echo "{}"')
    assert scan(run, "trivy", path).failure == "trivy failed with exit code 4."


def test_a_scanner_that_is_not_installed(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="trivy is not installed"):
        open_scanner("trivy", run, timeout=1, path=str(tmp_path / "empty"))


def test_the_first_installed_scanner_is_taken(tmp_path: Path) -> None:
    assert installed(str(tmp_path)) == ""
    folder = tmp_path / "bin"
    for name in ("docker", "osv-scanner", "grype"):
        program(folder, name, ":")
    assert installed(str(folder)) == "grype"


def test_a_report_from_elsewhere(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(b"{}")
    assert ReportFile(file).scan("app") == ScannerReport(scanner="", document=b"{}")
    with pytest.raises(UsageError, match=r"missing\.json cannot be read"):
        ReportFile(tmp_path / "missing.json")
