"""The lab's engine for oracles, with all that they make on it removed at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stepdown.adapters.engine import DockerEngine, connect
from stepdown.adapters.runs import Home, open_run
from stepdown.ports import ContainerSpec, Exit


@contextmanager
def lab_engine(folder: Path) -> Iterator[DockerEngine]:
    """Connect as a host of our own, which is kept in `folder`; nobody else's runs matter."""
    home = Home(folder / "cache", folder / "state")
    with open_run(home) as run, connect(run, target="an oracle") as engine:
        yield engine


def run(engine: DockerEngine, image: str, *words: str, user: str = "0") -> Exit:
    """Start `words` as the image's only process, without network."""
    spec = ContainerSpec(
        image=image, role="oracle", entrypoint=words, command=(), user=user, network=False
    )
    return engine.run(spec, timeout=120)


def said(engine: DockerEngine, image: str, *words: str) -> str:
    """Return what a successful command prints."""
    done = run(engine, image, *words)
    assert done.exit_code == 0, done
    assert not done.truncated
    return done.output
