"""Which files the checks open: what is asked of the container, and what its answers mean."""

from dataclasses import dataclass, field

import pytest

from fakes import FakeContainer, FakeEngine
from stepdown.model.facts import Command
from stepdown.model.image import ImageConfig
from stepdown.model.plan import Policy
from stepdown.ports import ContainerState, Exit
from stepdown.verify.audit import Rehearsal
from stepdown.verify.opened import Opened, watch
from stepdown.verify.session import Endpoints
from stepdown.verify.side import Rig, Side
from stepdown.verify.toolbox import Toolbox

CANARY = "/.stepdown.canary"
TESTS = Command(text="app test", argv=("app", "test"))
ENDED = ContainerState(running=False, exit_code=0)


@dataclass
class Scripted(FakeContainer):
    """A container whose programs end as told, one after another; the last one again and again."""

    ends: list[Exit] = field(default_factory=list)
    users: list[str] = field(default_factory=list)

    def execute(self, argv: tuple[str, ...], timeout: float, *, user: str = "") -> Exit:
        self.users.append(user)
        return self.ends.pop(0) if len(self.ends) > 1 else self.ends[0]


def end(text: str = "", code: int = 0, *, truncated: bool = False) -> Exit:
    return Exit(exit_code=code, output=text, truncated=truncated)


def watched(
    *ends: Exit, tests: Command | None = None, toolbox: Toolbox | None = None, **more: object
) -> tuple[Opened, FakeEngine, Scripted]:
    container = Scripted(ends=list(ends), states=[ENDED], **more)  # type: ignore[arg-type]
    engine = FakeEngine(container=container)
    policy = Policy(start_timeout=0.1, test_timeout=0.3)
    box = toolbox or Toolbox(busybox=b"box")
    rehearsal = Rehearsal(command=tests, asked=Endpoints(port=None, paths=("/",)), answers=False)
    config = ImageConfig(id="i", entrypoint=("app",), cmd=("serve",))
    rig = Rig(engine=engine, toolbox=box, policy=policy)
    seen = watch(rig, Side(role="r", image="i", config=config), ["/a", "/b c"], rehearsal)
    return seen, engine, container


def test_the_application_starts_by_itself_and_root_only_looks() -> None:
    seen, engine, container = watched(end(), end(f"/b c\n{CANARY}\n"))
    assert seen == Opened(paths=frozenset(["/b c"]))
    (spec,) = engine.specs
    assert spec.command == ("app", "serve")
    assert spec.user == ""
    assert container.users == ["0", "0"]
    files = {one.path: one.content for one in spec.files}
    assert files["/.stepdown/files"] == f"/a\n/b c\n{CANARY}\n".encode()


def test_the_tests_run_in_a_container_of_their_own() -> None:
    ends = (end(), end(f"/a\n{CANARY}"), end(), end(f"/b c\n{CANARY}"))
    seen, engine, _ = watched(*ends, tests=TESTS)
    assert seen.paths == {"/a", "/b c"}
    assert [spec.command for spec in engine.specs] == [("app", "serve"), ("app", "test")]


def test_a_host_without_times_of_access_proves_nothing() -> None:
    seen, engine, _ = watched(end(), end("/a"), tests=TESTS)
    assert seen == Opened(unsure="the engine's host keeps no times of access")
    assert len(engine.specs) == 1


@pytest.mark.parametrize(
    ("ends", "why"),
    [
        ((end("no space left", 1),), "the files could not be touched: no space left"),
        ((end(), end("", 1)), "the times could not be read: exit 1"),
        ((end(), end(f"/a\n{CANARY}", truncated=True)), "the list of opened files was cut"),
    ],
)
def test_what_went_wrong_is_said(ends: tuple[Exit, ...], why: str) -> None:
    assert watched(*ends)[0].unsure == why


def test_without_a_toolbox_or_a_container_nothing_is_known() -> None:
    assert watched(end(), toolbox=Toolbox(missing="no busybox"))[0] == Opened(unsure="no busybox")
    assert watched(end(), refusal="no such image")[0] == Opened(unsure="no such image")


def test_tests_that_do_not_end_are_said() -> None:
    running = ContainerState(running=True, exit_code=None)
    ends = (end(), end(CANARY))
    container = Scripted(ends=list(ends), states=[running])
    rig = Rig(
        engine=FakeEngine(container=container),
        toolbox=Toolbox(busybox=b"box"),
        policy=Policy(start_timeout=0.1, test_timeout=0.3),
    )
    rehearsal = Rehearsal(command=TESTS, asked=Endpoints(port=None, paths=("/",)), answers=False)
    side = Side(role="r", image="i", config=ImageConfig(id="i", cmd=("app",)))
    assert watch(rig, side, ["/a"], rehearsal).unsure == "the tests did not end"
