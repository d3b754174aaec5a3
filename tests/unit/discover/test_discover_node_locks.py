"""What the lock files of Node's package managers say about musl."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from repositories import discovered

from stepdown.model.facts import Clue, Trait

PACKAGE = {"package.json": "{}"}


def _npm(packages: Mapping[str, object]) -> str:
    return json.dumps({"lockfileVersion": 3, "packages": packages}, indent=2)


def _clues(root: Path, name: str, text: str) -> tuple[Clue, ...]:
    return discovered(root, {**PACKAGE, name: text}).clues


ROLLUP = {
    "": {"name": "app"},
    "node_modules/rollup": {
        "version": "4.30.0",
        "optionalDependencies": {
            "@rollup/rollup-linux-x64-gnu": "4.30.0",
            "@rollup/rollup-linux-x64-musl": "4.30.0",
        },
    },
    "node_modules/@rollup/rollup-linux-x64-gnu": {
        "version": "4.30.0",
        "cpu": ["x64"],
        "os": ["linux"],
        "optional": True,
    },
}


def test_a_musl_package_that_is_named_but_not_locked(tmp_path: Path) -> None:
    text = _npm(ROLLUP)
    (clue,) = _clues(tmp_path, "package-lock.json", text)
    assert clue.trait is Trait.NOT_LOCKED
    assert clue.subject == "@rollup/rollup-linux-x64-gnu"
    assert clue.detail == (
        "@rollup/rollup-linux-x64-gnu 4.30.0 is locked, and @rollup/rollup-linux-x64-musl is not, "
        "which rollup names too"
    )
    assert '"node_modules/@rollup/rollup-linux-x64-gnu"' in text.splitlines()[clue.line - 1]


def test_a_locked_musl_package_is_no_clue(tmp_path: Path) -> None:
    both = {**ROLLUP, "node_modules/@rollup/rollup-linux-x64-musl": {"libc": ["musl"]}}
    assert _clues(tmp_path, "package-lock.json", _npm(both)) == ()


def test_a_package_for_glibc_alone(tmp_path: Path) -> None:
    packages = {"node_modules/@x/y-linux-x64": {"version": "1.0.0", "libc": ["glibc"]}}
    (clue,) = _clues(tmp_path, "npm-shrinkwrap.json", _npm(packages))
    assert clue.trait is Trait.GLIBC_ONLY
    assert clue.place == "npm-shrinkwrap.json:4"
    assert "nothing like it is locked for musl" in clue.detail


@pytest.mark.parametrize(
    "packages",
    [
        {"node_modules/@esbuild/linux-x64": {}},
        {"node_modules/@x/y-linux-x64": {"libc": ["glibc", "musl"]}},
        {"node_modules/@x/y-linux-x64-gnu": {"dev": True}},
        {"node_modules/@x/y-linux-arm-gnueabihf": {"libc": ["glibc"]}},
        {"node_modules/@x/y-darwin-arm64": {}},
        {"node_modules/@x/gnu-parser": {}},
    ],
)
def test_what_is_not_bound_to_glibc(tmp_path: Path, packages: dict[str, object]) -> None:
    assert _clues(tmp_path, "package-lock.json", _npm(packages)) == ()


def test_sharp_names_its_builds_in_its_own_way(tmp_path: Path) -> None:
    one = {"node_modules/@img/sharp-linux-x64": {"version": "0.34.0"}}
    (clue,) = _clues(tmp_path, "package-lock.json", _npm(one))
    assert clue.subject == "@img/sharp-linux-x64"
    two = {**one, "node_modules/@img/sharp-linuxmusl-x64": {}}
    assert _clues(tmp_path / "b", "package-lock.json", _npm(two)) == ()


def test_packages_that_are_known_to_have_no_build_for_musl(tmp_path: Path) -> None:
    packages = {"node_modules/onnxruntime-node": {"version": "1.22.0", "hasInstallScript": True}}
    found = discovered(tmp_path, {**PACKAGE, "package-lock.json": _npm(packages)})
    assert [(c.trait, c.subject) for c in found.clues] == [(Trait.GLIBC_ONLY, "onnxruntime-node")]
    assert found.native == ("onnxruntime-node",)


PNPM = """\
lockfileVersion: '9.0'

importers:

  .:
    dependencies:
      '@next/swc-linux-x64-gnu':
        specifier: 15.0.0

packages:

  '@next/swc-linux-x64-gnu@15.0.0':
    resolution: {integrity: sha512-x}
    engines: {node: '>= 10'}
    cpu: [x64]
    os: [linux]
    libc: [glibc]

  better-sqlite3@11.0.0:
    resolution: {integrity: sha512-x}
    requiresBuild: true

snapshots:

  next@15.0.0(react@19.0.0):
    optionalDependencies:
      '@next/swc-linux-x64-gnu': 15.0.0
      '@next/swc-linux-x64-musl': 15.0.0
"""


def test_pnpm_lock_files(tmp_path: Path) -> None:
    found = discovered(tmp_path, {**PACKAGE, "pnpm-lock.yaml": PNPM})
    (clue,) = found.clues
    assert (clue.trait, clue.place) == (Trait.NOT_LOCKED, "pnpm-lock.yaml:12")
    assert "@next/swc-linux-x64-musl is not, which next names too" in clue.detail
    assert found.native == ("@next/swc-linux-x64-gnu", "better-sqlite3")


def test_the_older_form_of_pnpm(tmp_path: Path) -> None:
    text = "lockfileVersion: 5.4\npackages:\n\n  /@swc/core-linux-x64-gnu/1.3.0:\n    cpu: [x64]\n"
    (clue,) = _clues(tmp_path, "pnpm-lock.yaml", text)
    assert clue.detail.startswith("@swc/core-linux-x64-gnu 1.3.0 is for glibc")


YARN = """\
# yarn lockfile v1


"@rollup/rollup-linux-x64-gnu@4.30.0":
  version "4.30.0"
  resolved "https://example.org/x.tgz"

rollup@^4.0.0:
  version "4.30.0"
  optionalDependencies:
    "@rollup/rollup-linux-x64-gnu" "4.30.0"
    "@rollup/rollup-linux-x64-musl" "4.30.0"
"""
BERRY = """\
__metadata:
  version: 8

"@parcel/watcher-linux-x64-glibc@npm:2.5.0":
  version: 2.5.0
  resolution: "@parcel/watcher-linux-x64-glibc@npm:2.5.0"
  conditions: os=linux & cpu=x64 & libc=glibc
  languageName: node
  linkType: hard
"""


def test_both_forms_of_yarn(tmp_path: Path) -> None:
    (clue,) = _clues(tmp_path, "yarn.lock", YARN)
    assert (clue.trait, clue.line) == (Trait.NOT_LOCKED, 4)
    (clue,) = _clues(tmp_path / "b", "yarn.lock", BERRY)
    assert (clue.trait, clue.line) == (Trait.GLIBC_ONLY, 4)
    whole = BERRY + BERRY.replace("glibc", "musl")
    assert _clues(tmp_path / "c", "yarn.lock", whole) == ()


@pytest.mark.parametrize("text", ["{", '{"packages": []}', '{"packages": ' + "[" * 99_999, "\0"])
def test_a_broken_lock_file_becomes_a_note(tmp_path: Path, text: str) -> None:
    found = discovered(tmp_path, {**PACKAGE, "package-lock.json": text})
    assert found.clues == ()
    assert any(note.startswith("package-lock.json cannot be read: ") for note in found.notes)


@pytest.mark.parametrize("name", ["pnpm-lock.yaml", "yarn.lock"])
def test_lock_files_that_are_something_else(tmp_path: Path, name: str) -> None:
    content = b"packages:\n  :::\n    libc: [\n\xff\xfe" + bytes(range(256)) * 50
    assert discovered(tmp_path, {**PACKAGE, name: content}).clues == ()
