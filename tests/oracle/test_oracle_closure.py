"""The closure against the real loaders: what is predicted to fail fails, and nothing else does.

Small programs are compiled on Debian 12, Debian 13 and with musl-gcc, put into images of every
tier, and started there: each once by a static shell in one container of the image, and a few by
the engine itself, each in a container of its own.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from oracle_engine import lab_engine, run

from stepdown.adapters.engine import DockerEngine
from stepdown.measure import read_rootfs
from stepdown.model.trial import Built
from stepdown.ports import BuildRequest, ContainerSpec
from stepdown.rootfs.closure import closure
from stepdown.rootfs.problems import Problem, ProblemKind
from stepdown.verify import toolbox
from stepdown.verify.toolbox import Toolbox

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
ALONE = ("b-stream", "m-hello", "b-static")
_END = "this was the end, with"
PROGRAMS = """
b-hello b-static b-fortified b-number b-mathematics b-stream b-portable b-host b-runpath b-rpath
b-nowhere b-local t-hello t-number t-stream t-modern m-hello m-static m-number m-fortified m-host
m-runpath m-rpath m-nowhere m-local
""".split()  # noqa: SIM905  (twenty lines otherwise)


Said = tuple[int | None, str]
"""How a program ended, and what it or who had to start it said."""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerEngine]:
    with lab_engine(tmp_path_factory.mktemp("oracle")) as connected:
        yield connected


@pytest.fixture(scope="module")
def tools(engine: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Toolbox:
    return toolbox.fetch(engine, str(tmp_path_factory.mktemp("empty")), lambda _: None)


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
            return ("no such file or directory", "not found")
        case ProblemKind.MISSING_SYMBOL:
            return tuple(f"{name}: symbol not found" for name in problem.name.split(", "))
        case ProblemKind.MISSING_VERSION:
            return (problem.name.split()[-1],)
        case _:
            return (problem.name,)


def started(
    engine: DockerEngine, tools: Toolbox, image: str, commands: list[tuple[str, ...]]
) -> Iterator[Said]:
    """Start one after the other in one container; return how each one ended."""
    end = f"code=$?; echo; echo {_END} $code"
    lines = (f"{' '.join(words)} </dev/null 2>&1; {end}" for words in commands)
    argv = tools.shell("\n".join(lines))
    spec = ContainerSpec(
        image=image,
        role="oracle",
        entrypoint=argv[:1],
        command=argv[1:],
        files=tools.files,
        network=False,
    )
    done = engine.run(spec, timeout=120)
    pieces = re.split(rf"^{_END} (\d+)\n", done.output, flags=re.MULTILINE)
    assert len(pieces) == 2 * len(commands) + 1, done
    for text, code in zip(pieces[0::2], pieces[1::2], strict=False):
        yield int(code), text


def faults(problems: tuple[Problem, ...], path: str, ended: Said) -> Iterator[str]:
    code, told = ended
    predicted = [p for p in problems if p.path == path and p.certain]
    hints = [word for problem in predicted for word in expected_words(problem)]
    if bool(predicted) == (code == 0):
        yield f"{path}: predicted {predicted}, actual {code} {told}"
    elif hints and not any(hint in told for hint in hints):
        yield f"{path}: predicted {predicted}, but it said {told}"


@pytest.mark.parametrize("base", BASES)
def test_predicted_is_actual(engine: DockerEngine, tools: Toolbox, base: str) -> None:
    image = build(engine, base)
    config = engine.inspect(image)
    problems = closure(read_rootfs(engine, image), dict(config.env), config.architecture)
    host = "m-host" if base.startswith("alpine") else "b-host"
    programs = FEW if base in LOADERLESS else PROGRAMS
    commands: dict[str, tuple[str, ...]] = {f"/p/{name}": (f"/p/{name}",) for name in programs}
    if base not in LOADERLESS:
        commands |= {f"/p/{name}": (f"/p/{host}", f"/p/{name}") for name in PLUGINS}
    ends = started(engine, tools, image, list(commands.values()))
    wrong = [
        one for path, end in zip(commands, ends, strict=True) for one in faults(problems, path, end)
    ]
    for path in (f"/p/{name}" for name in ALONE):
        done = run(engine, image, path)
        wrong += faults(problems, path, (done.exit_code, f"{done.refused}\n{done.output}"))
    assert wrong == []


def test_a_pristine_base_adds_no_certain_problem_of_its_own(engine: DockerEngine) -> None:
    for image in ("alpine:3.23", "debian:bookworm-slim", "debian:trixie-slim"):
        config = engine.inspect(image)
        assert closure(read_rootfs(engine, image), dict(config.env), config.architecture) == ()
