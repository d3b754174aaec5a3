"""Batches of all repositories of an owner: what is taken, and what is left out and why."""

from collections.abc import Iterator

import pytest
from fakeforges.core import TOKEN, Fake, Repo, serving
from fakeforges.gitea import Gitea

from stepdown.cli.batchforge import Source
from stepdown.cli.batchselect import select
from stepdown.errors import ForgeError, UsageError


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fake]:
    with serving(Gitea()) as running:
        running.owned = [Repo(f"{running.owner}/r{number}") for number in range(5)]
        running.owned[1].archived = True
        running.owned[2].parent = "other/r2"
        running.owned[3].empty = True
        running.repos |= {one.name: one for one in running.owned}
        monkeypatch.setenv("STEPDOWN_GITEA_TOKEN", TOKEN)
        yield running
    assert running.problems == []


def source(fake: Fake, *owners: str) -> Source:
    return Source(owners=owners or (f"forgejo:{fake.asked_owner}",), root=fake.root)


def names(urls: list[str]) -> list[str]:
    return [url.rpartition("/")[2].removesuffix(".git") for url in urls]


def test_each_is_taken_or_left_out_with_the_reason(fake: Fake) -> None:
    chosen = select((), (), (), source(fake))
    assert names([entry.repository for entry in chosen.entries]) == ["r0", "r4"]
    assert {entry.base for entry in chosen.entries} == {"main"}
    why = dict(zip(names([e.repository for e, _ in chosen.skipped]), chosen.skipped, strict=True))
    assert {name: reason for name, (_, reason) in why.items()} == {
        "r1": "It is archived.",
        "r2": "It is a fork: the original is the place for a change.",
        "r3": "It is empty.",
    }


def test_patterns_hold_for_what_is_left_out_too(fake: Fake) -> None:
    chosen = select((), ("*/r[03]",), (), source(fake))
    assert names([entry.repository for entry in chosen.entries]) == ["r0"]
    assert names([entry.repository for entry, _ in chosen.skipped]) == ["r3"]


def test_a_token_that_is_refused_is_not_shown(fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STEPDOWN_GITEA_TOKEN", "not-the-token")
    with pytest.raises(ForgeError) as caught:
        select((), (), (), source(fake))
    assert "not-the-token" not in f"{caught.value} {caught.value.details} {caught.value.hint}"


@pytest.mark.parametrize("word", ["acme", "github:", "sourceforge:acme"])
def test_words_that_name_no_owner(fake: Fake, word: str) -> None:
    with pytest.raises(UsageError, match="names no forge and owner"):
        select((), (), (), source(fake, word))
