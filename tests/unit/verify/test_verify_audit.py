"""The audit: which commands are missing, and which of them are called."""

import pytest

from fakes import ENDED, RUNNING, FakeContainer, FakeEngine, image
from stepdown.model.facts import Command
from stepdown.model.image import ImageConfig
from stepdown.model.plan import Policy
from stepdown.model.trial import CheckRun, CheckState
from stepdown.ports import ContainerSpec
from stepdown.verify import audit
from stepdown.verify.session import Endpoints
from stepdown.verify.side import Rig, Side
from stepdown.verify.toolbox import BUSYBOX, Toolbox

CONFIG = ImageConfig(id="i", env=(("PATH", "/usr/bin:/bin"),))
SIDE = Side(role="r", image="i", config=CONFIG)
NOTHING = audit.Rehearsal(command=None, asked=Endpoints(port=None, paths=("/",)), answers=False)


def rehearse(
    calls: bytes, toolbox: Toolbox, rehearsal: audit.Rehearsal = NOTHING
) -> tuple[CheckRun, list[ContainerSpec]]:
    container = FakeContainer(states=[ENDED], files={"/.stepdown/calls": calls})
    engine = FakeEngine(container=container)
    rig = Rig(engine=engine, toolbox=toolbox, policy=Policy())
    run = audit.check(rig, SIDE, ("/bin/ps", "/bin/sh"), rehearsal)
    return run, engine.specs


TOOLS = Toolbox(busybox=b"elf")


def test_commands_of_the_baseline_that_the_candidate_lacks() -> None:
    before, after = image("/usr/bin/sh", "/usr/bin/env", "/bin/ps"), image("/usr/bin/env")
    gone = audit.missing(before, CONFIG, after, CONFIG)
    assert gone == ("/bin/ps", "/usr/bin/sh")


def test_both_names_of_a_merged_folder_are_watched() -> None:
    before = image("/usr/bin/sh", links={"/bin": "usr/bin"})
    assert audit.missing(before, CONFIG, image(), CONFIG) == ("/bin/sh", "/usr/bin/sh")


def test_a_canary_lies_at_its_real_path() -> None:
    before = image("/usr/bin/sh", links={"/bin": "usr/bin"})
    after = image("/usr/bin/env", links={"/bin": "usr/bin"})
    assert audit.missing(before, CONFIG, after, CONFIG) == ("/usr/bin/sh",)


def test_a_command_that_lies_elsewhere_on_path_is_not_missing() -> None:
    assert audit.missing(image("/usr/bin/sh"), CONFIG, image("/bin/sh"), CONFIG) == ()


def test_a_call_of_a_missing_program_fails() -> None:
    run, specs = rehearse(b"/bin/sh -c date +%Y\n/bin/sh -c date +%Y\n", TOOLS)
    assert run.state is CheckState.FAILED
    assert "`/bin/sh -c date +%Y` was called" in run.summary
    assert len(run.messages) == 1
    paths = {file.path for spec in specs for file in spec.files}
    assert paths == {BUSYBOX, "/.stepdown/calls", "/bin/ps", "/bin/sh"}


def test_no_call_passes() -> None:
    run, _ = rehearse(b"", TOOLS)
    assert run.state is CheckState.PASSED


def test_what_runtimes_look_for_by_themselves_does_not_count() -> None:
    run, _ = rehearse(b"/sbin/ldconfig -p\n", TOOLS)
    assert run.state is CheckState.PASSED


def test_the_tests_run_with_canaries_too() -> None:
    tests = audit.Rehearsal(
        command=Command(text="a", argv=("a",)),
        asked=Endpoints(port=None, paths=("/",)),
        answers=False,
    )
    _, specs = rehearse(b"", TOOLS, tests)
    assert [spec.entrypoint for spec in specs] == [("a",), None]


def test_without_a_toolbox_nothing_is_known() -> None:
    run, _ = rehearse(b"", Toolbox(missing="offline"))
    assert run.state is CheckState.BROKEN
    assert "offline" in run.summary


@pytest.mark.parametrize(
    "container",
    [
        FakeContainer(states=[ENDED], refusal="no such file"),
        FakeContainer(states=[ENDED]),
        FakeContainer(states=[RUNNING], files={"/.stepdown/calls": b""}),
    ],
)
def test_a_rehearsal_that_did_not_happen_proves_nothing(container: FakeContainer) -> None:
    engine = FakeEngine(container=container)
    rig = Rig(engine=engine, toolbox=TOOLS, policy=Policy(start_timeout=1, test_timeout=1))
    asked = audit.Rehearsal(command=None, asked=Endpoints(port=80, paths=("/",)), answers=True)
    assert audit.check(rig, SIDE, ("/bin/sh",), asked).state is CheckState.BROKEN


def test_tests_that_hang_prove_nothing() -> None:
    container = FakeContainer(states=[RUNNING], files={"/.stepdown/calls": b""})
    rig = Rig(
        engine=FakeEngine(container=container),
        toolbox=TOOLS,
        policy=Policy(start_timeout=1, test_timeout=1),
    )
    asked = audit.Rehearsal(
        command=Command(text="a", argv=("a",)),
        asked=Endpoints(port=None, paths=("/",)),
        answers=False,
    )
    run = audit.check(rig, SIDE, ("/bin/sh",), asked)
    assert run.state is CheckState.BROKEN
    assert "did not end" in run.summary


def test_with_nothing_missing_nothing_is_run() -> None:
    engine = FakeEngine()
    rig = Rig(engine=engine, toolbox=TOOLS, policy=Policy())
    run = audit.check(rig, SIDE, (), NOTHING)
    assert run.state is CheckState.PASSED
    assert engine.specs == []
