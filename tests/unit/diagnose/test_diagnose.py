"""From messages of failed checks to causes."""

from collections.abc import Iterable

import pytest

from stepdown.flow.catalog import load
from stepdown.model.image import Tier
from stepdown.model.recipe import Channel, RemedyKind
from stepdown.model.trial import Finding, Message
from stepdown.verify.diagnose import UNKNOWN, diagnose


def _log(text: str, channel: Channel = Channel.LOG) -> Message:
    return Message(channel=channel, text=text)


def _diagnose(
    *messages: tuple[str, Message], tier: Tier | None = None, ignore: Iterable[str] = ()
) -> tuple[Finding, ...]:
    return diagnose(messages, load().breakages, tier=tier, ignore=ignore)


def test_one_cause_of_several_checks_is_one_finding() -> None:
    line = "ImportError: libGL.so.1: cannot open shared object file: No such file or directory"
    found = _diagnose(
        ("command", _log(f"collected 3 items\nE   {line}\nE   {line}\n3 errors in 0.1s")),
        ("start", _log(f"Traceback (most recent call last):\n{line}")),
        tier=Tier.SLIM,
    )
    assert [f.breakage for f in found] == ["A05-libgl"]
    assert found[0].checks == ("command", "start")
    assert found[0].evidence == f"E   {line}"
    assert found[0].deterministic
    packages = [r for r in found[0].remedies if r.kind is RemedyKind.ADD_PACKAGES]
    assert [(r.safe, r.apt, r.apk) for r in packages] == [(True, ("libgl1",), ("mesa-gl",))]


def test_two_subjects_are_two_findings() -> None:
    text = "\n".join(
        f"{p}: error while loading shared libraries: {p}.so.1: cannot open shared object file"
        for p in ("liba", "libb")
    )
    assert [f.breakage for f in _diagnose(("start", _log(text)))] == ["A03", "A03"]


def test_a_line_without_subject_joins_the_one_with_it() -> None:
    text = "#6 0.3 ERROR: unable to select packages:\n#6 0.3   tzdata (no such package):"
    found = _diagnose(("build", _log(text, Channel.BUILD)), tier=Tier.ALPINE)
    assert [(f.breakage, f.evidence) for f in found] == [("E06", "tzdata (no such package):")]


def test_the_channel_tells_causes_apart() -> None:
    text = 'exec: "/bin/sh": stat /bin/sh: no such file or directory'
    seen = {
        channel: [f.breakage for f in _diagnose(("c", _log(text, channel)), tier=Tier.DISTROLESS)]
        for channel in (Channel.DAEMON, Channel.LOG, Channel.BUILD, Channel.HEALTH)
    }
    assert seen == {
        Channel.DAEMON: ["G01"],
        Channel.LOG: ["D01"],
        Channel.BUILD: ["E03"],
        Channel.HEALTH: ["G05"],
    }


def test_a_breakage_of_another_tier_is_not_named() -> None:
    message = _log("Segmentation fault")
    assert [f.breakage for f in _diagnose(("c", message), tier=Tier.ALPINE)] == ["B01"]
    assert [f.breakage for f in _diagnose(("c", message), tier=Tier.SLIM)] == [UNKNOWN]


def test_what_the_baseline_says_too_shows_nothing() -> None:
    usual = "2026-11-22 07:00:01 sh: curl: not found after 12.5s at 0x7f3a"
    again = "2026-11-22 09:33:59 sh: curl: not found after 11.1s at 0x8bbb"
    new = "sh: wget: not found"
    found = _diagnose(("c", _log(f"{again}\n{new}")), tier=Tier.SLIM, ignore=[f"x\n{usual}\n"])
    assert [f.breakage for f in found] == ["D09-wget"]


def test_a_proven_cause_leaves_no_suspicion_for_its_check() -> None:
    proven = "sh: 1: git: not found"
    suspected = "PermissionError: [Errno 13] Permission denied: '/app/x'"
    found = _diagnose(
        ("command", _log(f"{suspected}\n{proven}")),
        ("start", _log(suspected)),
        tier=Tier.DISTROLESS,
    )
    assert [(f.breakage, f.checks) for f in found] == [("D09", ("command",)), ("F04", ("start",))]


def test_an_unknown_failure_shows_the_line_that_tells_most() -> None:
    text = (
        "> app@1.0.0 test\nsomething failed\nReferenceError: fluxCapacitor is not defined\n"
        "    at server.js:3:1\nnpm error Lifecycle script failed\n"
        "npm error A complete log of this run can be found in x"
    )
    found = _diagnose(("command", _log(text)))
    assert [(f.breakage, f.checks, f.evidence) for f in found] == [
        (UNKNOWN, ("command",), "ReferenceError: fluxCapacitor is not defined")
    ]
    assert not found[0].deterministic
    assert [remedy.safe for remedy in found[0].remedies] == [False]


def test_a_build_that_fails_for_an_unknown_reason_is_quoted_from_its_failing_step() -> None:
    text = (
        "#5 0.3 debconf: unable to initialize frontend: Dialog\n#5 DONE 1.2s\n"
        "#6 0.2 cannot open /a: it is gone\n------\n > [3/6] RUN make:\n"
        "0.2 error: the flux is missing\n------\nDockerfile:3\n   3 | >>> RUN make\n"
        'ERROR: failed to solve: process "/bin/sh -c make" did not complete successfully: exit 2\n'
    )
    found = _diagnose(("build", _log(text, Channel.BUILD)))
    assert [f.evidence for f in found] == ["error: the flux is missing"]


def test_what_follows_from_a_proven_cause_is_no_finding_of_its_own() -> None:
    proven = ("start", _log("sh: 1: git: not found"))
    consequences = (
        ("command", _log("AssertionError: 500 != 200")),
        ("http", _log("GET / status: 500", Channel.HTTP)),
    )
    found = _diagnose(*consequences, proven, tier=Tier.SLIM)
    assert [(f.breakage, f.checks) for f in found] == [("D09-git", ("start",))]
    other = ("command", _log("KeyError: 'flux'"))
    assert [f.breakage for f in _diagnose(other, proven, tier=Tier.SLIM)] == ["D09-git", UNKNOWN]


def test_what_follows_from_an_unknown_cause_is_no_finding_of_its_own() -> None:
    found = _diagnose(
        ("command", _log("AssertionError: 500 != 200")),
        ("start", _log("KeyError: 'flux'")),
        ("http", _log("GET / status: 500", Channel.HTTP)),
    )
    assert [(f.breakage, f.checks, f.evidence) for f in found] == [
        (UNKNOWN, ("start",), "KeyError: 'flux'")
    ]


def test_checks_that_fail_alike_share_an_unknown_finding() -> None:
    found = _diagnose(("a", _log("boom: error 7")), ("b", _log("boom: error 7")))
    assert [(f.checks, f.evidence) for f in found] == [(("a", "b"), "boom: error 7")]


def test_silence_is_said_to_be_silence() -> None:
    found = _diagnose(("start", _log("")), ("http", _log("usual", Channel.HTTP)), ignore=["usual"])
    assert [(f.evidence, f.channel, f.checks) for f in found] == [
        ("", Channel.LOG, ("start",)),
        ("", Channel.HTTP, ("http",)),
    ]
    assert "Nothing was printed" in found[0].cause


def test_no_messages_give_no_findings() -> None:
    assert _diagnose() == ()


def test_evidence_is_trimmed_and_free_of_colours() -> None:
    found = _diagnose(("c", _log(f"\x1b[31msh: 1: curl: not found\x1b[0m {'x' * 500}")), tier=None)
    assert found[0].breakage == "D09-curl"
    assert found[0].evidence.startswith("sh: 1: curl: not found x")
    assert len(found[0].evidence) == 300


def test_the_end_of_a_long_line_is_shown_where_it_tells() -> None:
    line = f'Error response from daemon: {"x: " * 200}exec: "/bin/sh": stat /bin/sh: no such file'
    found = _diagnose(("start", _log(line, Channel.DAEMON)), tier=Tier.DISTROLESS)
    assert found[0].breakage == "G01"
    assert found[0].evidence == 'exec: "/bin/sh": stat /bin/sh: no such file'


def test_missing_libraries_of_one_package_are_one_cause() -> None:
    text = (
        "Error loading shared library libstdc++.so.6: No such file or directory (needed by /n)\n"
        "Error loading shared library libgcc_s.so.1: No such file or directory (needed by /n)\n"
        "Error relocating /n: _ZNSt8ios_base7_M_moveERS_: symbol not found\n"
        "Error relocating /n: __umodti3: symbol not found\n"
    )
    found = _diagnose(("start", _log(text)), tier=Tier.ALPINE)
    assert [f.breakage for f in found] == ["A04"]
    assert found[0].remedies[0].apk == ("libstdc++", "libgcc")


def test_another_content_type_counts_only_where_the_answer_is_still_a_good_one() -> None:
    usual = ["GET /a status: 200", "GET /a content type: text/css"]
    new_type = ("http", _log("GET /a content type: text/plain", Channel.HTTP))
    same = ("http", _log("GET /a status: 200", Channel.HTTP))
    failed = ("http", _log("GET /a status: 500", Channel.HTTP))
    kept, dropped = (_diagnose(one, new_type, ignore=usual) for one in (same, failed))
    assert [(f.breakage, f.evidence) for f in kept] == [(UNKNOWN, "")]
    assert [(f.breakage, f.evidence) for f in dropped] == [(UNKNOWN, "")]


@pytest.mark.parametrize(
    ("lines", "tier", "wanted"),
    [
        (
            [
                f"./api: libc.so.6: version `GLIBC_2.{n}' not found (required by ./api)"
                for n in (32, 33)
            ],
            Tier.SLIM,
            "A09",
        ),
        ([f"No module named 'numpy.core._{n}'" for n in ("a", "b")], Tier.ALPINE, "H05"),
        ([f"/bin/sh: {n}: not found" for n in ("useradd", "groupadd")], Tier.ALPINE, "D11"),
        ([f"unknown time zone {n}" for n in ("Europe/Berlin", "Asia/Tokyo")], Tier.SCRATCH, "B10"),
    ],
)
def test_one_root_cause_of_many_failures_is_one_finding(
    lines: list[str], tier: Tier, wanted: str
) -> None:
    tests = [(f"test {n}", _log(line)) for n, line in enumerate(lines)]
    (found,) = _diagnose(*tests, tier=tier)
    assert (found.breakage, found.checks) == (wanted, ("test 0", "test 1"))
