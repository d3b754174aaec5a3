"""Compare what is read of every image of the lab with the image's own tools and with syft.

    python tests/oracle/compare.py             all of them; takes a while
    python tests/oracle/compare.py IMAGE...    these

Images that hold the same layers are read once. Differences from syft that the table in
tests/syft_differences.py explains are not printed. Exits with 1 where any is left.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import oracle_counts
import oracle_syft
from oracle_engine import lab_engine

from stepdown.adapters.engine import DockerEngine
from stepdown.measure import read_rootfs
from syft_differences import unexplained


def images(engine: DockerEngine) -> list[str]:
    """Return one name of each distinct image of the lab, the smallest first."""
    words = ["docker", "images", "--format", "{{.Repository}}:{{.Tag}}"]
    said = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    names = [name for name in said.split() if "<none>" not in name and ".local/" not in name]
    layers = {engine.inspect(name).layers: name for name in sorted(names, reverse=True)}
    return sorted(layers.values(), key=lambda name: engine.inspect(name).size)


def compared(engine: DockerEngine, image: str) -> int:
    """Print what differs, and return how much."""
    fs = read_rootfs(engine, image, symbols=False)
    own_tools = oracle_counts.shell(fs) is not None
    found = list(oracle_counts.differences(engine, image, fs)) if own_tools else []
    ours, theirs = oracle_syft.by_us(fs), oracle_syft.by_syft(image)
    found += [
        f"{image}: {kind}: {package} only by {whose}"
        for kind, whose, package in unexplained(image, ours, theirs)
    ]
    counts = ", ".join(f"{kind} {len(ours.get(kind, ()))}" for kind in sorted({*ours, *theirs}))
    print(f"{image}: {'own tools, ' if own_tools else ''}{counts}", flush=True)
    for line in found:
        print(f"  {line}", flush=True)
    return len(found)


def main() -> int:
    """Compare all; tell whether anything is left to explain."""
    with tempfile.TemporaryDirectory() as folder, lab_engine(Path(folder)) as engine:
        names = sys.argv[1:] or images(engine)
        left = sum(compared(engine, image) for image in names)
    print(f"{len(names)} images, {left} differences without a reason")
    return int(left > 0)


if __name__ == "__main__":
    sys.exit(main())
