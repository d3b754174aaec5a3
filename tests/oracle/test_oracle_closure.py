"""The closure against the real loaders: what is predicted to fail fails, and nothing else does.

Small programs are compiled on Debian 12, Debian 13 and with musl-gcc, put into images of every
tier, and started there.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from oracle_engine import lab_engine, run

from stepdown.adapters.engine import DockerEngine
from stepdown.measure import read_rootfs
from stepdown.model.trial import Built
from stepdown.ports import BuildRequest
from stepdown.rootfs.closure import closure
from stepdown.rootfs.problems import Problem, ProblemKind

pytestmark = pytest.mark.engine

BASES = (
    "scratch",
    "busybox:musl",
    "alpine:3.23",
    "debian:bookworm-slim",
    "debian:trixie-slim",
    "gcr.io/distroless/static-debian13:latest",
    "gcr.io/distroless/base-debian13:latest",
    "gcr.io/distroless/cc-debian13:latest",
)
CONTEXT = Path(__file__).parent / "programs"
PLUGINS = ("b-plugin.so", "b-fortified.so", "t-plugin.so", "m-plugin.so")
# Bases without any program loader: there is nothing to tell apart among programs that need one.
LOADERLESS = ("scratch", "busybox:musl", "gcr.io/distroless/static-debian13:latest")
FEW = ("b-hello", "b-static", "b-stream", "m-hello", "m-static")
PROGRAMS = """
b-hello b-static b-fortified b-number b-mathematics b-stream b-portable b-host b-runpath b-rpath
b-nowhere b-local t-hello t-number t-stream t-modern m-hello m-static m-number m-fortified m-host
m-runpath m-rpath m-nowhere m-local
""".split()  # noqa: SIM905  (twenty lines otherwise)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerEngine]:
    with lab_engine(tmp_path_factory.mktemp("oracle")) as connected:
        yield connected


def build(engine: DockerEngine, base: str) -> str:
    request = BuildRequest(
        name="closure",
        dockerfile=(CONTEXT / "Dockerfile").read_text(),
        context=str(CONTEXT),
        arguments=(("BASE", base),),
    )
    built = engine.build(request, lambda _: None)
    assert isinstance(built, Built), built
    return built.image


def expected_words(problem: Problem) -> tuple[str, ...]:
    """What the engine or a loader may say; the first of several problems stops it."""
    match problem.kind:
        case ProblemKind.MISSING_INTERPRETER:
            return ("no such file or directory",)
        case ProblemKind.MISSING_SYMBOL:
            return tuple(f"{name}: symbol not found" for name in problem.name.split(", "))
        case ProblemKind.MISSING_VERSION:
            return (problem.name.split()[-1],)
        case _:
            return (problem.name,)


@pytest.mark.parametrize("base", BASES)
def test_predicted_is_actual(engine: DockerEngine, base: str) -> None:
    image = build(engine, base)
    config = engine.inspect(image)
    problems = closure(read_rootfs(engine, image), dict(config.env), config.architecture)
    host = "m-host" if base.startswith("alpine") else "b-host"
    programs = FEW if base in LOADERLESS else PROGRAMS
    commands: dict[str, tuple[str, ...]] = {f"/p/{name}": (f"/p/{name}",) for name in programs}
    if base not in LOADERLESS:
        commands |= {f"/p/{name}": (f"/p/{host}", f"/p/{name}") for name in PLUGINS}
    wrong: list[str] = []
    for path, words in commands.items():
        predicted = [p for p in problems if p.path == path and p.certain]
        done = run(engine, image, *words)
        told = f"{done.refused}\n{done.output}"
        hints = [word for problem in predicted for word in expected_words(problem)]
        if bool(predicted) == (done.exit_code == 0):
            wrong.append(f"{path}: predicted {predicted}, actual {done.exit_code} {told}")
        elif hints and not any(hint in told for hint in hints):
            wrong.append(f"{path}: predicted {predicted}, but it said {told}")
    assert wrong == []


def test_a_pristine_base_adds_no_certain_problem_of_its_own(engine: DockerEngine) -> None:
    for image in ("alpine:3.23", "debian:bookworm-slim", "debian:trixie-slim"):
        config = engine.inspect(image)
        assert closure(read_rootfs(engine, image), dict(config.env), config.architecture) == ()
