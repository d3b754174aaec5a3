"""How fast Dockerfiles are read and planned, against dockerfile-parse and the oracles.

    python tests/bench/rewrite.py [FOLDER]

FOLDER holds Dockerfiles, by whatever names; without one, those that the tests were written for are
taken. Prints processor time of one core, the least of some alternating runs, and its ratios to
dockerfile-parse and the oracles; for long files, how it grows where the lines are ten times as many
(linear is 10). Nothing is asserted: machines differ, and so does their load.
"""

import io
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from dockerfile_parse import DockerfileParser
from e2b_dockerfile_utils import parse_dockerfile_ast
from msgspec import Struct

from stepdown.dockerfile import Dockerfile, read
from stepdown.errors import DockerfileError
from stepdown.flow import catalog
from stepdown.model.facts import Facts, Target
from stepdown.model.image import Libc, PackageManager, Tier
from stepdown.model.plan import Candidate, Policy
from stepdown.rewrite import rewrite

sys.path.insert(0, str(Path(__file__).parent.parent / "oracle"))
import oracle_corpus

RECIPES = catalog.load()
PACKAGES = {name.debian: name for name in RECIPES.packages}
ALPINE = Candidate(
    image="alpine:3.23",
    tier=Tier.ALPINE,
    family="debian",
    libc=Libc.MUSL,
    shell=True,
    package_manager=PackageManager.APK,
)
RUNS = 5
MOST = 2_000
LINES = 100_000
BUILDER = """
import dockerfile, json, sys, time
texts = json.load(sys.stdin)
started = time.process_time()
for text in texts:
    dockerfile.parse_string(text)
print(time.process_time() - started)
"""
Reader = Callable[[str], object]


class Job(Struct, frozen=True):
    """Something that is done with each file. To add one is all that a new measurement takes."""

    name: str
    do: Reader


def scripts(text: str) -> object:
    doc = Dockerfile(text)
    return [doc.script(one) for one in doc.instructions if one.keyword == "RUN"]


def planned(text: str) -> object:
    """Plan for Alpine, which needs the most edits; a file that is refused costs as well."""
    try:
        doc = read(text)
        target = Target(
            repository="/repository",
            commit="",
            dockerfile="Dockerfile",
            context=".",
            text=text,
            stage="",
            base=doc.external(doc.ships()),
            base_line=1,
            family="",
            tier=Tier.FULL,
        )
        return rewrite(
            text,
            ALPINE,
            target=target,
            facts=Facts(),
            packages=PACKAGES,
            policy=Policy(),
            programs=RECIPES.programs,
        )
    except DockerfileError:
        return None


def parser(text: str) -> object:
    return DockerfileParser(fileobj=io.BytesIO(text.encode())).structure


JOBS = (
    Job("dockerfile-parse", parser),
    Job("stepdown, instructions and stages", Dockerfile),
    Job("stepdown, and the words of RUN", scripts),
    Job("stepdown, planned for Alpine", planned),
    Job("oracle: e2b-dockerfile-utils", parse_dockerfile_ast),
)


def texts(folder: str) -> list[str]:
    """Read files that all readers take, evenly out of the folder."""
    paths = sorted(path for path in Path(folder).rglob("*") if path.is_file()) if folder else []
    paths = paths[:: len(paths) // MOST + 1]
    files = [path.read_bytes() for path in paths] or list(oracle_corpus.read().values())
    found = [data.decode("utf-8", "replace") for data in files]
    return [text for text in found if readable(text)]


def readable(text: str) -> bool:
    try:
        Dockerfile(text)
        parse_dockerfile_ast(text)
    except (DockerfileError, ValueError):
        return False
    return "\0" not in text


def spent(do: Reader, files: list[str]) -> float:
    started = time.process_time()
    for text in files:
        do(text)
    return time.process_time() - started


def builder(files: list[str]) -> float:
    """Time of the builder's own parser, in a process of its own."""
    command = [sys.executable, "-c", BUILDER]
    answer = subprocess.run(
        command, input=json.dumps(files), stdout=subprocess.PIPE, text=True, check=True
    )
    return float(answer.stdout)


def small_files(files: list[str]) -> None:
    best = {job.name: spent(job.do, files) for job in JOBS}
    for _ in range(RUNS - 1):
        best = {job.name: min(best[job.name], spent(job.do, files)) for job in JOBS}
    best["oracle: dockerfile"] = builder(files)
    size = sum(map(len, files)) / len(files)
    print(f"{len(files)} files of {size:.0f} characters; times the time of each other reader:")
    others = ("dockerfile-parse", "oracle: e2b-dockerfile-utils", "oracle: dockerfile")
    print(f"{'':54}" + "".join(f"{name:>30}" for name in others))
    for name, seconds in best.items():
        ratios = "".join(f"{seconds / best[other]:29.2f}x" for other in others)
        print(f"{name:36} {len(files) / seconds:9.0f} files/s{ratios}")


def long_files() -> None:
    shapes = {
        "a RUN with a list": ("FROM x\nRUN apt-get install -y", " \\\n    package{}", "\n"),
        "a RUN with commands": ("FROM x\nRUN true", " && \\\n    echo {}", "\n"),
        "a RUN with a heredoc": ("FROM x\nRUN <<EOF", "\necho {}", "\nEOF\n"),
        "an instruction a line": ("FROM x", "\nENV a{}=b", "\n"),
    }
    before: tuple[float, ...] = ()
    for name, (head, line, tail) in shapes.items():
        for count in (LINES // 10, LINES):
            text = head + "".join(line.format(number) for number in range(count)) + tail
            times = (spent(Dockerfile, [text]), spent(scripts, [text]), spent(planned, [text]))
            before = times if count < LINES else before
            growth = "".join(f" {now / old:5.1f}" for now, old in zip(times, before, strict=True))
            print(
                f"{name:24} {count:8} lines: read {times[0]:5.2f} s, with its words "
                f"{times[1]:5.2f} s, planned {times[2]:5.2f} s"
                + (f"; times the shorter one's time:{growth}" if count == LINES else "")
            )


def main() -> None:
    small_files(texts(sys.argv[1] if len(sys.argv) > 1 else ""))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory so far {memory:.0f} MB")
    long_files()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory with long files {memory:.0f} MB")


if __name__ == "__main__":
    main()
