"""Which differences of the environment break an application, by what it asks for.

The smaller base lacks time zones, locales or certificates, and no error tells: local time becomes
UTC, a list is sorted otherwise. But most applications need none of them, and some runtimes carry
their own. So each rule wants a sign that this application asks for the thing (a variable of the
image, a line of its code, a package that the Dockerfile installs), and that the old base has it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from stepdown.model.facts import Clue, Need, Trait, Use
from stepdown.model.image import ImageConfig, Libc
from stepdown.model.recipe import Applet
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify import (
    probe_clues,
    probe_files,
    probe_libraries,
    probe_lost,
    probe_musl,
    probe_named,
    probe_programs,
)
from stepdown.verify.probe_image import Image

# Runtimes that carry time zones, and roots of TLS, and do not use the C library's locales.
_SELF_CONTAINED = frozenset(("node", "nodejs", "java", "deno", "bun"))
_LOCALE_VARIABLES = ("LC_ALL", "LC_COLLATE", "LC_TIME", "LC_NUMERIC", "LC_MONETARY", "LANG")
_ROOT_VARIABLES = (
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "NODE_EXTRA_CA_CERTS",
)
_SYSTEM_ROOTS = frozenset(("--use-openssl-ca", "--use-system-ca"))
_PLAIN = ("C", "POSIX", "en_")  # English rules differ little from those of C
_BUSYBOX = "/bin/busybox"
_TLS_CALL = re.compile(r"(?:\S*/)?(?:curl|wget|git)\b.*\bhttps://")
_TLS_LIBRARIES = ("libcurl.so", "libcurl-gnutls.so", "libgnutls.so", "libssl.so")
_SORTS = re.compile(r"(?:^|[|;&]\s*)(?:sort|comm|join)\b(?!.*\s-[a-zA-Z]*[nghV])")
_SOME_ZONE = "Europe/Berlin"
_GO_ZONES, _GO_ROOTS = b"time/tzdata.", b"x509roots/fallback"


@dataclass(frozen=True, kw_only=True)
class Wishes:
    """What the repository says that the application asks for.

    `lesser` are the commands of BusyBox that do less than Debian's, `uses` are those of other
    files, of which the variables count that they set, `wrappers` the packages that call a program.
    """

    language: str = ""
    clues: tuple[Clue, ...] = ()
    dockerfile: str = ""
    lesser: tuple[Applet, ...] = ()
    wrappers: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    uses: tuple[Use, ...] = ()

    @property
    def variables(self) -> Iterator[tuple[Use, str, str]]:
        """The variables that other files set for certain, with their names and values."""
        for use in self.uses:
            if use.need is Need.VARIABLE and use.sure:
                name, _, value = use.value.partition("=")
                yield use, name, value

    def of(self, fs: RootFS, config: ImageConfig) -> "Wishes":
        """Return those of the code that is in the image."""
        kept = probe_clues.shipped(self.clues, self.language, fs, config)
        return replace(self, clues=kept)


def broken(before: Image, after: Image, wishes: Wishes) -> tuple[str, ...]:
    """Return a sentence for each thing that is asked for, was there, and is not any more."""
    wishes = wishes.of(after.fs, after.config)
    found = [
        *_named_roots(before, after),
        *probe_programs.lost(before, after, wishes.clues, wishes.lesser),
        *probe_programs.lost(
            before, after, probe_clues.wrapped(after.fs, wishes.wrappers), wishes.lesser
        ),
        *probe_named.lost(before, after, wishes.clues),
        *probe_musl.turned(before, after, wishes.clues),
        *probe_libraries.lost(before, after, wishes.clues),
        *probe_lost.barred(before, after, wishes.clues),
        *probe_lost.unreadable(before, after),
        *probe_lost.left_at_home(before, after, wishes.clues),
        *_overwritten(after),
    ]
    if not _self_contained(after.config, wishes):
        found += [*_zones(before, after, wishes), *_any_zone(before, after, wishes)]
        found += [*_roots(before, after, wishes)]
        found += [] if _go(after.fs) else _locales(before, after, wishes)
    elif asks := _asks_of_node(after, wishes):
        found += _without_roots(before, after, asks)
    return tuple(dict.fromkeys(found))


def _asks_of_node(after: Image, wishes: Wishes) -> str:
    """Say what makes Node take the roots of the system instead of its own; empty where nothing."""
    words = (
        *after.config.entrypoint,
        *after.config.cmd,
        *after.env.get("NODE_OPTIONS", "").split(),
    )
    if flag := next((word for word in words if word in _SYSTEM_ROOTS), ""):
        return f"Node is started with {flag}"
    if after.env.get("NODE_USE_SYSTEM_CA") == "1":
        return "NODE_USE_SYSTEM_CA is 1"
    clue = next((one for one in _clues(Trait.ROOTS, wishes) if one.language == "node"), None)
    return f"{clue.place}, {clue.detail}, asks for the roots of the system" if clue else ""


def _overwritten(after: Image) -> Iterator[str]:
    """Find BusyBox written over: COPY to a path follows a link that it finds there."""
    box = after.fs.entries.get(_BUSYBOX)
    links = [p for p, e in after.fs.entries.items() if e.link in (_BUSYBOX, "busybox")]
    if box is not None and links and not after.fs.applets:
        yield f"{_BUSYBOX} was written over through a link to it: {len(links)} commands are gone"


def _self_contained(config: ImageConfig, wishes: Wishes) -> bool:
    words = (*config.entrypoint, *config.cmd)
    program = words[0].rpartition("/")[2] if words else ""
    # A repository may be mostly JavaScript, and its image start Python.
    others = program.startswith(("python", "ruby", "perl"))
    return program in _SELF_CONTAINED or (wishes.language in _SELF_CONTAINED and not others)


def _zones(before: Image, after: Image, wishes: Wishes) -> Iterator[str]:
    lost = [f"TZ is {name}" for name in _lost_local_time(before, after)]
    lost += [
        f"{use.place} sets TZ for {use.where}: its TZ is {value}"
        for use, name, value in wishes.variables
        if name == "TZ" and _lost_zone(before, after, value)
    ]
    lost += [
        f"{clue.place} asks for a zone: its TZ is {clue.subject}"
        for clue in _clues(Trait.ZONE, wishes)
        if clue.subject
        and _lost_zone(before, after, clue.subject)
        and not (clue.language == "python" and _python_package(after.fs, "tzdata"))
    ]
    if lost and not _carried(after, _GO_ZONES):
        for what in lost:
            path = f"{probe_files.ZONES}/{what.rpartition(' ')[2]}"
            asks = " asks for a zone: " in what
            means = "so that it fails" if asks else "so that its local time is UTC"
            yield f"{what}, and the candidate has no {path}, {means}."


def _any_zone(before: Image, after: Image, wishes: Wishes) -> Iterator[str]:
    """Judge code that asks for a zone whose name comes from elsewhere: a request, a setting."""
    asking = [clue for clue in _clues(Trait.ZONE, wishes) if not clue.subject]
    if not asking or not _lost_zone(before, after, _SOME_ZONE) or _carried(after, _GO_ZONES):
        return
    for clue in asking:
        if not (clue.language == "python" and _python_package(after.fs, "tzdata")):
            yield (
                f"{clue.place}, {clue.detail}, asks for time zones by their names, and the"
                f" candidate has no {probe_files.ZONES}."
            )


def _lost_local_time(before: Image, after: Image) -> Iterator[str]:
    name = probe_files.zone(before.fs, before.env)
    if name and _lost_zone(before, after, name):
        yield name


def _lost_zone(before: Image, after: Image, name: str) -> bool:
    return probe_files.has_zone(before.fs, name) and not probe_files.has_zone(after.fs, name)


def _locales(before: Image, after: Image, wishes: Wishes) -> Iterator[str]:
    asked = any(True for _ in _clues(Trait.OWN_LOCALE, wishes)) or _sorts(wishes)
    named = [(variable, before.env.get(variable, "")) for variable in _LOCALE_VARIABLES]
    named = [one for one in named if asked or not one[1].startswith(_PLAIN)]
    named += [(clue.place, clue.subject) for clue in _clues(Trait.LOCALE, wishes)]
    named += [
        (f"{use.place}, {name},", value)
        for use, name, value in wishes.variables
        if name in _LOCALE_VARIABLES and (asked or not value.startswith(_PLAIN))
    ]
    for where, name in named:
        plain = name in ("", "C", "POSIX") or (name.startswith("C.") and _musl(after))
        if not plain and _has_rules(before, name) and not _has_rules(after, name):
            yield (
                f"{where} asks for the locale {name}, and the candidate does not have it, so that"
                " sorting, numbers and names of months are those of C."
            )


def _sorts(wishes: Wishes) -> bool:
    """Tell whether a shell's command sorts, which it does by the rules of the environment."""
    lines = (clue.subject for clue in _clues(Trait.CALL, wishes))
    return any(_SORTS.search(line) for line in lines)


def _musl(image: Image) -> bool:
    return image.fs.libcs == {Libc.MUSL}


def _has_rules(image: Image, name: str) -> bool:
    known = probe_files.has_locale(image.fs, name)
    if known is not None:
        return known
    archive = image.read(probe_files.ARCHIVE) or b""
    return any(spelling.encode() in archive for spelling in probe_files.spellings(name))


def _named_roots(before: Image, after: Image) -> Iterator[str]:
    for variable in _ROOT_VARIABLES:
        path = after.env.get(variable, "")
        if path and before.fs.get(path) is not None and after.fs.get(path) is None:
            yield f"{variable} names {path}, and the candidate has no TLS roots there."


def _roots(before: Image, after: Image, wishes: Wishes) -> Iterator[str]:
    if not _carried(after, _GO_ROOTS) and (asks := _asks_for_roots(after, wishes)):
        yield from _without_roots(before, after, asks)


def _without_roots(before: Image, after: Image, asks: str) -> Iterator[str]:
    had = probe_files.roots(before.fs)
    if had and not probe_files.roots(after.fs):
        yield (
            f"{asks}, and the candidate has no TLS roots: {had} is not there, so that no"
            " certificate can be verified."
        )


def _asks_for_roots(after: Image, wishes: Wishes) -> str:
    """Say what verifies certificates by those of the system, empty where nothing seems to."""
    if _installs_roots(wishes.dockerfile):
        return "The Dockerfile installs ca-certificates"
    clues = [*_clues(Trait.ROOTS, wishes)]
    clues += [clue for clue in _clues(Trait.CALL, wishes) if _TLS_CALL.match(clue.subject)]
    if clues:
        return f"{clues[0].place}, {clues[0].detail}, makes a TLS connection"
    linked = (
        path
        for path, elf in sorted(after.fs.elf.items())
        if path not in after.fs.owners
        and any(name.startswith(_TLS_LIBRARIES) for name in elf.needed)
    )
    program = next(linked, "") if wishes.language in ("", "c", "rust") else ""
    return f"{program} is linked to a library for TLS" if program else ""


def _installs_roots(dockerfile: str) -> bool:
    lines = (line.strip() for line in dockerfile.splitlines())
    return any("ca-certificates" in line for line in lines if not line.startswith("#"))


def _clues(trait: Trait, wishes: Wishes) -> Iterator[Clue]:
    return (clue for clue in wishes.clues if clue.trait is trait)


def _python_package(fs: RootFS, name: str) -> bool:
    return any(package.kind == "pypi" and package.name == name for package in fs.languages)


def _go(fs: RootFS) -> list[str]:
    return sorted(path for path, elf in fs.elf.items() if elf.go and path not in fs.owners)


def _carried(image: Image, mark: bytes) -> bool:
    """Tell whether a Go program of the application has the package with this mark compiled in."""
    return any(mark in (image.read(path) or b"") for path in _go(image.fs))
