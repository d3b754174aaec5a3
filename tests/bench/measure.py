"""How long reading an image takes, against a drained export and against tarfile.

    python tests/bench/measure.py [IMAGE...]

Prints seconds of wall and processor time, the least of some alternating runs, and their ratio to
the drained export of the same runs. Nothing is asserted: machines differ, and so does their load.
"""

import io
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from stepdown.adapters.engine import DockerEngine, connect
from stepdown.adapters.runs import Home, open_run
from stepdown.rootfs.closure import closure
from stepdown.rootfs.image import read

RUNS = 3
IMAGES = ("alpine:3.23", "debian:bookworm-slim", "node:24-slim")
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


READERS: dict[str, Reader] = {"drained": drain, "stepdown": read, "tarfile": by_tarfile}


def timed(engine: DockerEngine, image: str, reader: Reader) -> tuple[float, float]:
    with engine.export(image) as chunks:
        wall, processor = time.perf_counter(), time.process_time()
        reader(chunks)
        return time.perf_counter() - wall, time.process_time() - processor


def bench(engine: DockerEngine, image: str) -> None:
    best: dict[str, tuple[float, float]] = {}
    for _ in range(RUNS):
        for name, reader in READERS.items():
            now = timed(engine, image, reader)
            before = best.get(name, now)
            best[name] = (min(now[0], before[0]), min(now[1], before[1]))
    base = best["drained"]
    for name, (wall, processor) in best.items():
        ratio = f"{wall / base[0]:5.2f}x wall {processor / max(base[1], 1e-9):6.2f}x processor"
        print(f"{image:44} {name:9} {wall:7.3f} s {processor:7.3f} s  {ratio}")
    with engine.export(image) as chunks:
        fs = read(chunks)
    started = time.process_time()
    problems = closure(fs, {}, engine.inspect(image).architecture)
    spent = time.process_time() - started
    print(f"{image:44} closure   {spent:7.3f} s, {len(fs.elf)} ELF files, {len(problems)} problems")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder, "cache"), Path(folder, "state"))
        with open_run(home) as run, connect(run, target="bench") as engine:
            for image in sys.argv[1:] or IMAGES:
                bench(engine, image)


if __name__ == "__main__":
    main()
