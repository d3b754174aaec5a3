"""What the manifests of other languages say."""

from pathlib import Path

import pytest
from repositories import discovered, write

from stepdown.discover import manifests
from stepdown.model.facts import Clue, Trait

GO_MOD = """\
module example.org/app

go 1.24

require github.com/gorilla/mux v1.8.1

require (
\tgithub.com/mattn/go-sqlite3 v1.14.28
\tgithub.com/confluentinc/confluent-kafka-go/v2 v2.10.0
\tgithub.com/DataDog/zstd v1.5.7 // indirect
)
"""
GEMFILE = """\
GEM
  remote: https://example.org/
  specs:
    nokogiri (1.18.8-x86_64-linux-gnu)
      racc (~> 1.4)
    rack (3.1.0)

PLATFORMS
  arm64-darwin-23
  x86_64-linux

DEPENDENCIES
  nokogiri
"""
CARGO_LOCK = '[[package]]\nname = "openssl-sys"\nversion = "0.9.109"\n'
POM = """\
<project>
  <dependencies>
    <dependency>
      <groupId>org.xerial.snappy</groupId>
      <artifactId>snappy-java</artifactId>
    </dependency>
    <dependency><artifactId>jasperreports</artifactId></dependency>
  </dependencies>
</project>
"""
GRADLE = 'dependencies {\n  implementation "io.netty:netty-tcnative-boringssl-static:2.0.70"\n}\n'
CSPROJ = "<Project>\n <RuntimeIdentifier>linux-x64</RuntimeIdentifier>\n</Project>\n"
PRISMA = """\
datasource db {
  provider = "postgresql"
}
generator client {
  provider = "prisma-client-js"
  binaryTargets = ["native", "debian-openssl-3.0.x"]
}
"""


def _clues(root: Path, name: str, text: str) -> tuple[Clue, ...]:
    return manifests.clues(write(root, {name: text}))[0]


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        (
            "go.mod",
            GO_MOD,
            [
                (Trait.CGO, "github.com/mattn/go-sqlite3", 8),
                (Trait.CGO, "github.com/confluentinc/confluent-kafka-go/v2", 9),
            ],
        ),
        ("go.mod", "module x\nrequire github.com/mattn/go-sqlite3 v1\n", [
            (Trait.CGO, "github.com/mattn/go-sqlite3", 2)]),
        ("go.mod", "module github.com/mattn/go-sqlite3-tools\n", []),
        ("web/Gemfile.lock", GEMFILE, [(Trait.GLIBC_ONLY, "nokogiri", 4)]),
        ("Gemfile.lock", GEMFILE.replace("x86_64-linux\n", "x86_64-linux-musl\n"), []),
        ("Gemfile.lock", GEMFILE.replace("x86_64-linux\n", "ruby\n"), []),
        ("Gemfile.lock", GEMFILE.replace("-x86_64-linux-gnu", ""), []),
        ("Cargo.lock", CARGO_LOCK, [(Trait.OPENSSL_SYS, "openssl-sys", 2)]),
        ("Cargo.lock", CARGO_LOCK + '[[package]]\nname = "openssl-src"\n', []),
        (".cargo/config.toml", '[build]\ntarget = "x86_64-unknown-linux-gnu"\n', [
            (Trait.TARGET, "x86_64-unknown-linux-gnu", 2)]),
        (".cargo/config.toml", '[build]\ntarget = "x86_64-unknown-linux-musl"\n', []),
        ("pom.xml", POM, [(Trait.JNI, "snappy-java", 5), (Trait.FONTS, "jasperreports", 7)]),
        ("app/build.gradle", GRADLE, [(Trait.JNI, "netty-tcnative", 2)]),
        ("app/build.gradle", "// uses snappy-java-like things\n", []),
        ("src/App.csproj", CSPROJ, [(Trait.TARGET, "linux-x64", 2)]),
        ("src/App.csproj", CSPROJ.replace("linux-x64", "linux-musl-x64"), []),
        ("prisma/schema.prisma", PRISMA, [(Trait.ENGINES, "native, debian-openssl-3.0.x", 6)]),
        ("schema.prisma", PRISMA.replace("  binaryTargets", "  // "), [
            (Trait.ENGINES, "native", 5)]),
        ("schema.prisma", PRISMA.replace("prisma-client-js", "prisma-client"), []),
    ],
)  # fmt: skip
def test_manifests(
    tmp_path: Path, name: str, text: str, found: list[tuple[Trait, str, int]]
) -> None:
    clues = _clues(tmp_path, name, text)
    assert [(c.trait, c.subject, c.line) for c in clues] == found
    assert all(clue.file == name for clue in clues)


def test_the_clue_names_the_platforms(tmp_path: Path) -> None:
    (clue,) = _clues(tmp_path, "Gemfile.lock", GEMFILE)
    assert clue.detail == (
        "nokogiri 1.18.8-x86_64-linux-gnu is locked, and PLATFORMS (arm64-darwin-23, x86_64-linux)"
        " names none with musl"
    )


def test_places_are_relative_to_the_repository(tmp_path: Path) -> None:
    files = {"api/go.mod": GO_MOD, "web/Gemfile.lock": GEMFILE}
    text = "FROM golang:1.24 AS b\nFROM debian:13\nCOPY --from=b /a /a\n"
    clues = discovered(tmp_path, files, text, file="api/Dockerfile", context="api").clues
    assert {clue.file for clue in clues} == {"api/go.mod"}


@pytest.mark.parametrize("content", [b"\0\1\2", b"x" * 5_000_000])
def test_what_is_no_text_becomes_a_note(tmp_path: Path, content: bytes) -> None:
    clues, notes = manifests.clues(write(tmp_path, {"go.mod": content}))
    assert clues == ()
    assert notes == ("go.mod was not read: it is too large or no text.",)
