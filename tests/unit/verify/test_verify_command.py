"""The test command: how its end is read, and how it is started."""

import pytest

from fakes import FakeEngine
from stepdown.model.facts import Command
from stepdown.model.image import ImageConfig
from stepdown.model.plan import Policy
from stepdown.model.recipe import Channel
from stepdown.model.trial import CheckState
from stepdown.ports import Exit, File
from stepdown.verify import command
from stepdown.verify.side import Rig, Side
from stepdown.verify.toolbox import BUSYBOX, Toolbox

WORDS = Command(text="node --test", argv=("node", "--test"))
SHELL = Command(text="node --test && true")
TOOLS = Toolbox(busybox=b"elf")
PLAIN = Side(role="r", image="i", config=ImageConfig(id="i"))


def rig(engine: FakeEngine, policy: Policy | None = None, tools: Toolbox = TOOLS) -> Rig:
    return Rig(engine=engine, toolbox=tools, policy=policy or Policy())


GREEN = "ℹ tests 2\nℹ pass 2\nℹ fail 0\n"
RED = "ℹ tests 2\nℹ pass 1\nℹ fail 1\n"


@pytest.mark.parametrize(
    ("end", "state", "words"),
    [
        (Exit(exit_code=0, output=GREEN), CheckState.PASSED, "2 of 2 tests passed"),
        (Exit(exit_code=0, output="fine"), CheckState.PASSED, "exit 0"),
        (Exit(exit_code=1, output=RED), CheckState.FAILED, "1 of 2 tests failed"),
        (Exit(exit_code=3, output="boom"), CheckState.FAILED, "exit 3"),
        (Exit(exit_code=127, output=""), CheckState.FAILED, "not found"),
        (Exit(exit_code=127, output="", refused="no node"), CheckState.FAILED, "no node"),
        (Exit(exit_code=None, output="", timed_out=True, seconds=9), CheckState.FAILED, "hung"),
        (Exit(exit_code=137, output="", out_of_memory=True), CheckState.FAILED, "memory"),
        (
            Exit(exit_code=0, output="ℹ tests 0\nℹ pass 0\nℹ fail 0\n"),
            CheckState.BROKEN,
            "passed no test",
        ),
        (Exit(exit_code=0, output="10 skipped in 0.1s"), CheckState.BROKEN, "10 skipped"),
    ],
)
def test_each_end(end: Exit, state: CheckState, words: str) -> None:
    run = command.check(rig(FakeEngine(end=end)), PLAIN, WORDS)
    assert run.state is state
    assert words in run.summary


def test_a_refusal_is_the_daemons_word() -> None:
    engine = FakeEngine(end=Exit(exit_code=127, output="", refused="no such file"))
    (message,) = command.check(rig(engine), PLAIN, WORDS).messages
    assert (message.channel, message.text) == (Channel.DAEMON, "no such file")


def test_plain_words_start_without_a_shell_or_a_toolbox() -> None:
    engine = FakeEngine()
    side = Side(
        role="r", image="i", config=ImageConfig(id="i"), programs=(("node", "/nodejs/bin/node"),)
    )
    command.check(rig(engine, Policy(environment=(("A", "b"),))), side, WORDS)
    (spec,) = engine.specs
    assert spec.entrypoint == ("/nodejs/bin/node",)
    assert spec.command == ("--test",)
    assert spec.files == ()
    assert spec.environment == (("A", "b"),)


def test_shell_syntax_runs_in_the_private_shell() -> None:
    engine = FakeEngine()
    command.check(rig(engine), PLAIN, SHELL)
    (spec,) = engine.specs
    assert spec.entrypoint == (BUSYBOX,)
    assert spec.command == ("sh", "-c", SHELL.text)
    assert [file.path for file in spec.files] == [BUSYBOX]


def test_shell_syntax_without_a_toolbox_is_no_evidence() -> None:
    run = command.check(rig(FakeEngine(), tools=Toolbox(missing="offline")), PLAIN, SHELL)
    assert run.state is CheckState.BROKEN
    assert "offline" in run.summary


REPORT = b'<testsuite><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>'


def test_a_junit_report_is_read_and_names_what_failed() -> None:
    end = Exit(exit_code=1, output="", files=(File(path="/app/out/junit.xml", content=REPORT),))
    engine = FakeEngine(end=end)
    side = Side(role="r", image="i", config=ImageConfig(id="i", workdir="/app"))
    run = command.check(rig(engine, Policy(junit="out/junit.xml")), side, WORDS)
    assert engine.specs[0].collect == ("/app/out/junit.xml",)
    assert run.state is CheckState.FAILED
    assert run.summary == "1 of 2 tests failed (exit 1): b"


def test_a_missing_report_is_no_evidence() -> None:
    engine = FakeEngine(end=Exit(exit_code=0, output=GREEN))
    run = command.check(rig(engine, Policy(junit="/r.xml")), PLAIN, WORDS)
    assert run.state is CheckState.BROKEN
    assert "/r.xml" in run.summary
