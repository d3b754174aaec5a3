"""One story, told on every forge through the ports: a merge request from its start to its end."""

import msgspec
import pytest
from fakeforges.core import ME, Fake, Repo
from fakeforges.stage import Stage

from stepdown.errors import ForgeError
from stepdown.model.request import NewRequest, RequestState, in_fork
from stepdown.ports import Forge

pytest_plugins = ("fakeforges.fixtures",)
BRANCH = "stepdown/dockerfile"
BODY = "Smaller by 80 %.\n\n| a | b |\n|---|---|\n| ä | 1 |\n\n<!-- stepdown -->"
NEW = NewRequest(source=BRANCH, target="main", title="Use a smaller base", body=BODY)


def test_from_start_to_end(forge: Forge, fake: Fake) -> None:
    assert forge.find(BRANCH, "main") == ()
    made = forge.create(NEW)
    assert (made.state, made.title, made.body) == (RequestState.OPEN, NEW.title, BODY)
    assert (made.source, made.target, made.author) == (BRANCH, "main", ME)
    assert (made.draft, made.notes, made.labels) == (False, (), ())
    assert made.url.startswith(fake.url)
    assert forge.find(BRANCH, "main") == (made,)
    assert forge.find("other", "main") == forge.find(BRANCH, "other") == ()

    changed = forge.update(made.number, "Use a far smaller base", BODY + "\nNew.")
    assert (changed.title, changed.body) == ("Use a far smaller base", BODY + "\nNew.")
    assert forge.find(BRANCH, "main") == (changed,)

    forge.comment(made.number, "Left alone:\n\nyou have edited the branch.")
    forge.comment(made.number, "Left alone:\n\nyou have edited the branch.")
    forge.comment(made.number, "Another.")
    assert len(fake.pulls[0].comments) == 2

    forge.close(made.number)
    assert forge.find(BRANCH, "main")[0].state is RequestState.CLOSED
    assert fake.pulls[0].closed_by == ME


def test_a_request_that_a_person_closed_stays_visible(forge: Forge, fake: Fake) -> None:
    made = forge.create(NEW)
    fake.pulls[0].close("ann")
    found = forge.find(BRANCH, "main")
    assert [(one.number, one.state) for one in found] == [(made.number, RequestState.CLOSED)]
    assert found[0].closed_by == "ann"


def test_a_merged_request_stays_visible_and_the_newest_is_first(forge: Forge, fake: Fake) -> None:
    forge.create(NEW)
    fake.pulls[0].merge()
    second = forge.create(NEW)
    found = forge.find(BRANCH, "main")
    assert [one.number for one in found] == [second.number, 1]
    assert [one.state for one in found] == [RequestState.OPEN, RequestState.MERGED]


def test_a_request_is_found_behind_120_others(forge: Forge, fake: Fake) -> None:
    made = forge.create(NEW)
    fake.many(120)
    assert [one.number for one in forge.find(BRANCH, "main")] == [made.number]
    for pull in fake.pulls:
        pull.source, pull.target, pull.home = BRANCH, "main", fake.name
    every = [one.number for one in forge.find(BRANCH, "main")]
    assert every == sorted(every, reverse=True)
    assert len(every) == 121


def test_labels_and_people(forge: Forge, fake: Fake) -> None:
    wanted = msgspec.structs.replace(
        NEW,
        labels=("base-image", "docker", "no such"),
        reviewers=("Ann", "nobody"),
        assignees=("bob", "stranger"),
    )
    made = forge.create(wanted)
    pull = fake.pulls[0]
    if fake.labelled:
        assert {"base-image", "docker"} <= set(pull.labels)
        assert {"base-image", "docker"} <= set(forge.find(BRANCH, "main")[0].labels)
    assert pull.reviewers == (["ann"] if fake.reviewed else [])
    assert pull.assignees == (["bob"] if fake.assigned else [])
    notes = "\n".join(made.notes)
    missing = {"nobody", "stranger"} | (set() if fake.makes_labels else {"no such"})
    assert {one for one in missing if one not in notes} == set()
    assert ("no such" in pull.labels) == fake.makes_labels
    assert forge.find(BRANCH, "main")[0].state is RequestState.OPEN


def test_a_draft_stays_one(forge: Forge, fake: Fake) -> None:
    made = forge.create(msgspec.structs.replace(NEW, draft=True))
    if not fake.drafts:
        assert not made.draft
        assert "draft" in "\n".join(made.notes)
        return
    assert made.draft
    assert made.title == NEW.title
    changed = forge.update(made.number, "New title", "")
    assert (changed.draft, changed.title) == (True, "New title")
    assert forge.find(BRANCH, "main") == (changed,)


def test_a_request_from_a_fork(stage: Stage, forge: Forge, fake: Fake) -> None:
    fake.forks_take = 2
    assert forge.forked() is None
    fork = forge.fork()
    assert (fork.name, fork.fork, fork.empty) == (fake.fork_name, True, False)
    assert forge.forked() == fork
    assert "@" not in fork.url
    assert set(stage.clock.slept) == {2}
    assert forge.fork() == fork
    source = in_fork(fork, BRANCH)
    assert forge.find(source, "main") == ()
    made = forge.create(msgspec.structs.replace(NEW, source=source))
    assert made.source == source
    assert fake.pulls[0].home == fake.fork_name
    assert forge.find(source, "main") == (made,)
    assert forge.find(BRANCH, "main") == ()


def test_a_fork_that_never_is_ready(stage: Stage, forge: Forge, fake: Fake) -> None:
    fake.forks_take = 10**6
    with pytest.raises(ForgeError) as caught:
        forge.fork()
    assert fake.fork_name in caught.value.brief
    assert caught.value.wait
    assert sum(stage.clock.slept) < 200


def test_the_repository(forge: Forge, fake: Fake) -> None:
    there = forge.repository()
    assert (there.name, there.default_branch, there.url) == (fake.name, "main", fake.clone)
    assert (there.writable, there.archived, there.fork, there.empty) == (True, False, False, False)
    assert forge.body_limit >= 4000


def test_a_repository_without_the_right_to_push(forge: Forge, fake: Fake) -> None:
    fake.main.writable = False
    assert not forge.repository().writable


def test_all_repositories_of_an_owner(stage: Stage, fake: Fake) -> None:
    names = [f"{fake.owner}/r{number:03}" for number in range(120)]
    fake.owned = [Repo(name) for name in names]
    fake.owned[3].archived = True
    fake.owned[4].parent = "other/r004"
    fake.owned[5].empty = True
    fake.repos |= {one.name: one for one in fake.owned}
    found = list(stage.directory().repositories(fake.asked_owner))
    assert [one.name for one in found] == names
    assert [one.name for one in found if one.archived] == names[3:4] * fake.archives
    assert [one.name for one in found if one.fork] == names[4:5]
    assert [one.name for one in found if one.empty] == names[5:6]
    assert not any("@" in one.url for one in found)


def test_an_owner_that_is_not_there(stage: Stage) -> None:
    if stage.kind in ("gitea", "pagure"):  # they answer with an empty list
        assert list(stage.directory().repositories("nobody-here")) == []
        return
    with pytest.raises(ForgeError) as caught:
        list(stage.directory().repositories("nobody-here"))
    assert caught.value.hint
