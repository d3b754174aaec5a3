"""What a build's log says; the logs are of buildx 0.13.1 and BuildKit in Docker Engine 26.1.5."""

import pytest

from stepdown.adapters import buildlog

STEP = """#7 [3/3] RUN nope
#7 0.215 /bin/sh: nope: not found
#7 ERROR: process "/bin/sh -c nope" did not complete successfully: exit code: 127
------
 > [3/3] RUN nope:
0.215 /bin/sh: nope: not found
------
Dockerfile:3
--------------------
   1 |     FROM alpine:3.23
   2 |     COPY f /f
   3 | >>> RUN nope
   4 |
--------------------
ERROR: failed to solve: process "/bin/sh -c nope" did not complete successfully: exit code: 127
""".splitlines()
SEVERAL_LINES = """Dockerfile:2
--------------------
   1 |     FROM alpine:3.23
   2 | >>> RUN a; \\
   3 | >>>     b
--------------------
ERROR: failed to solve: process "/bin/sh -c a;     b" did not complete successfully: exit code: 1
""".splitlines()
NO_IMAGE = """Dockerfile:1
--------------------
   1 | >>> FROM alpine:3.99
--------------------
ERROR: failed to solve: alpine:3.99: failed to resolve source: not found
""".splitlines()
NEWER = """ERROR: failed to build: failed to solve: process "/bin/sh -c x" did not complete \
successfully: exit code: 2""".splitlines()


@pytest.mark.parametrize(
    ("log", "reason", "code"),
    [
        (STEP, "Line 3 (`RUN nope`) ended with exit code 127.", 127),
        (SEVERAL_LINES, "Line 2 (`RUN a; \\`) ended with exit code 1.", 1),
        (
            NO_IMAGE,
            "Line 1 (`FROM alpine:3.99`): alpine:3.99: failed to resolve source: not found",
            None,
        ),
        (NEWER, "A step ended with exit code 2.", 2),
        (["ERROR: unknown thing"], "unknown thing", None),
        (["something odd", ""], "docker buildx ended with exit code 9: something odd", None),
        ([], "docker buildx ended with exit code 9: it printed nothing", None),
    ],
)
def test_the_reason(log: list[str], reason: str, code: int | None) -> None:
    assert buildlog.reason(log, 9) == reason
    assert buildlog.step_code(log) == code


@pytest.mark.parametrize(
    "line",
    [
        "ERROR: Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?",
        "ERROR: failed to solve: Unavailable: error reading from server: EOF",
        "ERROR: failed to receive status: rpc error: code = Unavailable desc = error reading",
        "error: failed to list workers: Unavailable: connection error: transport is closing",
    ],
)
def test_the_engine_is_gone(line: str) -> None:
    assert buildlog.engine_gone([line])


def test_a_step_that_says_such_a_thing_is_to_blame_itself() -> None:
    said = "#7 1.2 curl: (56) Recv failure: connection reset by peer"
    assert not buildlog.engine_gone([said, *STEP])
    assert not buildlog.no_buildx([*STEP, "unknown flag: --load"])


def test_no_buildx() -> None:
    assert buildlog.no_buildx(["docker: 'buildx' is not a docker command.", "See 'docker --help'"])
    assert buildlog.no_buildx(["docker: unknown command: docker buildx"])
    assert buildlog.no_buildx(["unknown flag: --provenance"])


def test_a_full_disk() -> None:
    assert buildlog.disk_full(["#7 0.1 sh: write error: No space left on device", *STEP])
    assert not buildlog.disk_full(STEP)
