"""What we read in Dockerfiles against the engine's own frontend, which lists the stages.

An external frontend (`# syntax=`) would have to be fetched, so that files with one stay out.
"""

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import oracle_corpus as corpus
import pytest
from docker import APIClient
from docker.errors import APIError

from stepdown.adapters.connection import find_address, open_client
from stepdown.dockerfile import Dockerfile

pytestmark = pytest.mark.engine

AT_ONCE = 3
Listed = list[tuple[str, str, str, int]]
# An engine may be older than a feature: `# check=` and other escapes in flags came in 2024, a
# blank behind << in 2025. `--security` is for builders that allow it.
NEWER = {
    "backtick-flag",
    "directive-check_escape",
    "flag-run",
    "heredoc-spaced",
    "heredoc-substring",
    "no_heredoc-colon_hash",
}
NEWER_REFUSED = {"check-twice"}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for Dockerfiles, with an empty context; the empty images of the lists go away."""
    (tmp_path / "context").mkdir()
    with contextlib.closing(open_client(find_address(os.environ))) as api:
        before = empty_images(api)
        yield tmp_path
        for image in empty_images(api) - before:
            with contextlib.suppress(APIError):  # somebody else's list has it, too
                api.remove_image(image)


def empty_images(api: APIClient) -> set[str]:
    dangling = api.images(filters={"dangling": True})
    return {image["Id"] for image in dangling if image["Size"] == 0}


def answered(path: Path, context: Path) -> tuple[int, bytes, bytes]:
    """Return the exit code and both outputs of buildx."""
    command = ["docker", "buildx", "build", "--print=targets,format=json", "-f", str(path)]
    process = subprocess.Popen(
        [*command, str(context)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "BUILDX_EXPERIMENTAL": "1"},
        start_new_session=True,
    )
    try:
        out, error = process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        raise
    return process.returncode, out, error


def listed(folder: Path, name: str, data: bytes) -> Listed | None:
    """Ask the engine for the stages of a file; None where it refuses the file."""
    path = folder / f"{name}.Dockerfile"
    path.write_bytes(data)
    status, out, error = answered(path, folder / "context")
    # Now and then buildx 0.13 races with itself behind its answer, and ends with a trace.
    for _ in range(3):
        if b"goroutine " in error:
            status, out, error = answered(path, folder / "context")
    if status != 0:
        assert b"ERROR" in error, error
        return None
    return [
        (
            target.get("name", ""),
            target["base"],
            target.get("platform", ""),
            target["location"]["ranges"][0]["start"]["line"],
        )
        for target in json.loads(out)["targets"]
    ]


def ours(data: bytes) -> Listed:
    stages = Dockerfile(data.decode("utf-8", "surrogateescape")).stages
    return [(one.name, one.image.text, one.platform, one.line) for one in stages]


def goes_on(data: bytes) -> bool:
    """Tell whether another file may follow this one, and this one another."""
    if not data.endswith(b"\n") or data.startswith((b"#", b" ", b"\xef\xbb\xbf")):
        return False
    return len(ours(data + b"FROM end\n")) == len(ours(data)) + 1


def test_stages_are_where_the_engine_finds_them(folder: Path) -> None:
    files = {
        name: data
        for name, data in corpus.read().items()
        if name not in NEWER and b"syntax" not in data
    }
    joined = b"".join(data for data in files.values() if goes_on(data))
    alone = {name: data for name, data in files.items() if not goes_on(data)} | {"joined": joined}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda item: listed(folder, *item), alone.items())
    differences = {
        name: (stages, ours(data))
        for (name, data), stages in zip(alone.items(), found, strict=True)
        if stages != ours(data)
    }
    assert differences == {}
    assert len(ours(joined)) > 200


def test_the_engine_refuses_what_we_refuse(folder: Path) -> None:
    files = {
        name: case.text.encode()
        for name, case in corpus.refused().items()
        if not case.later and name not in NEWER_REFUSED and "syntax" not in case.text
    }
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(lambda item: listed(folder, *item), files.items())
    read = [name for name, stages in zip(files, found, strict=True) if stages is not None]
    assert read == []
