"""Reading the code that an image has of the application and its tests, within bounds."""

import re
from collections.abc import Callable, Iterable, Iterator

from stepdown.model.image import Healthcheck, ImageConfig
from stepdown.ports import ContainerSpec
from stepdown.rootfs.filesystem import Entry, RootFS
from stepdown.rootfs.tar import EntryType
from stepdown.verify.side import Rig, Side
from stepdown.verify.sources import Frame, Source
from stepdown.verify.toolbox import BUSYBOX

_MOST, _MOST_BYTES, _LARGEST = 200, 700_000, 120_000
_MOST_PROGRAMS = 4
_LIMIT = 60.0
_MARK = "== stepdown reads "
_PRINT = f'for f; do echo; echo "{_MARK}$f"; {BUSYBOX} cat "$f" 2>/dev/null; done'
_SUFFIXES = (
    ".py", ".js", ".cjs", ".mjs", ".ts", ".mts", ".cts", ".jsx", ".tsx", ".go", ".rb", ".php",
    ".pl", ".sh", ".bash", ".c", ".cc", ".cpp", ".rs", ".java", ".kt",
)  # fmt: skip
# What others wrote, and what is no code of the application.
_ASIDE = re.compile(
    r"/(?:node_modules|(?:site|dist)-packages|vendor|__pycache__|\.\w+|v?env)/|\.min\.js$|\.d\.ts$"
)
_SYSTEM = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin", "/lib")
_RUNTIMES = re.compile(r"(?:python|node|ruby|perl|php|java|lua|deno|bun)[\d.]*$|(?:ba|da|a)?sh$")


def sources(
    rig: Rig, side: Side, fs: RootFS, words: Iterable[str], failed: Iterable[Frame]
) -> tuple[Source, ...]:
    """Return the code: what failed first, then what is named by `words`, then the rest.

    Tests may run in an image on top, whose files are not known: what failed is read from there.
    """
    paths = tuple(dict.fromkeys((*_failed(side, failed), *_code(fs, side.config, words))))[:_MOST]
    if not paths or rig.toolbox.missing:
        return ()
    spec = ContainerSpec(
        image=side.derived.image if side.derived else side.image,
        role=f"{side.role}-code",
        entrypoint=rig.toolbox.shell(_PRINT),
        command=("sh", *paths),
        user="0",
        files=rig.toolbox.files,
        healthcheck=Healthcheck(test=("NONE",)),
        network=False,
    )
    return tuple(_split(rig.engine.run(spec, _LIMIT).output))


def called(rig: Rig, side: Side, fs: RootFS, names: Iterable[str]) -> dict[str, str]:
    """Return which of the functions the application's compiled programs call, and which does."""
    wanted, found = sorted(set(names)), dict[str, str]()
    for path in _programs(fs, side.config):
        has = _calls(rig, side, fs, path)
        found |= {name: path for name in wanted if name not in found and has(name.encode())}
    return found


def _calls(rig: Rig, side: Side, fs: RootFS, path: str) -> Callable[[bytes], bool]:
    """Return what tells whether a program calls a function; Go's are `package.Name`."""
    if fs.elf[path].go:
        content = rig.engine.read(side.image, path) or b""
        return lambda name: b"." in name and name in content
    symbols = {name for name, _ in fs.elf[path].symbols.undefined()}
    return lambda name: name in symbols


def _failed(side: Side, failed: Iterable[Frame]) -> Iterator[str]:
    folder = side.config.workdir.rstrip("/")
    for frame in failed:
        if not _ASIDE.search(frame.path):
            yield frame.path if frame.path.startswith("/") else f"{folder}/{frame.path}"


def _code(fs: RootFS, config: ImageConfig, words: Iterable[str]) -> Iterator[str]:
    """Yield code, what is named before the rest, up to the size that may be read."""
    folders, named = _folders(config, words), set(words)
    found = [path for path in fs.entries if _wanted(fs, path) and path.startswith(folders)]
    left = _MOST_BYTES
    for path in sorted(found, key=lambda path: (path not in named, path.count("/"), path)):
        left -= fs.entries[path].size
        if left >= 0:
            yield path


def _wanted(fs: RootFS, path: str) -> bool:
    entry: Entry = fs.entries[path]
    code = path.endswith(_SUFFIXES) or path in fs.shebangs
    plain = entry.type is EntryType.FILE and entry.size <= _LARGEST
    return code and plain and path not in fs.owners and not _ASIDE.search(path)


def _folders(config: ImageConfig, words: Iterable[str]) -> tuple[str, ...]:
    """Return prefixes of the paths of the application's own files."""
    started = (*config.entrypoint, *config.cmd, *words)
    files = [word for word in started if word.startswith("/")]
    around = {path.rpartition("/")[0] for path in files} | {config.workdir.rstrip("/")}
    own = {folder for folder in around if folder and not folder.startswith(_SYSTEM)}
    return (*sorted(f"{folder}/" for folder in own), *sorted(files))


def _programs(fs: RootFS, config: ImageConfig) -> list[str]:
    folders = _folders(config, ())
    own = [
        path
        for path in fs.elf
        if path.startswith(folders) and path not in fs.owners and not _ASIDE.search(path)
    ]
    return [path for path in own if not _RUNTIMES.search(path)][:_MOST_PROGRAMS]


def _split(output: str) -> Iterator[Source]:
    for part in output.split(f"\n{_MARK}")[1:]:
        path, _, text = part.partition("\n")
        if text.strip():
            yield Source(path=path, text=text)
