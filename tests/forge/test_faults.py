"""What forges refuse and how they break: each becomes one error in words, or is overcome."""

import logging
import traceback
from collections.abc import Callable
from email.utils import formatdate
from urllib.parse import quote

import pytest
from fakeforges.core import TOKEN, Answer, Fake, Trouble
from fakeforges.stage import NOW, Stage
from test_story import BRANCH, NEW

from stepdown.errors import ForgeError
from stepdown.ports import Forge

pytest_plugins = ("fakeforges.fixtures",)
RESET = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 50)}
BROKEN = Answer(502, b"<html><h1>Bad gateway</h1></html>", {"Content-Type": "text/html"})


def refused(do: Callable[[], object]) -> ForgeError:
    with pytest.raises(ForgeError) as caught:
        do()
    fault = caught.value
    assert fault.brief.endswith((".", "?"))
    assert fault.hint
    assert fault.details
    return fault


def elsewhere(fake: Fake) -> str:
    """The address of a fake under the name of another host."""
    return fake.url.replace("127.0.0.1", "localhost")


def test_401(stage: Stage) -> None:
    fault = refused(lambda: stage.forge("wrong").find(BRANCH, "main"))
    assert "token" in fault.brief
    assert fault.wait is None
    assert "Bad credentials" in fault.details
    assert len(stage.fake.log) == 1


def test_403_names_the_right(forge: Forge, fake: Fake) -> None:
    denied = Answer(403, fake.refused(403, "Resource not accessible"))
    fake.troubles = [Trouble(denied, "GET")]
    looking = refused(lambda: forge.find(BRANCH, "main"))
    fake.troubles = [Trouble(denied, "POST")]
    writing = refused(lambda: forge.create(NEW))
    assert looking.wait is writing.wait is None
    assert "Resource not accessible" in writing.details
    assert looking.hint != writing.hint
    assert any(word in writing.hint for word in ("scope", "permission", "right"))


def test_404(forge: Forge, fake: Fake) -> None:
    fake.repos.clear()
    fault = refused(forge.repository)
    assert "does not have it" in fault.brief
    assert fault.wait is None


@pytest.mark.parametrize("status", [409, 422])
def test_a_conflict(forge: Forge, fake: Fake, status: int) -> None:
    there = Answer(status, fake.refused(status, "A merge request already exists"))
    fake.troubles = [Trouble(there, "POST")]
    fault = refused(lambda: forge.create(NEW))
    assert "already exists" in fault.details
    assert fault.wait is None


def test_a_duplicate(forge: Forge, fake: Fake) -> None:
    forge.create(NEW)
    if fake.refuses_duplicates:
        assert "exist" in refused(lambda: forge.create(NEW)).details
        assert len(fake.pulls) == 1
    else:
        forge.create(NEW)
        assert len(forge.find(BRANCH, "main")) == 2


@pytest.mark.parametrize("after", ["7", formatdate(NOW + 7, usegmt=True)])
def test_429_is_obeyed(stage: Stage, forge: Forge, fake: Fake, after: str) -> None:
    fake.troubles = [Trouble(Answer(429, b"Slow down", {"Retry-After": after}))]
    forge.find(BRANCH, "main")
    assert stage.clock.slept == [7]


def test_429_on_a_write_is_obeyed(stage: Stage, forge: Forge, fake: Fake) -> None:
    fake.troubles = [Trouble(Answer(429, None, {"Retry-After": "7"}), "POST")]
    forge.create(NEW)
    assert stage.clock.slept == [7]
    assert len(fake.pulls) == 1


def test_a_long_wait_is_told_at_once(stage: Stage, forge: Forge, fake: Fake) -> None:
    fake.troubles = [Trouble(Answer(429, fake.refused(429, "Slow"), {"Retry-After": "3600"}))]
    assert refused(lambda: forge.find(BRANCH, "main")).wait == 3600
    assert stage.clock.slept == []


def test_the_primary_limit_with_its_reset(stage: Stage, forge: Forge, fake: Fake) -> None:
    fake.troubles = [Trouble(Answer(403, fake.refused(403, "API rate limit exceeded"), RESET))]
    forge.find(BRANCH, "main")
    assert stage.clock.slept == [50]


def test_the_secondary_limit(stage: Stage, forge: Forge, fake: Fake) -> None:
    words = fake.refused(403, "You have exceeded a secondary rate limit.")
    fake.troubles = [Trouble(Answer(403, words))] * 9
    fault = refused(lambda: forge.find(BRANCH, "main"))
    assert "secondary" in fault.brief
    assert fault.wait == 60
    assert len(stage.clock.slept) == 4


def test_broken_once(stage: Stage, forge: Forge, fake: Fake) -> None:
    fake.troubles = [Trouble(BROKEN, "GET"), Trouble(Answer(503), "GET")]
    assert forge.find(BRANCH, "main") == ()
    assert len(stage.clock.slept) == 2


def test_broken_for_good(stage: Stage, forge: Forge, fake: Fake) -> None:
    fake.troubles = [Trouble(BROKEN)] * 99
    fault = refused(lambda: forge.find(BRANCH, "main"))
    assert "502" in fault.brief
    assert "Bad gateway" in fault.details
    assert fault.wait == 60
    assert len(stage.clock.slept) == 4
    assert sum(stage.clock.slept) <= 80


@pytest.mark.parametrize("late", [False, True])
def test_nothing_is_made_twice(forge: Forge, fake: Fake, late: bool) -> None:  # noqa: FBT001
    fake.troubles = [Trouble(BROKEN, "POST", late=late)]
    made = forge.create(NEW)
    fake.troubles = [Trouble(BROKEN, fake.commenting, late=late)]
    forge.comment(made.number, "Once.")
    assert len(fake.pulls) == 1
    assert fake.pulls[0].comments == ["Once."]
    assert forge.find(BRANCH, "main")[0].number == made.number


@pytest.mark.parametrize("late", [False, True])
def test_silence(stage: Stage, fake: Fake, late: bool) -> None:  # noqa: FBT001
    forge = stage.forge(timeout=0.15)
    fake.troubles = [Trouble(Answer(silence=stage.too_long), "POST", late=late)]
    forge.create(NEW)
    assert len(fake.pulls) == 1
    fake.troubles = [Trouble(Answer(silence=0.0), "GET")]
    assert len(forge.find(BRANCH, "main")) == 1


def test_silence_for_good(stage: Stage, fake: Fake) -> None:
    forge = stage.forge(timeout=0.15)
    fake.troubles = [Trouble(Answer(silence=stage.too_long))] * 99
    fault = refused(lambda: forge.find(BRANCH, "main"))
    assert "does not answer" in fault.brief
    assert fault.wait == 60
    assert len(stage.clock.slept) == 4


def test_nobody_is_there(stage: Stage) -> None:
    forge = stage.nowhere()
    fault = refused(lambda: forge.find(BRANCH, "main"))
    assert "does not answer" in fault.brief


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Sign in</html>",
        b"",
        b"null",
        b"[1, 2]",
        b"42",
        b'{"a": [',
        b"\xff\xfe",
        b'"x"',
        b"[[]]",
    ],
)
def test_garbage(forge: Forge, fake: Fake, body: bytes) -> None:
    for do in (forge.repository, lambda: forge.find(BRANCH, "main")):
        fake.troubles = [Trouble(Answer(200, body))]
        fault = refused(do)
        assert "something else than its API" in fault.brief
        assert fault.wait is None


def test_garbage_for_a_new_request_is_looked_after(forge: Forge, fake: Fake) -> None:
    fake.troubles = [Trouble(Answer(201, b"<html>"), "POST", late=True)]
    assert forge.create(NEW).number == 1
    assert len(fake.pulls) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_token_goes_nowhere_else(stage: Stage, forge: Forge, fake: Fake, status: int) -> None:
    other = Stage(stage.kind, type(fake)(), stage.clock)
    with stage.serve(other.fake):
        where = {"Location": f"{elsewhere(other.fake)}/api"}
        fake.troubles = [Trouble(Answer(status, None, where))]
        refused(lambda: forge.find(BRANCH, "main"))
        assert other.fake.log == []


def test_the_next_page_is_not_sought_elsewhere(stage: Stage, forge: Forge, fake: Fake) -> None:
    other = type(fake)()
    with stage.serve(other):
        page = fake.next_page(f"{elsewhere(other)}/next")
        fake.troubles = [Trouble(page)] if page is not None else []
        if page is None:
            assert fake.kind not in ("gitlab", "bitbucket")
            return
        refused(lambda: forge.find(BRANCH, "main"))
        assert other.log == []


def test_the_token_is_told_nowhere(
    stage: Stage, forge: Forge, fake: Fake, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = forge.create(NEW)
    forge.comment(made.number, "Hello")
    forge.update(made.number, "T", "B")
    echo = f"{TOKEN} {quote(TOKEN, safe='')} {fake.secret}"
    texts = []
    for status in (400, 401, 403, 404, 409, 422, 429, 500):
        fake.troubles = [Trouble(Answer(status, fake.refused(status, echo)))] * 9
        fault = refused(lambda: forge.find(BRANCH, "main"))
        texts += [fault.brief, fault.details, fault.hint, repr(fault)]
        texts += traceback.format_exception(fault)
    texts += [record.getMessage() for record in caplog.records]
    texts += [f"{one.path}?{one.query}" for one in fake.log]
    texts.append(repr(forge.__dict__))
    forms = (TOKEN, quote(TOKEN, safe=""), fake.secret)
    assert [one for one in texts if any(form in one for form in forms)] == []
    assert any("***" in one for one in texts)
