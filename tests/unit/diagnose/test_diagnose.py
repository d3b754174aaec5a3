"""From messages of failed checks to causes."""

from collections.abc import Iterable

from stepdown.flow.catalog import load
from stepdown.model.image import Tier
from stepdown.model.recipe import Channel, RemedyKind
from stepdown.model.trial import Finding, Message
from stepdown.verify.diagnose import UNKNOWN, diagnose, explain


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


def test_an_unknown_failure_shows_its_last_error_line() -> None:
    text = (
        "> app@1.0.0 test\nReferenceError: fluxCapacitor is not defined\n"
        "npm error Lifecycle script failed\nnpm error A complete log of this run can be found in x"
    )
    found = _diagnose(("command", _log(text)), ("start", _log("all is well\nbye")))
    assert [(f.breakage, f.checks, f.evidence) for f in found] == [
        (UNKNOWN, ("command",), "npm error Lifecycle script failed"),
        (UNKNOWN, ("start",), "bye"),
    ]
    assert not found[0].deterministic
    assert found[0].remedies == ()


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


def test_explain_names_at_most_three_causes_the_surest_first() -> None:
    text = (
        "some text\n#9 1.2 /bin/sh: curl: not found\nSegmentation fault\n"
        "version `GLIBC_2.38' not found (required by /app)\n"
    )
    found = explain(text, load().breakages)
    assert [f.breakage for f in found] == ["A09", "G05-curl", "D09-curl"]
    assert all(f.checks == () for f in found)


def test_explain_says_nothing_of_text_that_it_does_not_know() -> None:
    assert explain("all is well\n", load().breakages) == ()
