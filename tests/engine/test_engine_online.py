"""`plan --online`: what a registry says decides what is proposed, and nothing is pulled."""

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from registries import PASSWORD, Shelf, digest, serving, settings
from stories import make

if TYPE_CHECKING:
    from engines import Engines

pytest_plugins = ["engines"]
pytestmark = pytest.mark.engine
RUNG = """
[[rungs]]
tier = "{tier}"
image = "{host}/{name}:{{version}}"
tags = '(?P<version>\\d+)'
libc = "glibc"
shell = true
package_manager = "apt"
reason = "The team's own."
evidence = "The team, 2026-11."
"""


def recipes(folder: Path, host: str, far: str) -> Path:
    folder.mkdir()
    text = f'name = "team"\nlanguage = ""\nrepositories = ["{host}/big", "{far}/small"]\n'
    text += RUNG.format(tier="full", host=host, name="big")
    text += RUNG.format(tier="slim", host=far, name="small")
    (folder / "team.toml").write_text(text)
    return folder


def planned(
    engines: "Engines", tmp_path: Path, shelf: Shelf, base: str, password: str = ""
) -> dict[str, Any]:
    with serving(shelf) as host:
        login = settings(tmp_path / "docker", host, password, "credHelpers") if password else {}
        text = f'FROM {host}/big:1{base}\nCMD ["sleep", "9"]\n'
        repository = make(tmp_path / "r", Dockerfile=text)
        own = recipes(tmp_path / "own", host, host)
        words = ["plan", repository, "--online", "--json", "--recipes", own]
        said = subprocess.run(
            [sys.executable, "-m", "stepdown", *map(str, words)],
            check=True,
            capture_output=True,
            text=True,
            env={**engines.environment(), **login},
            timeout=120,
        )
    assert not [path for path in shelf.asked if "/blobs/sha256:0000" in path]
    plan: dict[str, Any] = json.loads(said.stdout)
    return plan


def test_a_pinned_base_gets_a_pinned_candidate(engines: "Engines", tmp_path: Path) -> None:
    shelf = Shelf("amd64", "arm64")
    plan = planned(engines, tmp_path, shelf, f"@sha256:{'0' * 64}")
    (step,) = plan["steps"]
    assert step["candidate"]["image"].endswith(f"/small:1@{digest(shelf.index)}")
    assert f"small:1@{digest(shelf.index)}" in step["rewrite"]["text"]
    assert any("MB to download" in reason for reason in step["candidate"]["reasons"])


def test_a_platform_that_the_candidate_lacks(engines: "Engines", tmp_path: Path) -> None:
    plan = planned(engines, tmp_path, Shelf("s390x"), "")
    assert plan["steps"] == []
    assert any("only for linux/s390x" in one["reason"] for one in plan["skipped"])


def test_a_tag_that_does_not_exist(engines: "Engines", tmp_path: Path) -> None:
    shelf = Shelf("amd64")
    del shelf.kinds["1"]
    plan = planned(engines, tmp_path, shelf, "")
    assert plan["steps"] == []
    assert any("has no such image" in one["reason"] for one in plan["skipped"])


def test_a_private_registry_without_credentials(engines: "Engines", tmp_path: Path) -> None:
    plan = planned(engines, tmp_path, Shelf("amd64", private=True), "")
    assert plan["steps"] == []
    assert any("docker login" in one["reason"] for one in plan["skipped"])


def test_a_private_registry_with_the_users_credentials(engines: "Engines", tmp_path: Path) -> None:
    plan = planned(engines, tmp_path, Shelf("amd64", private=True), "", PASSWORD)
    (step,) = plan["steps"]
    assert any("MB to download" in reason for reason in step["candidate"]["reasons"])


def test_a_private_registry_with_wrong_credentials(engines: "Engines", tmp_path: Path) -> None:
    plan = planned(engines, tmp_path, Shelf("amd64", private=True), "", "wrong")
    assert plan["steps"] == []
    (said,) = [one["reason"] for one in plan["skipped"] if "docker login" in one["reason"]]
    assert "wrong" not in said


def test_a_platform_that_a_private_candidate_lacks(engines: "Engines", tmp_path: Path) -> None:
    plan = planned(engines, tmp_path, Shelf("s390x", private=True), "", PASSWORD)
    assert plan["steps"] == []
    assert any("only for linux/s390x" in one["reason"] for one in plan["skipped"])
