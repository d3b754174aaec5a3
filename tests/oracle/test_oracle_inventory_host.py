"""Package database and PATH of this machine, against its own tools."""

import os
import subprocess
from pathlib import Path

import pytest

from stepdown.measure.commands import commands
from stepdown.model.image import ImageConfig
from stepdown.rootfs import dpkg
from stepdown.rootfs.filesystem import Entry, RootFS
from stepdown.rootfs.tar import EntryType

FORMAT = "${db:Status-Status}\t${Package}\t${Version}\t${source:Package}\t${source:Version}\n"
ABSENT = ("not-installed", "config-files")
LOOP = r"""
for folder in $(echo "$PATH" | tr : ' '); do
  for file in "$folder"/* "$folder"/.*; do
    if [ -f "$file" ] && [ -x "$file" ]; then echo "${file##*/}"; fi
  done
done | sort -u
"""


def said(*words: str, **env: str) -> str:
    return subprocess.run(words, check=True, capture_output=True, text=True, env=env).stdout


def test_packages_against_dpkg_query() -> None:
    lines = said("/usr/bin/dpkg-query", "-W", "-f", FORMAT).splitlines()
    expected = sorted(tuple(line.split("\t")[1:]) for line in lines if not line.startswith(ABSENT))
    found = dpkg.packages(Path(dpkg.STATUS).read_bytes())
    ours = sorted((p.name, p.version, p.source, p.source_version) for p in found)
    assert ours == expected
    assert len(ours) > 50


@pytest.mark.parametrize("name", ["base-files", "coreutils", "dpkg"])
def test_file_lists_against_dpkg_query(name: str) -> None:
    listed = said("/usr/bin/dpkg-query", "-L", name).splitlines()
    content = Path(dpkg.INFO_FOLDER, f"{name}.list").read_bytes()
    paths = [path for path, _ in dpkg.claims(f"{name}.list", content)]
    plain = [line for line in listed if not line.startswith(("diverted", "package diverts"))]
    assert paths == plain


def entry(path: Path) -> Entry:
    state = path.lstat()
    link = str(path.readlink()) if path.is_symlink() else ""
    kinds = {0o120000: EntryType.SYMLINK, 0o100000: EntryType.FILE, 0o040000: EntryType.DIRECTORY}
    kind = kinds.get(state.st_mode & 0o170000, EntryType.FIFO)
    return Entry(type=kind, mode=state.st_mode & 0o7777, link=link)


def scanned(*folders: str) -> RootFS:
    """Two levels of this machine's folders, with all that symbolic links there lead to."""
    entries: dict[str, Entry] = {}
    todo = [Path(folder) for folder in folders]
    todo += [path for folder in folders for path in Path(folder).iterdir()]
    while todo:
        path = todo.pop()
        if str(path) in entries or not os.path.lexists(path):
            continue
        entries[str(path)] = entry(path)
        todo += [*path.parents, path.parent.resolve() / path.name]
        if path.is_symlink():
            target = path.parent.resolve() / path.readlink()
            todo += [Path(os.path.normpath(target)), path.resolve()]
    return RootFS(
        entries=entries, elf={}, shebangs={}, applets={}, owners={}, os_release={}, musl_paths={}
    )


def test_path_against_a_shell_loop() -> None:
    folders = ("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin")
    path = ":".join(folders)
    expected = set(said("/bin/sh", "-c", LOOP, PATH=path).split("\n")) - {""}
    config = ImageConfig(id="x", env=(("PATH", path),))
    assert set(commands(scanned(*folders), config)) == expected
    assert len(expected) > 200
