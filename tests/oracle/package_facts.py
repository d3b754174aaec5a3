"""What Debian's packages hold and what Alpine's provide, from the distributions' own data."""

import fcntl
import os
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

Facts = dict[str, dict[str, set[str]]]
SUITES = ("bookworm", "trixie")
ARCHITECTURES = ("amd64", "all")
# Lines of Contents that say something here, for grep and for Python alike.
_KINDS = {
    "command": r"(usr/)?s?bin/(?P<command>[^/ ]+)",
    "soname": r"(usr/)?lib/(x86_64-linux-gnu/)?(?P<soname>[^/ ]+)\.so[.0-9]*",
    "pkg-config": r"usr/(lib/x86_64-linux-gnu|lib|share)/pkgconfig/(?P<pkgconfig>[^/ ]+)\.pc",
    "python": r"usr/lib/python3/dist-packages/(?P<python>[^/. ]+)(\.py|/__init__\.py|\.[^/ ]*so)",
    "perl": r"usr/(share|lib/x86_64-linux-gnu)/perl5/([0-9.]+/)?(?P<perl>[^ ]+)\.pm",
    "there": r"usr/share/doc/[^/ ]+(/copyright|/changelog[^/ ]*)?",
}
_FIELDS = re.compile("|".join(f"(?:{kind})" for kind in _KINDS.values()))
_WEEK = 7 * 24 * 3600


def debian(names: Iterable[str]) -> Facts:
    """Return what the packages of these names hold in bookworm or trixie: kind to names.

    `there` is among the kinds for a package that exists. The lists are kept for a week.
    """
    wanted, facts = set(names), _empty()
    for file in _lists():
        for line in file.read_text("utf-8", "replace").splitlines():
            _add(facts, wanted, line)
    return facts


def _empty() -> Facts:
    return defaultdict(lambda: defaultdict(set))


def _add(facts: Facts, wanted: set[str], line: str) -> None:
    path, _, packages = line.rpartition(" ")
    names = {place.rpartition("/")[2] for place in packages.split(",")} & wanted
    match = _FIELDS.fullmatch(path.rstrip()) if names else None
    if match is None:
        return
    for name in names:
        facts[name]["there"].add(name)
        for kind, value in match.groupdict().items():
            if value:
                facts[name][kind.replace("pkgconfig", "pkg-config")].add(value.replace("/", "::"))


def _lists() -> list[Path]:
    """Return files with the useful lines of the Contents lists, made by one process at a time."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    lab = Path(os.environ.get("STEPDOWN_LAB") or Path(cache) / "stepdown-lab")
    folder = lab / "downloads/contents"
    folder.mkdir(parents=True, exist_ok=True)
    places = [(suite, architecture) for suite in SUITES for architecture in ARCHITECTURES]
    with (folder / "lock").open("w") as lock, ThreadPoolExecutor(2) as pool:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return list(pool.map(lambda place: _contents(folder, *place), places))


def _contents(folder: Path, suite: str, architecture: str) -> Path:
    """Return the useful lines of a Contents list, brought by apt's own downloader."""
    lines = folder / f"{suite}-{architecture}"
    if lines.exists() and time.time() - lines.stat().st_mtime < _WEEK:
        return lines
    packed = folder / f"{lines.name}.gz"
    url = f"{_mirror()}/debian/dists/{suite}/main/Contents-{architecture}.gz"
    download = ["/usr/lib/apt/apt-helper", "-o", "APT::Sandbox::User=root", "download-file"]
    subprocess.run([*download, url, str(packed)], check=True, capture_output=True)
    pattern = re.sub(r"\?P<\w+>", "", f"^({'|'.join(_KINDS.values())})[[:space:]]")
    part = folder / f"{lines.name}.part"
    unpack = ["zcat", str(packed)]
    grep = ["env", "LC_ALL=C", "grep", "-E", pattern]
    with part.open("wb") as out, subprocess.Popen(unpack, stdout=subprocess.PIPE) as unpacking:
        subprocess.run(grep, stdin=unpacking.stdout, stdout=out, check=True)
    assert unpacking.returncode == 0
    packed.unlink()
    part.replace(lines)
    return lines


def _mirror() -> str:
    """Return the mirror of Debian that this machine's apt uses; the lab knows how to find it."""
    ask = [sys.executable, "-c", "from lab.apt import mirror; print(mirror())"]
    lab = Path(__file__).parents[1] / "lab"
    return subprocess.run(ask, cwd=lab, check=True, capture_output=True, text=True).stdout.strip()


def alpine(index: str) -> Facts:
    """Read an index of apk: what each package provides, and its origin.

    Packages that the lab made are left out: they are no proof.
    """
    facts = _empty()
    for paragraph in index.split("\n\n"):
        fields = dict(line.split(":", 1) for line in paragraph.splitlines() if line[1:2] == ":")
        if "P" not in fields or fields.get("m", "").startswith("lab ("):
            continue
        kinds = facts[fields["P"]]
        kinds["origin"].add(fields.get("o", ""))
        for word in fields.get("p", "").split():
            _provide(kinds, word.split("=")[0])
    return facts


def _provide(kinds: dict[str, set[str]], word: str) -> None:
    kind, _, name = word.partition(":")
    if kind == "cmd":
        kinds["command"].add(name)
    elif kind == "so":
        kinds["soname"].add(re.sub(r"\.so(\..*)?$", "", name))
    elif kind == "pc":
        kinds["pkg-config"].add(name)
    elif kind.startswith("py3"):
        kinds["python"].add(name)
