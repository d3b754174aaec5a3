"""A plan that was agreed to, kept and done again."""

from pathlib import Path

import msgspec
import pytest

from stepdown.cli.saved import as_bytes, load, renewed
from stepdown.errors import UsageError
from stepdown.model.facts import Facts, Target
from stepdown.model.gate import Gate, Waiver
from stepdown.model.image import Tier
from stepdown.model.plan import Plan, Policy

TARGET = Target(
    repository="/r",
    commit="c",
    dockerfile="Dockerfile",
    context=".",
    text="FROM node:24\n",
    stage="",
    base="node:24",
    base_line=1,
    family="node",
    tier=Tier.FULL,
)
POLICY = Policy(environment=(("A", "1"), ("TOKEN", "hidden")), private=("TOKEN",))
PLAN = Plan(target=TARGET, facts=Facts(), policy=POLICY, steps=())


def kept(tmp_path: Path) -> Path:
    path = tmp_path / "plan.json"
    path.write_bytes(as_bytes(PLAN))
    return path


def test_private_values_are_not_written(tmp_path: Path) -> None:
    path = kept(tmp_path)
    assert "hidden" not in path.read_text("utf-8")
    assert load(path).policy.environment == (("A", "1"), ("TOKEN", ""))


def test_they_come_from_the_environment_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kept(tmp_path)
    later = msgspec.structs.replace(TARGET, commit="d")
    monkeypatch.setenv("TOKEN", "hidden")
    what = renewed(load(path), later, path, Policy())
    assert what == msgspec.structs.replace(PLAN, target=later)


def test_one_that_is_not_set_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = kept(tmp_path)
    monkeypatch.delenv("TOKEN", raising=False)
    with pytest.raises(UsageError, match="TOKEN is not set"):
        renewed(load(path), TARGET, path, Policy())


def test_another_dockerfile_is_an_error(tmp_path: Path) -> None:
    path = kept(tmp_path)
    other = msgspec.structs.replace(TARGET, text="FROM node:22\n")
    with pytest.raises(UsageError, match="not what it was"):
        renewed(load(path), other, path, Policy())


def test_gates_and_waivers_are_those_of_today(tmp_path: Path) -> None:
    old, new = (
        Gate(id="forbid.shell", measure="shells"),
        Gate(id="max.commands", measure="commands"),
    )
    waiver = Waiver(gate="forbid.shell", reason="for now", expires="2026-11-30")
    then = Policy(gates=(old,), waivers=(waiver,), day="2026-11-01")
    path = tmp_path / "plan.json"
    path.write_bytes(as_bytes(msgspec.structs.replace(PLAN, policy=then)))
    now = Policy(gates=(new, old), day="2027-01-01")
    policy = renewed(load(path), TARGET, path, now).policy
    assert (policy.gates, policy.waivers, policy.day) == ((new, old), (), "2027-01-01")
    kept = renewed(load(path), TARGET, path, Policy()).policy
    assert (kept.gates, kept.waivers) == ((old,), ())


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"\xff", b'{"target": 1}'])
def test_what_is_no_plan(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "plan.json"
    path.write_bytes(content)
    with pytest.raises(UsageError):
        load(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        load(tmp_path / "none.json")
