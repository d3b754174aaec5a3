"""Which packages of Node are for development, and who asks for them."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from repositories import discovered

from stepdown.model.facts import Development

PACKAGES = {
    "": {"name": "app"},
    "node_modules/express": {"version": "5.0.0"},
    "node_modules/semver": {"version": "7.0.0", "bin": {"semver": "bin/semver.js"}},
    "node_modules/jest": {"version": "30.0.0", "dev": True, "bin": {"jest": "bin/jest.js"}},
    "node_modules/@x/kit": {"version": "1.0.0", "dev": True, "bin": "kit.js"},
    "node_modules/jest/node_modules/semver": {"dev": True, "bin": {"semver": "bin/semver.js"}},
    "node_modules/fsevents": {"version": "2.0.0", "devOptional": True},
}
MANIFEST = json.dumps({"devDependencies": {"jest": "30"}})


def found(
    root: Path, files: Mapping[str, str | bytes], packages: object = PACKAGES, version: int = 3
) -> Development | None:
    lock = json.dumps({"lockfileVersion": version, "packages": packages})
    return discovered(
        root, {"package.json": MANIFEST, "package-lock.json": lock, **files}
    ).development


@pytest.mark.parametrize("version", [2, 3])
def test_a_lock_file_of_npm_marks_them(tmp_path: Path, version: int) -> None:
    known = found(tmp_path, {}, version=version)
    assert known == Development(
        lock="package-lock.json", packages=("@x/kit", "jest"), programs=("jest", "kit")
    )


def test_a_lock_file_without_any_says_nothing(tmp_path: Path) -> None:
    assert found(tmp_path, {}, {"node_modules/express": {}}) is None
    assert found(tmp_path, {"package-lock.json": "{"}) is None


def test_an_old_lock_file_does_not_say_it(tmp_path: Path) -> None:
    known = found(tmp_path, {}, version=1)
    assert known is not None
    assert known.unknown.startswith("package-lock.json has version 1")


@pytest.mark.parametrize("name", ["yarn.lock", "pnpm-lock.yaml"])
def test_other_lock_files_do_not_say_it(tmp_path: Path, name: str) -> None:
    known = discovered(tmp_path, {"package.json": MANIFEST, name: ""}).development
    assert known == Development(
        lock=name, unknown=f"{name} does not mark the packages for development"
    )
    assert discovered(tmp_path, {"package.json": "{}", name: ""}).development is None


def test_a_package_that_is_only_named_may_be_loaded_by_another(tmp_path: Path) -> None:
    code = "const log = pino({ transport: { target: 'jest' } })\n"
    known = found(tmp_path, {"server.js": code})
    assert known is not None
    assert [(one.package, one.place) for one in known.imports] == [("jest", "server.js:1")]
    # The manifest does not name this one: it is a word like others.
    known = found(tmp_path, {"server.js": "const word = '@x/kit'\n"})
    assert known is not None
    assert known.imports == ()


@pytest.mark.parametrize("folder", ["dist", "lib/vendor"])
def test_code_in_a_folder_that_nobody_reads(tmp_path: Path, folder: str) -> None:
    known = found(tmp_path, {"lib/a.js": "", f"{folder}/main.js": "require('jest')"})
    assert known is not None
    assert known.unknown == f"the code in {folder} was not read for it"


def test_workspaces_are_not_told_apart(tmp_path: Path) -> None:
    known = found(tmp_path, {}, {**PACKAGES, "node_modules/own": {"link": True}})
    assert known is not None
    assert known.unknown == "node_modules/own is a link to a folder of its own"


@pytest.mark.parametrize(
    "line",
    [
        "import kit from '@x/kit'",
        'import "@x/kit/register"',
        "const { a } = require( '@x/kit' )",
        "const a = await import(`@x/kit`)",
        "} from '@x/kit'",
    ],
)
@pytest.mark.parametrize(("file", "aside"), [("src/a.ts", False), ("test/a.js", True)])
def test_who_asks_for_one(tmp_path: Path, line: str, file: str, aside: bool) -> None:  # noqa: FBT001
    known = found(tmp_path, {file: f"// first\n{line}\n"})
    assert known is not None
    assert [(one.package, one.place, one.aside) for one in known.imports] == [
        ("@x/kit", f"{file}:2", aside)
    ]


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("src/a.ts", "import type { A } from '@x/kit'"),
        ("src/a.js", "import express from 'express'"),
        ("src/a.js", "import a from './jest'"),
        ("src/a.js", "import a from 'jest-like'"),
        ("eslint.config.js", "import kit from '@x/kit'"),
        (".eslintrc.cjs", "require('@x/kit')"),
        ("node_modules/a/index.js", "require('@x/kit')"),
    ],
)
def test_who_does_not(tmp_path: Path, file: str, line: str) -> None:
    known = found(tmp_path, {file: line})
    assert known is not None
    assert (known.imports, known.unknown) == ((), "")


def test_what_was_not_read_is_said(tmp_path: Path) -> None:
    known = found(tmp_path, {"src/a.js": b"\0"})
    assert known is not None
    assert known.unknown.startswith("1 source files were not read")
