"""What cannot start, load or be imported in an image, told from its files alone."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from stepdown.model.image import Libc
from stepdown.rootfs import scripts
from stepdown.rootfs.elf import Elf
from stepdown.rootfs.filesystem import RootFS, libc_of_loader
from stepdown.rootfs.problems import Problem, ProblemKind
from stepdown.rootfs.search import Files, Glibc, Linker, Load, Loaded, Musl, load

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_RUNS = {"amd64": {"amd64", "386", "x32"}, "arm64": {"arm64", "arm"}}
_GCOMPAT = "libgcompat.so.0"
_SHOWN_SYMBOLS = 20
_EXTENSION = re.compile(r"\.cpython-(\d)(\d+)\w*-\w+-linux-(gnu|musl)\w*\.so$")
_FIRST_WITH_MUSL_SUFFIX = (3, 11)
_LIBC_TAG = re.compile(r"[-._]?(?:glibc|gnu|musl)(?![a-z])")
_PROCESSOR_TAG = re.compile(
    r"(?:x86_64|x64|amd64|aarch64|arm64|armv[67]l?|armhf|arm|ia32|i[3-6]86|x86|ppc64(?:le|el)?"
    r"|s390x|riscv64|loong(?:arch)?64|mips64(?:le|el)?)(?![a-z0-9])"
)


def closure(fs: RootFS, env: Mapping[str, str], architecture: str = "") -> tuple[Problem, ...]:
    """Return everything that the kernel, the loaders or Python would refuse, sorted.

    `env` is the image's environment (LD_LIBRARY_PATH, LD_PRELOAD and PATH count), `architecture`
    the engine's word for the image's processor; when empty, the processor of most programs.

    - A program needs its PT_INTERP, then every DT_NEEDED of every object that is loaded with it,
      by the rules of the C library whose loader that is (see `search`).
    - glibc: every symbol version that an object needs, unless weak, must be defined by the library
      that answers to the name. musl ignores versions, but binds at once: every undefined symbol of
      a program and of what it loads must be defined somewhere among them.
    - A shared library that no program loads by itself is judged alone, as for dlopen. A name that
      exists elsewhere in the image is not certainly missing then, and on musl only symbols that
      the object takes from glibc are looked for, because its host may supply others.
    - Scripts need their interpreter, and behind `env` a program on PATH. Extension modules of
      Python need the suffix of the image's own Python.

    Not visible here: libraries that are opened by a name computed at run time, and those inside
    of archives. Pristine base images have problems too, so only problems that are new against
    the baseline are news. ELF files with damaged tables are in `fs.notes`, not here.
    """
    architecture = architecture or _usual_architecture(fs)
    found = [
        *_foreign(fs, architecture),
        *_Image(fs, env, architecture).problems(),
        *_suffixes(fs),
        *scripts.problems(fs, tuple(f for f in (env.get("PATH") or _PATH).split(":") if f)),
    ]
    return tuple(sorted(set(_with_twins(fs, found))))


class _Image:
    """The linkers of one image, and the checks that need them."""

    def __init__(self, fs: RootFS, env: Mapping[str, str], architecture: str) -> None:
        self._fs = fs
        self._env = env
        self._runs = _runs(architecture)
        self._architecture = architecture
        self._files = Files(fs)
        self._linkers: dict[tuple[Libc, str, str, bool], Linker] = {}
        self._loaders = fs.loaders
        self._defined: dict[str, frozenset[bytes]] = {}
        self._names = _library_names(fs)

    def problems(self) -> Iterator[Problem]:
        """Yield the problems of programs, of libraries that none of them loads, of LD_PRELOAD."""
        objects = {p: e for p, e in sorted(self._fs.elf.items()) if e.architecture in self._runs}
        carried: set[str] = set()
        for path, elf in objects.items():
            if elf.is_program and elf.interpreter:
                yield from self._program(path, elf, carried)
        for path, elf in objects.items():
            if elf.dynamic and not elf.is_program and path not in carried:
                yield from self._library(path, elf)
        yield from self._preloads()

    def _program(self, path: str, elf: Elf, carried: set[str]) -> Iterator[Problem]:
        found = self._files.find(self._fs.resolve(elf.interpreter) or elf.interpreter)
        if found is None or found[1] is None:
            detail = "" if found is None else "What lies there is no program loader."
            kind = ProblemKind.MISSING_INTERPRETER
            yield Problem(path=path, kind=kind, name=elf.interpreter, detail=detail)
            return
        libc = libc_of_loader(elf.interpreter.rpartition("/")[2], found[1])
        loader = Loaded(path=elf.interpreter, inode=found[0], elf=found[1])
        linker = self._linker(libc, loader, elf, secure=self._secure(path))
        helped = (_GCOMPAT,) if _is_gcompat(loader.elf) else ()
        loaded = load(Loaded(path=path, inode=path, elf=elf), linker, self._files, helped)
        carried.update(each.inode for each in loaded.objects)
        yield from _missing(loaded)
        if libc is Libc.GLIBC:
            yield from _versions(loaded)
        elif libc is Libc.MUSL and not loaded.missing:
            yield from self._symbols(loaded, alone=False)

    def _library(self, path: str, elf: Elf) -> Iterator[Problem]:
        libc, loader = self._host(elf)
        linker = self._linker(libc, loader, elf, secure=False)
        loaded = load(Loaded(path=path, inode=path, elf=elf), linker, self._files)
        for problem in _missing(loaded):
            elsewhere = problem.name in self._names
            detail = "A file of that name lies where the loader does not look." if elsewhere else ""
            yield _doubted(problem, detail) if elsewhere else problem
        if libc is Libc.MUSL and loader is not None:
            yield from self._symbols(loaded, alone=True)
        for problem in _versions(loaded) if libc is Libc.GLIBC else ():
            several = self._names[problem.name.partition(" ")[0]] > 1
            detail = "Several files of that name are in the image."
            yield _doubted(problem, detail) if several else problem

    def _host(self, elf: Elf) -> tuple[Libc, Loaded | None]:
        """Return the C library into which a lone library would be loaded, and its loader."""
        wanted = _origin(elf)
        candidates = [
            (libc, Loaded(path=path, inode=inode, elf=self._fs.elf[inode]))
            for libc, path in self._loaders
            if (inode := self._fs.inode(path))
            and self._fs.elf[inode].architecture == elf.architecture
        ]
        fitting = [each for each in candidates if each[0] is wanted]
        return next(iter(fitting or candidates), (wanted, None))

    def _linker(self, libc: Libc, loader: Loaded | None, elf: Elf, *, secure: bool) -> Linker:
        key = (libc, loader.path if loader else "", elf.architecture, secure)
        if key not in self._linkers:
            kind = Musl if libc is Libc.MUSL else Glibc
            # Loaders ignore the variable in programs that gain privileges.
            library_path = "" if secure else self._env.get("LD_LIBRARY_PATH", "")
            self._linkers[key] = kind(self._fs, loader, elf.architecture, library_path)
        return self._linkers[key]

    def _secure(self, path: str) -> bool:
        entry = self._fs.entries[path]
        return bool(entry.mode & 0o6000 or entry.capability)

    def _symbols(self, loaded: Load, *, alone: bool) -> Iterator[Problem]:
        defined = [self._defines(each) for each in loaded.objects]
        for each in loaded.objects:
            indexes = {n.index for n in each.elf.needs if n.version.startswith("GLIBC_")}
            missing = {
                name.decode("utf-8", "surrogateescape")
                for name, index in each.elf.symbols.undefined()
                if (not alone or index in indexes) and not any(name in names for names in defined)
            }
            if missing:
                yield _unsupplied(loaded.objects[0].path, each, missing)

    def _defines(self, loaded: Loaded) -> frozenset[bytes]:
        if loaded.inode not in self._defined:
            self._defined[loaded.inode] = loaded.elf.symbols.defined()
        return self._defined[loaded.inode]

    def _preloads(self) -> Iterator[Problem]:
        names = re.split("[ :]", self._env.get("LD_PRELOAD", ""))
        for libc, path in self._loaders[:1]:
            inode = self._fs.inode(path) or path
            loader = Loaded(path=path, inode=inode, elf=self._fs.elf[inode])
            linker = self._linker(libc, loader, loader.elf, secure=False)
            for name in filter(None, names):
                places = [name] if "/" in name else linker.places(name, loader)
                if not any(self._fs.get(place) for place in places):
                    yield Problem(path=name, kind=ProblemKind.MISSING_PRELOAD, name=name)


def _missing(loaded: Load) -> Iterator[Problem]:
    root = loaded.objects[0]
    for asking, name, why in loaded.missing:
        asked = "" if asking is root else f"{asking.path} asks for it."
        detail = " ".join(filter(None, (asked, why)))
        yield Problem(path=root.path, kind=ProblemKind.MISSING_LIBRARY, name=name, detail=detail)


def _versions(loaded: Load) -> Iterator[Problem]:
    root = loaded.objects[0]
    for each in loaded.objects:
        for need in each.elf.needs:
            provider = loaded.names.get(need.library)
            # A provider without any versions only makes glibc print a warning.
            if need.weak or provider is None or not provider.elf.defines:
                continue
            if need.version not in provider.elf.defines:
                asked = "" if each is root else f"{each.path} asks for it."
                name = f"{need.library} {need.version}"
                kind = ProblemKind.MISSING_VERSION
                yield Problem(path=root.path, kind=kind, name=name, detail=asked)


def _unsupplied(path: str, asking: Loaded, missing: set[str]) -> Problem:
    names = sorted(missing)
    more = f" and {len(names) - _SHOWN_SYMBOLS} more" if len(names) > _SHOWN_SYMBOLS else ""
    asked = "" if asking.path == path else f"{asking.path} asks for them."
    text = ", ".join(names[:_SHOWN_SYMBOLS]) + more
    return Problem(path=path, kind=ProblemKind.MISSING_SYMBOL, name=text, detail=asked)


def _doubted(problem: Problem, detail: str) -> Problem:
    joined = " ".join(filter(None, (problem.detail, detail)))
    return msgspec.structs.replace(problem, certain=False, detail=joined)


def _origin(elf: Elf) -> Libc:
    """Tell for which C library a library was built; glibc where nothing says so."""
    musl = any(name.startswith("libc.musl-") or name == "libc.so" for name in elf.needed)
    return Libc.MUSL if musl else Libc.GLIBC


def _is_gcompat(loader: Elf) -> bool:
    return any(name.startswith("libc.musl-") for name in loader.needed)


def _library_names(fs: RootFS) -> Counter[str]:
    """Count the files behind each name by which a library could be asked for."""
    names: Counter[str] = Counter()
    for path, elf in fs.elf.items():
        names.update({path.rpartition("/")[2], elf.soname} - {""})
    return names


def _runs(architecture: str) -> set[str]:
    return _RUNS.get(architecture, {architecture})


def _usual_architecture(fs: RootFS) -> str:
    programs = Counter(elf.architecture for elf in fs.elf.values() if elf.is_program)
    every = programs or Counter(elf.architecture for elf in fs.elf.values())
    return min(every, key=lambda name: (-every[name], name), default="")


def _foreign(fs: RootFS, architecture: str) -> Iterator[Problem]:
    runs = _runs(architecture)
    for path, elf in fs.elf.items():
        known = not elf.architecture.startswith("machine-")  # others are firmware or GPU code
        if known and elf.architecture not in runs:
            detail = f"The image is for {architecture}."
            kind = ProblemKind.FOREIGN_ARCHITECTURE
            yield Problem(path=path, kind=kind, name=elf.architecture, detail=detail)


def _suffixes(fs: RootFS) -> Iterator[Problem]:
    modules = [(path, match) for path in fs.elf if (match := _EXTENSION.search(path))]
    own = {match.group(1, 2): match[3] for path, match in modules if "/lib-dynload/" in path}
    for path, match in modules:
        version = (int(match[1]), int(match[2]))
        expected = own.get(match.group(1, 2)) or _usual_suffix(fs, version)
        if expected and match[3] != expected:
            yield Problem(path=path, kind=ProblemKind.FOREIGN_SUFFIX, name=match[0])


def _usual_suffix(fs: RootFS, version: tuple[int, int]) -> str:
    """Return how Python names its modules here; empty where that cannot be told.

    CPython says `musl` in the suffix since 3.11 (bpo-43112); before, it depends on the build.
    """
    if fs.libcs == {Libc.GLIBC}:
        return "gnu"
    return "musl" if fs.libcs == {Libc.MUSL} and version >= _FIRST_WITH_MUSL_SUFFIX else ""


def _with_twins(fs: RootFS, problems: Iterable[Problem]) -> Iterator[Problem]:
    """Doubt the problems of files that lie beside a build of the same thing for this image."""
    found = list(problems)
    bad = {problem.path for problem in found}
    good = {untagged(path) for path in fs.elf if path not in bad}
    for problem in found:
        tagged = untagged(problem.path)
        if problem.path in fs.elf and tagged in good:
            yield _doubted(problem, "A build of it for this image lies beside it.")
        else:
            yield problem


def untagged(path: str) -> str:
    """Return `path` without the words that tell a C library or a processor.

    Builds of one thing for several platforms have the same path then.
    """
    return _PROCESSOR_TAG.sub("", _LIBC_TAG.sub("", path))
