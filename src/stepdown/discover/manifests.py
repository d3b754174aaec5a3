"""What the manifests of Go, Ruby, Rust, Java and .NET, and Prisma's schema, say of C libraries."""

import re
from collections.abc import Callable, Iterator

from stepdown.discover.walk import Listing, content
from stepdown.model.facts import Clue, Trait

_MOST = 4_000_000  # bytes; a Cargo.lock or a go.sum of a big project has one million

# Go modules that are bindings to C libraries, as their own documentation says; without cgo they
# do not build, or build to a stub that fails when it is called (mattn/go-sqlite3).
_CGO = (
    "github.com/mattn/go-sqlite3", "github.com/confluentinc/confluent-kafka-go",
    "gopkg.in/confluentinc/confluent-kafka-go", "github.com/libgit2/git2go", "gocv.io/x/gocv",
    "github.com/DataDog/zstd", "github.com/linxGnu/grocksdb", "github.com/godror/godror",
    "github.com/mattn/go-oci8", "github.com/marcboeker/go-duckdb", "github.com/h2non/bimg",
    "github.com/davidbyttow/govips", "gopkg.in/gographics/imagick", "github.com/pebbe/zmq4",
    "github.com/google/gopacket", "github.com/gotk3/gotk3", "github.com/go-gl/gl",
)  # fmt: skip
# Java artefacts with shared libraries inside their jars (read in their users' reports of
# UnsatisfiedLinkError on musl), and those that draw text and so need fonts.
_JNI = (
    "netty-tcnative", "snappy-java", "rocksdbjni", "sqlite-jdbc", "zstd-jni", "leveldbjni",
    "lz4-java", "conscrypt-openjdk", "onnxruntime", "jna", "brotli4j", "duckdb_jdbc",
)  # fmt: skip
_FONTS = ("jasperreports", "poi-ooxml", "openpdf", "flying-saucer-pdf", "easy-captcha", "kaptcha")
_GEM = re.compile(
    r"    (?P<name>[\w.-]+) \((?P<version>[\w.]+)-(?P<platform>[\w.-]*linux[\w.-]*)\)"
)
_RUNTIME = re.compile(r"<RuntimeIdentifiers?>\s*(?P<id>[^<]*linux-(?!musl)\w+[^<]*)<")
_ENGINES = re.compile(r"^\s*binaryTargets\s*=\s*\[(?P<targets>[^\]]*)\]", re.MULTILINE)
_CLIENT = re.compile(r"^\s*provider\s*=\s*\"(?P<name>prisma-client-js)\"", re.MULTILINE)
_TARGET = re.compile(r"^\s*target\s*=\s*\"(?P<triple>[\w-]+-linux-gnu\w*)\"", re.MULTILINE)

Reader = Callable[[str, str], Iterator[Clue]]


def clues(listed: Listing) -> tuple[tuple[Clue, ...], tuple[str, ...]]:
    """Read all manifests that are known by their names; return clues, and notes of the unread."""
    found, notes = list[Clue](), list[str]()
    for file in listed.files:
        name = file.rpartition("/")[2]
        reader = _READERS.get(name) or _BY_SUFFIX.get(name.rpartition(".")[2])
        if reader is None:
            continue
        text = content(listed, file, _MOST)
        if text is None:
            notes.append(f"{file} was not read: it is too large or no text.")
        else:
            found += reader(text, file)
    return tuple(found), tuple(notes)


def _go(text: str, file: str) -> Iterator[Clue]:
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.removeprefix("require").split()
        if len(words) < 2 or "// indirect" in line:  # noqa: PLR2004  (a module and its version)
            continue
        if any(words[0] == name or words[0].startswith(f"{name}/") for name in _CGO):
            detail = f"{words[0]} {words[1]} calls C code, so that it needs cgo"
            yield _clue(Trait.CGO, words[0], file, number, detail, "go")


def _gems(text: str, file: str) -> Iterator[Clue]:
    """Find gems that are locked for glibc alone; a plain entry beside them is their source."""
    platforms = re.search(r"^PLATFORMS\n((?:  .*\n?)*)", text, re.MULTILINE)
    names = platforms[1].split() if platforms else []
    if "ruby" in names or any("musl" in name for name in names):
        return
    for found in _GEM.finditer(text):
        if "musl" in found["platform"]:
            continue
        gem = f"{found['name']} {found['version']}-{found['platform']}"
        detail = f"{gem} is locked, and PLATFORMS ({', '.join(names)}) names none with musl"
        line = _line(text, found.start())
        yield _clue(Trait.GLIBC_ONLY, found["name"], file, line, detail, "ruby")


def _cargo_lock(text: str, file: str) -> Iterator[Clue]:
    found = re.search(r'^name = "openssl-sys"', text, re.MULTILINE)
    if found and not re.search(r'^name = "openssl-src"', text, re.MULTILINE):
        detail = "openssl-sys links OpenSSL of the build stage, without its own copy (openssl-src)"
        line = _line(text, found.start())
        yield _clue(Trait.OPENSSL_SYS, "openssl-sys", file, line, detail, "rust")


def _cargo(text: str, file: str) -> Iterator[Clue]:
    for found in _TARGET.finditer(text):
        line, triple = _line(text, found.start("triple")), found["triple"]
        yield _clue(Trait.TARGET, triple, file, line, f"target = {triple}", "rust")


def _java(text: str, file: str) -> Iterator[Clue]:
    for names, trait, what in (
        (_JNI, Trait.JNI, "carries shared libraries inside its jar"),
        (_FONTS, Trait.FONTS, "draws text with the fonts of the image"),
    ):
        for name in names:
            found = re.search(rf"[>:\"']{re.escape(name)}(?:-[\w-]+)?[<:\"']", text)
            if found is not None:
                line = _line(text, found.start())
                yield _clue(trait, name, file, line, f"{name} {what}", "java")


def _dotnet(text: str, file: str) -> Iterator[Clue]:
    for found in _RUNTIME.finditer(text):
        if "linux-musl" not in found["id"]:
            line, name = _line(text, found.start()), found["id"].strip()
            yield _clue(Trait.TARGET, name, file, line, f"RuntimeIdentifier {name}", "dotnet")


def _prisma(text: str, file: str) -> Iterator[Clue]:
    client = _CLIENT.search(text)
    if client is None:
        return
    found = _ENGINES.search(text)
    if found is None:
        line, targets, what = _line(text, client.start("name")), "native", "no binaryTargets"
    else:
        line, targets = _line(text, found.start("targets")), ", ".join(_quoted(found["targets"]))
        what = f"binaryTargets = {targets}"
    yield _clue(Trait.ENGINES, targets, file, line, what, "node")


def _quoted(text: str) -> list[str]:
    return re.findall(r'"([^"]+)"', text)


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def _clue(  # noqa: PLR0913, PLR0917  (the fields of a Clue, in their order)
    trait: Trait, subject: str, file: str, line: int, detail: str, language: str
) -> Clue:
    return Clue(
        trait=trait, subject=subject, file=file, line=line, detail=detail, language=language
    )


_READERS: dict[str, Reader] = {
    "go.mod": _go,
    "Gemfile.lock": _gems,
    "Cargo.lock": _cargo_lock,
    "config.toml": _cargo,  # .cargo/config.toml
    "pom.xml": _java,
    "build.gradle": _java,
    "build.gradle.kts": _java,
    "libs.versions.toml": _java,
}
_BY_SUFFIX: dict[str, Reader] = {"csproj": _dotnet, "fsproj": _dotnet, "prisma": _prisma}
