"""How long measuring takes, as ratios in one run: against a drained export, tarfile and syft.

    python tests/bench/measure.py                  everything; takes some minutes
    python tests/bench/measure.py --size '2.5 GB'  one of the made images
    python tests/bench/measure.py IMAGE...         these images, without the rest

An image of 2.5 GB is made from the lab's, and smaller ones to show how time grows with size; they
are removed at the end. Runs alternate and the least of them counts. Nothing is asserted: machines
differ, and so does their load. Memory is that of a process of its own for each image.
"""

import argparse
import io
import resource
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from stepdown.adapters.engine import DockerEngine, connect
from stepdown.adapters.runs import Home, Run, open_run
from stepdown.flow import catalog
from stepdown.measure import quick_surface, surface
from stepdown.model.trial import Built
from stepdown.ports import BuildRequest
from stepdown.rootfs.closure import closure
from stepdown.rootfs.image import read

MEGABYTE = 1_000_000
QUICK = ("alpine:3.23", "debian:bookworm-slim", "node:24", "gcr.io/distroless/nodejs24-debian13")
# Parts of about 0.1, 0.5, 1.2 and 2.5 GB.
GROWTH = {
    "0.1 GB": "FROM debian:bookworm\n",
    "0.5 GB": "FROM debian:bookworm\nCOPY --from=buildpack-deps:bookworm-scm / /one/\n",
    "1.2 GB": "FROM debian:bookworm\nCOPY --from=node:24 / /one/\n",
    "2.5 GB": "FROM node:24\nCOPY --from=golang:1.24 / /one/\n"
    "COPY --from=buildpack-deps:bookworm-scm / /two/\nCOPY --from=debian:trixie / /three/\n",
}
SYFT = Path(sys.executable).with_name("syft")
Reader = Callable[[Iterator[bytes]], object]


class Chunks(io.RawIOBase):
    """Chunks as the file that tarfile wants."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self._rest or next(self._chunks, b"")
        count = min(len(buffer), len(chunk))
        buffer[:count] = chunk[:count]
        self._rest = chunk[count:]
        return count


def drain(chunks: Iterator[bytes]) -> object:
    return sum(len(chunk) for chunk in chunks)


def by_tarfile(chunks: Iterator[bytes]) -> object:
    with tarfile.open(fileobj=io.BufferedReader(Chunks(chunks)), mode="r|") as tar:
        return sum(1 for _ in tar)


def by_us(chunks: Iterator[bytes]) -> object:
    return read(chunks, symbols=False)


def timed(engine: DockerEngine, image: str, reader: Reader) -> tuple[float, float]:
    with engine.export(image) as chunks:
        wall, processor = time.perf_counter(), time.process_time()
        reader(chunks)
        return time.perf_counter() - wall, time.process_time() - processor


def least(
    engine: DockerEngine, image: str, readers: dict[str, Reader], runs: int
) -> dict[str, list[float]]:
    best: dict[str, list[float]] = {}
    for _ in range(runs):
        for name, reader in readers.items():
            now = timed(engine, image, reader)
            best[name] = [min(pair) for pair in zip(now, best.get(name, now), strict=True)]
    return best


def compared(
    engine: DockerEngine, image: str, title: str, readers: dict[str, Reader], runs: int
) -> float:
    """Print and return the wall time of our reader."""
    size = engine.inspect(image).size / 1e9
    best = least(engine, image, {"drained": drain, "stepdown": by_us, **readers}, runs)
    wall, processor = best["drained"]
    for name, (its_wall, its_processor) in best.items():
        print(
            f"{title:24} {name:9} {its_wall:7.2f} s {its_wall / wall:5.2f} x drained"
            f" {its_processor:7.2f} s processor {its_processor / size:5.2f} s/GB",
            f"({(its_processor - processor) / size:.2f} s/GB beyond the drained export)",
            flush=True,
        )
    return best["stepdown"][0]


def memory(image: str) -> None:
    """Print the peak of a process that measures `image` and nothing else."""
    done = subprocess.run(
        [sys.executable, __file__, "--memory", image], check=True, capture_output=True, text=True
    )
    print(f"{image:24} {done.stdout.strip()}", flush=True)


def peak(engine: DockerEngine, image: str) -> None:
    with engine.export(image) as chunks:
        fs = read(chunks, symbols=False)
    surface(fs, engine.inspect(image), catalog.load(), image)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MEGABYTE
    print(f"peak of memory {used:.0f} MB, {len(fs.entries)} files, {len(fs.elf)} ELF files")


def against_syft(image: str, ours: float) -> None:
    started = time.perf_counter()
    words = [str(SYFT), "scan", f"docker:{image}", "-o", "json", "-q"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    spent = time.perf_counter() - started
    print(f"{image:24} syft {spent:.1f} s, {spent / ours:.1f} x ours", flush=True)


def quick(engine: DockerEngine, runs: int) -> None:
    recipes = catalog.load()
    for image in QUICK:
        config = engine.inspect(image)
        spent: dict[float, int | None] = {}
        for _ in range(runs):
            started = time.perf_counter()
            card = quick_surface(engine, config, recipes, image)
            spent[time.perf_counter() - started] = card.measures[0].value
        seconds, packages = min(spent.items())
        print(f"{image:40} quick look {seconds:.3f} s, {packages} packages", flush=True)


def growth(engine: DockerEngine, run: Run, titles: list[str], runs: int) -> None:
    for title in titles:
        text = GROWTH[title]
        context = str(run.scratch("bench"))
        request = BuildRequest(name="bench", dockerfile=text, context=context)
        built = engine.build(request, lambda _: None)
        assert isinstance(built, Built), built
        spent = compared(engine, built.image, title, {}, runs)
        size = engine.inspect(built.image).size / 1e9
        print(f"{title:24} {size:.2f} GB, {spent / size:.2f} s/GB", flush=True)
        if size > 1:
            memory(built.image)
            against_syft(built.image, spent)


def one(engine: DockerEngine, image: str, runs: int) -> None:
    compared(engine, image, image, {"tarfile": by_tarfile}, runs)
    with engine.export(image) as chunks:
        fs = read(chunks)
    started = time.process_time()
    problems = closure(fs, {}, engine.inspect(image).architecture)
    spent = time.process_time() - started
    print(f"{image:24} closure {spent:.3f} s, {len(fs.elf)} ELF files, {len(problems)} problems")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("images", nargs="*")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--size", choices=GROWTH, action="append")
    parser.add_argument("--memory")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder, "cache"), Path(folder, "state"))
        with open_run(home) as run, connect(run, target="bench") as engine:
            if asked.memory:
                peak(engine, asked.memory)
            for image in asked.images:
                one(engine, image, asked.runs)
            if not (asked.memory or asked.images):
                quick(engine, asked.runs)
                growth(engine, run, asked.size or list(GROWTH), asked.runs)


if __name__ == "__main__":
    main()
