"""Java libraries in archives, also in archives inside of them (WAR, EAR, Spring Boot).

A library names itself in `META-INF/maven/GROUP/ARTIFACT/pom.properties` (of which a shaded archive
has several), else by its manifest and the archive's file name.
"""

import re
from collections.abc import Iterator

from stepdown.model.image import Value
from stepdown.rootfs import zips
from stepdown.rootfs.zips import ZipError, ZipMember

SUFFIXES = (".jar", ".war", ".ear", ".jpi", ".hpi", ".nar", ".par", ".sar", ".kar")
_CERTAIN = (".jar", ".war")  # also behind a script that starts them, and where they are damaged
_DEPTH = 3
_TEXT = 1 << 20
_NESTED = 32 << 20
_POM = re.compile(r"META-INF/maven/[^/]+/[^/]+/pom\.properties")
_MANIFEST = "META-INF/MANIFEST.MF"
_FILE_NAME = re.compile(r"(?P<name>.+?)-(?P<version>\d[\w.+-]*)")
_TITLES = ("Implementation-Title", "Specification-Title", "Bundle-SymbolicName", "Extension-Name")
_VERSIONS = ("Implementation-Version", "Bundle-Version", "Specification-Version")
_PLAIN = re.compile(r"[\w.:-]+")


class Library(Value, frozen=True, kw_only=True):
    """One library; `name` is `GROUP:ARTIFACT`, or a plain name where no group is told."""

    name: str
    version: str


class Budget:
    """How many bytes archives may still unfold to."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, size: int) -> None:
        """Use up `size` bytes; raises ZipError where they are more than what is left."""
        if size > self.left:
            raise ZipError("the archives of the image unfold to more than is read")
        self.left -= size


def wanted(path: str, head: bytes) -> bool:
    """Tell whether the file at `path`, which begins with `head`, is to be read as an archive."""
    return path.endswith(SUFFIXES) and (head.startswith(b"PK") or path.endswith(_CERTAIN))


def libraries(path: str, data: bytes | memoryview, budget: Budget) -> Iterator[Library | ZipError]:
    """Yield the libraries of an archive, and what hindered reading one, as a value."""
    yield from _libraries(path, data, budget, _DEPTH)


def _libraries(
    path: str, data: bytes | memoryview, budget: Budget, depth: int
) -> Iterator[Library | ZipError]:
    texts: dict[str, str] = {}
    try:
        for member in zips.members(data):
            if member.name == _MANIFEST or _POM.fullmatch(member.name):
                text = bytes(_unfold(data, member, budget, _TEXT))
                texts[member.name] = text.decode("utf-8", "replace")
            elif member.name.endswith(SUFFIXES):
                yield from _nested(data, member, budget, depth)
    except ZipError as fault:
        yield fault
    yield from _named(path, texts)


def _nested(
    data: bytes | memoryview, member: ZipMember, budget: Budget, depth: int
) -> Iterator[Library | ZipError]:
    if not depth:
        yield ZipError("archives inside of archives are read three deep")
        return
    try:
        inner = _unfold(data, member, budget, _NESTED)
    except ZipError as fault:
        yield fault
        return
    yield from _libraries(member.name, inner, budget, depth - 1)


def _unfold(
    data: bytes | memoryview, member: ZipMember, budget: Budget, limit: int
) -> bytes | memoryview:
    unfolded = zips.content(data, member, min(limit, budget.left))
    budget.take(len(unfolded))
    return unfolded


def _named(path: str, texts: dict[str, str]) -> Iterator[Library]:
    stem = path.rpartition("/")[2].rpartition(".")[0]
    artifacts = set()
    for name, text in texts.items():
        if name == _MANIFEST:
            continue
        pom = _properties(text, "=")
        group, artifact, version = (pom.get(k, "") for k in ("groupId", "artifactId", "version"))
        if artifact and version and "$" not in version:
            artifacts.add(artifact)
            yield Library(name=f"{group}:{artifact}" if group else artifact, version=version)
    if not any(stem == a or stem.startswith(f"{a}-") for a in artifacts):
        yield from _by_manifest(stem, texts.get(_MANIFEST, ""))


def _by_manifest(stem: str, text: str) -> Iterator[Library]:
    """Yield the archive itself; the file name counts more than a title, which may be prose."""
    manifest = _properties(re.sub(r"\r?\n ", "", text), ":")
    told = _FILE_NAME.fullmatch(stem)
    version = told["version"] if told else _first(manifest, _VERSIONS)
    name = told["name"] if told else stem if version else ""
    title = _first(manifest, _TITLES).partition(";")[0]
    name = name or (title if _PLAIN.fullmatch(title) else "")
    if name and version:
        yield Library(name=name, version=version)


def _first(fields: dict[str, str], keys: tuple[str, ...]) -> str:
    return next((fields[key] for key in keys if fields.get(key)), "")


def _properties(text: str, separator: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        key, there, value = line.partition(separator)
        if there and not line.startswith("#"):
            found.setdefault(key.strip(), value.strip())
    return found
