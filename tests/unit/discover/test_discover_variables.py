"""Variables that compose files and .env examples name."""

from pathlib import Path

from stepdown import discover
from stepdown.discover.variables import variables
from stepdown.discover.walk import listing
from stepdown.flow import catalog
from stepdown.model.facts import Target

COMPOSE = """\
services:
  web:
    build: .
    environment:
      PORT: 3000
      DB_PASSWORD: hunter2
      HOST: ${HOST:-here}
  other:
    image: redis
    environment: [NOT=ours]
  list:
    build: {context: .}
    environment: [MODE=dev, BARE]
"""
EXAMPLE = "# a comment\nexport GREETING='hello there'\nPORT=80\nEMPTY=\nURL=https://u:p@host/\n"


def target(folder: Path) -> Target:
    text = "FROM node:24\n"
    (folder / "Dockerfile").write_text(text)
    return discover.target(
        text,
        repository=str(folder),
        commit="",
        dockerfile="Dockerfile",
        context=".",
        stage="",
        catalog=catalog.load(),
    )


def found(folder: Path, **files: str) -> dict[str, tuple[str, str, bool]]:
    what = target(folder)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return {s.name: (s.value, s.source, s.secret) for s in variables(listing(folder), what)}


def test_a_compose_file_wins_over_an_example(tmp_path: Path) -> None:
    assert found(tmp_path, compose__yaml=COMPOSE, __env__example=EXAMPLE) == {
        "BARE": ("", "compose.yaml", False),
        "DB_PASSWORD": ("hunter2", "compose.yaml", True),
        "EMPTY": ("", ".env.example", False),
        "GREETING": ("hello there", ".env.example", False),
        "HOST": ("", "compose.yaml", False),
        "MODE": ("dev", "compose.yaml", False),
        "PORT": ("3000", "compose.yaml", False),
        "URL": ("https://u:p@host/", ".env.example", True),
    }


def test_a_real_env_file_is_never_read(tmp_path: Path) -> None:
    assert found(tmp_path, __env="TOKEN=real\n") == {}


def test_what_is_no_yaml_says_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, compose__yaml="{[") == {}
