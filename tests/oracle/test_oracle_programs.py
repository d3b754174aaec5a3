"""What the recipes say of commands and their options, against the real images."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from oracle_engine import lab_engine, said

from stepdown.adapters.engine import DockerEngine
from stepdown.flow import catalog

pytestmark = pytest.mark.engine

PROGRAMS = catalog.load().programs
IMAGES = {
    "debian/full": "debian:trixie",
    "debian/slim": "debian:trixie-slim",
    "debian/alpine": "alpine:3.23",
    "golang/full": "golang:1.24",
    "node/full": "node:24",
    "node/slim": "node:24-slim",
    "node/alpine": "node:24-alpine",
    "python/full": "python:3.13",
    "python/slim": "python:3.13-slim",
    "python/alpine": "python:3.13-alpine",
}
# The lab's images for Alpine trust the authorities of the machine, by this package.
OF_THE_LAB = {"c_rehash", "update-ca-certificates"}
LISTED = r"""
IFS=:
for folder in $PATH; do
  for file in "$folder"/*; do
    if [ -x "$file" ]; then echo "${file##*/}"; fi
  done
done
"""
REFUSED = r"""
while read -r applet option; do
  found=$(busybox "$applet" "$option" 2>&1 </dev/null)
  case $applet:$found in
  realpath:*" $option: No such file or directory"*) ;; # it takes every word for a file
  *unrecognized*|*"invalid option"*|*"unknown option"*|*"bad option"*) ;;
  *) echo "$applet $option" ;;
  esac
done <<END
@
END
"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerEngine]:
    folder: Path = tmp_path_factory.mktemp("programs")
    with lab_engine(folder) as connected:
        yield connected


@pytest.mark.parametrize("key", IMAGES)
def test_the_images_have_these_commands_and_no_others(engine: DockerEngine, key: str) -> None:
    there = set(said(engine, IMAGES[key], "/bin/sh", "-c", LISTED).split())
    sets = [
        (key in one.images, {command for names in one.commands.values() for command in names})
        for one in PROGRAMS.toolsets
    ]
    promised = {name for has, names in sets if has for name in names}
    others = {name for has, names in sets if not has for name in names} - promised
    assert promised - there == set()
    assert (others & there) - OF_THE_LAB == set()
    assert len(promised) > 10


def test_busybox_refuses_these_options(engine: DockerEngine) -> None:
    rows = [f"{one.command} {word}" for one in PROGRAMS.applets for word in sorted(one.refused)]
    assert len(rows) > 1000
    script = REFUSED.replace("@", "\n".join(rows))
    assert said(engine, "alpine:3.23", "/bin/sh", "-c", script) == ""
