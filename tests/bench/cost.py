"""What one rung costs, against the raw commands that do the same work by hand.

    python tests/bench/cost.py [--turns N] [--base IMAGE]

Takes examples/node-api. By hand means: build the old and the new file, run the tests in both,
start both, ask each page, wait for the health check, stop, and list the files of both. Each run
gets a package.json of its own, so that nothing comes out of the build cache. The two take turns,
because machines differ, and so does their load; prints seconds, their medians and the ratio.
Nothing is asserted. The engine is the one of the environment: eval "$(./tests/lab/env)".
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[1] / "engine"))
import expected

from stepdown.model.trial import Outcome

_PORT, _PAGES, _TEST = 3000, ("/", "/health"), ("node", "--test")
_POLL = 0.2


def docker(*words: str) -> str:
    """Run a docker command; return what it prints."""
    done = subprocess.run(["docker", *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def fresh(place: Path) -> Path:
    """Copy the application into a repository whose npm step is not in the build cache."""
    copy = expected.repository(expected.ROOT / "examples" / "node-api", place)
    file = copy / "package.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "description": token_hex(8)}))
    commit = ["git", "-C", str(copy), "commit", "--quiet", "--all", "--message", "new"]
    subprocess.run(commit, check=True)
    return copy


def tool(base: str) -> tuple[float, str]:
    """Run stepdown on one rung; return its seconds and the new Dockerfile."""
    with tempfile.TemporaryDirectory(prefix="stepdown-cost-") as place:
        copy, words = fresh(Path(place)), ("--base", base, "--test", " ".join(_TEST))
        began = time.monotonic()
        _, outcome = expected.migrate(copy, Path(place), *words)
        return time.monotonic() - began, _text(outcome)


def _text(outcome: Outcome) -> str:
    if outcome.best is None:
        sys.exit(f"The run is no good example: {[trial.reason for trial in outcome.trials]}")
    return outcome.best.rewrite.text


def by_hand(text: str) -> tuple[float, dict[str, float]]:
    """Do it with docker commands; return the seconds, whole and by kind of work."""
    with tempfile.TemporaryDirectory(prefix="stepdown-cost-") as place:
        copy, spent = fresh(Path(place)), dict[str, float]()
        (copy / "New").write_text(text)
        began = time.monotonic()
        for file in ("Dockerfile", "New"):
            with image(copy, file, spent) as built:
                for name, work in (("test", test), ("run", serve), ("list", files)):
                    with clock(spent, name):
                        work(built)
        return time.monotonic() - began, spent


@contextmanager
def clock(spent: dict[str, float], name: str) -> Iterator[None]:
    """Add the seconds of a block."""
    began = time.monotonic()
    yield
    spent[name] = spent.get(name, 0) + time.monotonic() - began


@contextmanager
def image(copy: Path, file: str, spent: dict[str, float]) -> Iterator[str]:
    """Build, and remove the image at the end."""
    name = f"stepdown-cost:{token_hex(8)}"
    with clock(spent, "build"):
        docker("buildx", "build", "--load", f"--tag={name}", f"--file={copy / file}", str(copy))
    try:
        yield name
    finally:
        docker("rmi", name)


def test(name: str) -> None:
    """Run the tests in the image."""
    docker("run", "--rm", "--entrypoint", _TEST[0], name, *_TEST[1:])


def serve(name: str) -> None:
    """Start it, ask each page, wait until it is healthy, and stop it."""
    container = docker("run", "--detach", "--health-interval=1s", name)
    try:
        looks = "{{.NetworkSettings.IPAddress}}", "{{.State.Health.Status}}"
        address = docker("inspect", "--format", looks[0], container)
        for page in _PAGES:
            ask(f"http://{address}:{_PORT}{page}")
        while docker("inspect", "--format", looks[1], container) != "healthy":
            time.sleep(_POLL)
        docker("stop", container)
    finally:
        docker("rm", "--force", container)


def ask(url: str) -> None:
    """Ask until somebody answers."""
    for _ in range(300):
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                answer.read()
                return
        except OSError:
            time.sleep(_POLL)
    sys.exit(f"{url} does not answer")


def files(name: str) -> None:
    """List all files of the image."""
    container = docker("create", name)
    try:
        pipe = f"docker export {container} | tar --list > /dev/null"
        subprocess.run(["bash", "-o", "pipefail", "-c", pipe], check=True)
    finally:
        docker("rm", container)


def main() -> None:
    """Take turns and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--base", default="node:24-slim")
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its compiled files
    pairs = []
    for turn in range(options.turns):
        mine, text = tool(options.base)
        raw, spent = by_hand(text)
        pairs.append((mine, raw))
        parts = ", ".join(f"{name} {seconds:.1f}" for name, seconds in spent.items())
        print(
            f"turn {turn + 1}: stepdown {mine:5.1f} s, by hand {raw:5.1f} s ({parts})", flush=True
        )
    ours, theirs = (median(column) for column in zip(*pairs, strict=True))
    ratio = median(mine / raw for mine, raw in pairs)
    print(f"median: stepdown {ours:.1f} s, by hand {theirs:.1f} s, ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
