import json

import pytest
from msgspec.structs import replace
from rewriting import CANDIDATES, line, rewritten

from stepdown.model.plan import Candidate
from stepdown.rewrite import probe

FETCH = (
    "fetch('{}',{{redirect:'manual'}}).then(r=>process.exit(r.status<400?0:1),()=>process.exit(1))"
)


def asked(command: str) -> probe.Probe | None:
    return probe.read(tuple(command.split()))


@pytest.mark.parametrize(
    ("command", "url"),
    [
        ("curl -f http://localhost:80/x?a=b", "http://127.0.0.1:80/x?a=b"),
        ("curl -fsS -o /dev/null --max-time=3 example.org", "http://example.org/"),
        ("/usr/bin/curl --fail --retry 3 https://[::1]:443/", "https://[::1]:443/"),
        ("wget -qO- http://a:1/", "http://a:1/"),
        ("wget -q -O - http://a:1/", "http://a:1/"),
        ("wget --no-verbose --tries=1 --spider a", "http://a/"),
        ("wget -O/dev/null -T2 a", "http://a/"),
        ("curl -k http://a/", "http://a/"),
        ("nc -z localhost 80", "tcp://127.0.0.1:80"),
        ("nc -zv -w 3 a 80", "tcp://a:80"),
    ],
)
def test_what_is_asked_is_understood(command: str, url: str) -> None:
    found = asked(command)
    assert found is not None
    assert found.url == url


@pytest.mark.parametrize(
    "command",
    [
        "curl",
        "curl -f a b",
        "curl -H x:y a",
        "curl -X POST a",
        "curl --unix-socket /s a",
        "curl -k https://a/",
        "curl ftp://a/",
        "curl http://a/$b",
        "curl -f -m",
        "wget",
        "wget --header x a",
        "wget --no-check-certificate https://a/",
        "wget -P x a",
        "nc a 80",
        "nc -z a",
        "nc -z a b",
        "nc -l -z a 80",
        "nc -z a/b 80",
        "node a",
    ],
)
def test_what_is_not_understood_is_left(command: str) -> None:
    assert asked(command) is None


@pytest.mark.parametrize(
    ("runtime", "command", "part"),
    [
        ("node", "curl -f http://a/", FETCH.format("http://a/")),
        ("node", "curl -fL http://a/", "fetch('http://a/').then(r=>"),
        ("node", "curl http://a/", "then(r=>process.exit(0),"),
        ("node", "curl -f -m 3 http://a/", "signal:AbortSignal.timeout(3000)"),
        ("node", "curl -f -m 0.5 http://a/", "{redirect:'manual'}"),
        ("node", "nc -z a 80", "require('net').connect(80,'a')"),
        ("python3.11", "curl -f http://a/", "urllib.request.urlopen('http://a/')"),
        ("python3", "curl -f -m 3 http://a/", "urlopen('http://a/', timeout=3)"),
        ("python3", "curl http://a/", "except urllib.error.HTTPError: pass"),
        ("python3", "nc -z -w 2 a 80", "socket.create_connection(('a', 80), timeout=2)"),
        ("ruby", "curl -f http://a/", "exit Net::HTTP.get_response(URI('http://a/'))"),
        ("ruby", "curl http://a/", "Net::HTTP.get_response(URI('http://a/'))"),
        ("ruby", "nc -z a 80", "TCPSocket.new('a', 80)"),
    ],
)
def test_a_runtime_asks_the_same(runtime: str, command: str, part: str) -> None:
    found = asked(command)
    assert found is not None
    assert part in probe.arguments(runtime, found)[-1]


def test_a_python_check_is_valid_python() -> None:
    for command in ("curl http://a/", "curl -f -m 3 http://a/", "nc -z a 80"):
        found = asked(command)
        assert found is not None
        compile(probe.arguments("python3", found)[1], "check", "exec")


def test_a_runtime_that_is_not_known_asks_nothing() -> None:
    found = asked("curl -f http://a/")
    assert found is not None
    assert probe.arguments("java", found) == ()


def check(command: str, candidate: str) -> tuple[str, tuple[str, ...]]:
    """Rewrite a health check; return its words in exec form or its line, and the refusals."""
    text = f'HEALTHCHECK --interval=3s CMD {command}\nCMD ["a.js"]'
    found, refused = line(text, candidate)
    first = next(one for one in found.split("\n") if one.startswith("HEALTHCHECK"))
    return first.removeprefix("HEALTHCHECK --interval=3s CMD "), refused


@pytest.mark.parametrize(
    "command",
    [
        "curl -f http://a/ || exit 1",
        "curl -f http://a/ || false",
        "curl -f http://a/ >/dev/null 2>&1",
        "curl -f http://a/",
        '["curl", "-f", "http://a/"]',
    ],
)
@pytest.mark.parametrize("candidate", ["node-slim", "node-alpine", "node-distroless"])
def test_curl_gives_way_to_the_runtime(command: str, candidate: str) -> None:
    found, refused = check(command, candidate)
    assert json.loads(found) == ["node", "-e", FETCH.format("http://a/")]
    assert refused == ()


@pytest.mark.parametrize(
    ("command", "candidate"),
    [
        ("curl -f http://a/$PORT || exit 1", "node-slim"),
        ("curl -f http://a/ | grep ok", "node-slim"),
        ("curl -H a:b http://a/ || exit 1", "node-slim"),
        ("A=1 curl -f http://a/ || exit 1", "node-slim"),
        ("curl -f http://a/ > /x || exit 1", "node-slim"),
        ("curl -f http://a/ || kill 1", "node-slim"),
        ("curl -f http://a/ || curl -f http://b/ || exit 1", "node-slim"),
    ],
)
def test_a_longer_check_is_pointed_out_where_its_tool_may_lack(
    command: str, candidate: str
) -> None:
    found, refused = check(command, candidate)
    assert found == command
    assert [one.startswith("notes: node:22-slim has no curl") for one in refused] == [True]


@pytest.mark.parametrize(
    ("command", "candidate", "expected"),
    [
        ("test -f /ready", "node-slim", "test -f /ready"),
        ("test -f /x && test -f /y", "node-slim", "test -f /x && test -f /y"),
        (
            "wget -q http://localhost/ || exit 1",
            "node-alpine",
            "wget -q http://127.0.0.1/ || exit 1",
        ),
        ("wget -q http://localhost.org/", "node-alpine", "wget -q http://localhost.org/"),
        (
            "curl -f localhost || exit 1",
            "plain-alpine",
            "wget -q -O /dev/null http://127.0.0.1/ || exit 1",
        ),
        ("nc -z localhost 80", "plain-alpine", "nc -z 127.0.0.1 80"),
        ("/app check || exit 1", "static", '["/app", "check"]'),
        ('["/app", "check"]', "static", '["/app", "check"]'),
        ("node check.js", "node-distroless", '["node", "check.js"]'),
        ('["/usr/local/bin/node", "c.js"]', "node-distroless", '["node", "c.js"]'),
        ('["node", "c.js"]', "node-distroless", '["node", "c.js"]'),
    ],
)
def test_other_checks_are_kept_or_freed_of_the_shell(
    command: str, candidate: str, expected: str
) -> None:
    assert check(command, candidate) == (expected, ())


@pytest.mark.parametrize(
    ("command", "candidate"),
    [
        ("curl -f http://a/", "static"),
        ("curl -f http://a/", "java-distroless"),
        ("a && b", "static"),
        ("/check.sh", "static"),
        ('["sh", "-c", "x"]', "static"),
        ("a $B", "scratch"),
        ("ncat -z a 80", "scratch"),
    ],
)
def test_a_check_that_can_never_pass_blocks(command: str, candidate: str) -> None:
    found, refused = check(command, candidate)
    assert found == command
    assert len([one for one in refused if one.startswith("blocks: ")]) == 1


def test_a_tool_that_the_file_brings_is_kept() -> None:
    copied = 'COPY curl /usr/bin/\nHEALTHCHECK CMD ["curl", "http://a/"]\nCMD ["a.js"]'
    for candidate in ("static", "node-slim"):
        assert line(copied, candidate) == (copied, ())
    installed = "RUN apk add --no-cache netcat-openbsd\nHEALTHCHECK CMD netcat -z a 80"
    assert line(installed, "node-alpine") == (installed, ())


def test_ncat_has_no_counterpart_in_busybox() -> None:
    other = replace(CANDIDATES["plain-alpine"])
    result = rewritten("FROM debian\nHEALTHCHECK CMD ncat -z a 80\n", other)
    assert [one.blocking for one in result.refusals] == [False]


def test_no_health_check_needs_nothing() -> None:
    for text in ('HEALTHCHECK NONE\nCMD ["a.js"]', 'CMD ["a.js"]'):
        assert line(text, "node-distroless") == (text, ())


def test_only_the_last_health_check_counts() -> None:
    text = 'HEALTHCHECK CMD curl a\nHEALTHCHECK NONE\nCMD ["a.js"]'
    assert line(text, "node-distroless") == (text, ())


def old(name: str, image: str) -> Candidate:
    return replace(CANDIDATES[name], image=image)


@pytest.mark.parametrize(
    ("candidate", "check", "expected"),
    [
        (
            old("node-slim", "node:16-slim"),
            "curl -f -m 3 http://localhost:80/h",
            (
                '["node", "-e", "require(\'http\').get(\'http://127.0.0.1:80/h\','
                "r=>process.exit(r.statusCode<400?0:1)).on('error',()=>process.exit(1))"
                '.setTimeout(3000,()=>process.exit(1))"]'
            ),
        ),
        (
            old("node-slim", "node:16-slim"),
            "curl http://localhost:80/h",
            (
                '["node", "-e", "require(\'http\').get(\'http://127.0.0.1:80/h\','
                "r=>process.exit(0)).on('error',()=>process.exit(1))\"]"
            ),
        ),
        (
            old("node-alpine", "node:16-alpine"),
            "curl -fL http://localhost:80/h",
            "wget -q -O /dev/null http://127.0.0.1:80/h || exit 1",
        ),
        (
            old("node-alpine", "node:0.10-alpine"),
            "curl -f http://localhost:80/h",
            "wget -q -O /dev/null http://127.0.0.1:80/h || exit 1",
        ),
        (
            old("python-alpine", "python:2.7-alpine"),
            "curl -f http://localhost:80/h",
            "wget -q -O /dev/null http://127.0.0.1:80/h || exit 1",
        ),
    ],
)
def test_an_old_runtime_is_asked_with_what_it_has(
    candidate: Candidate, check: str, expected: str
) -> None:
    result = rewritten(f"FROM node:22\nHEALTHCHECK CMD {check} || exit 1\n", candidate)
    assert result.text.endswith(f"HEALTHCHECK CMD {expected}\n")


def test_a_test_in_brackets_is_no_broken_array() -> None:
    text = "HEALTHCHECK CMD [ -e /tmp/.lock ] || exit 1"
    _, refused = line(text, "node-distroless")
    assert any("more than one command" in one for one in refused)
