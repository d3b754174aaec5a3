"""Failures of the limits, told from those of the application."""

import pytest

from stepdown.model.recipe import Channel
from stepdown.model.trial import BuildFailed, CheckRun, CheckState, Message
from stepdown.verify import limits


def run(text: str, state: CheckState = CheckState.FAILED) -> CheckRun:
    messages = (Message(channel=Channel.LOG, text=text),)
    return CheckRun(check="command", state=state, summary="it ended with exit 1", messages=messages)


@pytest.mark.parametrize(
    ("line", "folder"),
    [
        ("OSError: [Errno 30] Read-only file system: '/app/data/x.db'", "/app/data"),
        ("Error: EROFS: read-only file system, open '/var/lib/a/b'", "/var/lib/a"),
        ("touch: /x: Read-only file system", "/x"),
        ("sh: can't create /srv/out: Read-only file system", "/srv"),
        ('mkdir() "/var/cache/nginx/c" failed (30: Read-only file system)', "/var/cache/nginx"),
        ("open /data/x: read-only file system", "/data"),
        ("java.io.FileNotFoundException: /opt/a b (Read-only file system)", "/opt"),
        ("OSError: [Errno 30] Read-only file system: 'made/x.txt'", "/srv/made"),
        ("OSError: [Errno 30] Read-only file system: 'x.txt'", "/srv"),
        ("it said: Read-only file system", "/srv"),
    ],
)
def test_where_it_wanted_to_write(line: str, folder: str) -> None:
    assert limits.wanted([run(f"before\n{line}\nafter")], "/srv") == (folder,)


def test_what_is_never_given_and_what_did_not_fail() -> None:
    kernel = "echo: /proc/sys/x: Read-only file system\ntouch: /sys: Read-only file system"
    assert limits.wanted([run(kernel)], "/srv") == ()
    good = run("touch: /a/b: Read-only file system", CheckState.PASSED)
    assert limits.wanted([good], "/srv") == ()
    assert limits.wanted([run("made: Read-only file system")], "/") == ()


def test_a_folder_in_another_one_is_not_named_twice() -> None:
    text = "touch: /a/b/c: Read-only file system\ntouch: /a/x: Read-only file system\n"
    assert limits.wanted([run(text)], "/") == ("/a",)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("connect: Network is unreachable", "it has no network"),
        ("Error: getaddrinfo EAI_AGAIN registry", "it has no network"),
        ("chown: /x: Operation not permitted", "it has no capabilities"),
        ("sh: can't fork: Resource temporarily unavailable", "its processes are bounded"),
        ("MemoryError", "its memory is bounded"),
        ("dd: write error: File too large", "its files and /tmp are bounded"),
        ("sqlite3.OperationalError: attempt to write a readonly database", limits.READ_ONLY),
    ],
)
def test_which_limit_is_in_the_way(line: str, why: str) -> None:
    assert limits.in_the_way([run(f"before\n{line}")]) == f"{why}: {line}"


def test_an_application_that_is_broken_is_not_excused() -> None:
    assert limits.in_the_way([run("AssertionError: 1 != 2\nFAILED (failures=1)")]) == ""
    assert limits.in_the_way([run("Network is unreachable", CheckState.PASSED)]) == ""


def test_builds() -> None:
    git = BuildFailed(reason="x", seconds=1, log=('ERROR: "/.git": not found',))
    assert limits.in_the_way_of_building(git, network=True).startswith("the build context has no")
    net = BuildFailed(reason="x", seconds=1, log=("Temporary failure in name resolution",))
    assert limits.in_the_way_of_building(net, network=True) == ""
    assert limits.in_the_way_of_building(net, network=False).startswith("it has no network")
