"""What a checkout says about the application."""

import json
from pathlib import Path

import pytest

from stepdown.discover import command, facts, target
from stepdown.flow.catalog import load
from stepdown.model.facts import Facts

NODE = "FROM node:24\n"
PYTHON = "FROM python:3.13\n"


def _facts(root: Path, text: str, files: dict[str, str], context: str = ".") -> Facts:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    found = target(
        text,
        repository=str(root),
        commit="",
        dockerfile="Dockerfile",
        context=context,
        stage="",
        catalog=load(),
    )
    return facts(root / context, found)


def _package(**fields: object) -> dict[str, str]:
    return {"package.json": json.dumps(fields)}


@pytest.mark.parametrize(
    ("text", "argv"),
    [
        ("node --test", ("node", "--test")),
        ('mocha "test/**/*.js"', ("mocha", "test/**/*.js")),
        ("pytest -k 'a and $b'", ("pytest", "-k", "a and $b")),
        ("pytest -k 'a(b)'", ("pytest", "-k", "a(b)")),
        ("a && b", ()),
        ("CI=1 jest", ()),
        ("jest test/*.js", ()),
        ('echo "$HOME"', ()),
        ("echo 'open", ()),
        ("", ()),
    ],
)
def test_commands(text: str, argv: tuple[str, ...]) -> None:
    assert command(text, "x").argv == argv


@pytest.mark.parametrize(
    ("package", "text", "source"),
    [
        ({"scripts": {"test": "node --test"}}, "node --test", "scripts.test"),
        ({"scripts": {"test": "npm run unit", "unit": "node t.js"}}, "node t.js", "scripts.unit"),
        ({"scripts": {"test": "node a && node b"}}, "node a && node b", "scripts.test"),
        (
            {"scripts": {"test": "vitest run"}, "devDependencies": {"vitest": "3"}},
            "node node_modules/.bin/vitest run",
            "scripts.test",
        ),
        ({"scripts": {"test": "bun test"}}, "bun test", "scripts.test"),
        ({"scripts": {"test": "bun run unit", "unit": "bun t.ts"}}, "bun t.ts", "scripts.unit"),
        ({"scripts": {"test": "tsc && node t"}}, "npm test", "scripts.test"),
        ({"scripts": {"test": "unknown"}}, "npm test", "scripts.test"),
        ({"scripts": {"test": "npm run test"}}, "npm test", "scripts.test"),
    ],
)
def test_the_test_script_of_a_node_package(
    tmp_path: Path, package: dict[str, object], text: str, source: str
) -> None:
    found = _facts(tmp_path, NODE, _package(**package))
    assert found.test is not None
    assert found.test.text == text
    assert found.test.source == f"{source} in package.json"


@pytest.mark.parametrize(
    ("files", "note"),
    [
        (_package(scripts={"test": 'echo "Error: no test specified" && exit 1'}), "placeholder"),
        (_package(), "no test script"),
        ({"package.json": "{"}, "cannot be read"),
        ({"package.json": '{"scripts": {"test": 1}}'}, "cannot be read"),
    ],
)
def test_no_test_is_not_invented(tmp_path: Path, files: dict[str, str], note: str) -> None:
    found = _facts(tmp_path, NODE, files)
    assert found.test is None
    assert note in found.notes[0]


def test_hooks_and_development_dependencies_are_told(tmp_path: Path) -> None:
    package = _package(
        scripts={"test": "jest", "pretest": "x"},
        devDependencies={"jest": "30"},
        engines={"node": ">=22"},
    )
    found = _facts(tmp_path, "FROM node:lts\n", package)
    assert "scripts.pretest" in found.notes[0]
    assert "development dependency" in found.notes[1]
    assert found.language_version == ">=22"


def test_a_production_dependency_needs_no_warning(tmp_path: Path) -> None:
    package = _package(scripts={"test": "tap"}, dependencies={"tap": "1"})
    assert _facts(tmp_path, NODE, package).notes == ()


def test_compiled_packages_of_a_lock_file(tmp_path: Path) -> None:
    lock = {
        "lockfileVersion": 3,
        "packages": {
            "": {"hasInstallScript": True},
            "node_modules/bcrypt": {"hasInstallScript": True},
            "node_modules/a/node_modules/@img/sharp-linux-x64": {"libc": ["glibc"]},
            "node_modules/dev": {"hasInstallScript": True, "dev": True},
            "node_modules/plain": {"version": "1"},
            "node_modules/distance": {"resolved": "distance", "link": True},
            "distance": {"version": "1", "hasInstallScript": True},
        },
    }
    files = {**_package(scripts={}), "package-lock.json": json.dumps(lock)}
    found = _facts(tmp_path, NODE, files)
    assert found.native == ("@img/sharp-linux-x64", "bcrypt", "distance")
    assert found.lock_files == ("package-lock.json",)
    assert _facts(tmp_path, NODE, {"package-lock.json": "{"}).native == ()


@pytest.mark.parametrize(
    ("files", "source"),
    [
        ({"pyproject.toml": "[tool.pytest.ini_options]\n"}, "tool.pytest in pyproject.toml"),
        ({"pytest.ini": "[pytest]\n"}, "pytest.ini"),
        ({"setup.cfg": "[tool:pytest]\n"}, "tool:pytest in setup.cfg"),
        ({"tox.ini": "[pytest]\n"}, "pytest in tox.ini"),
        ({"tox.ini": "[testenv]\ncommands =\n    pytest -q\n"}, "testenv in tox.ini"),
        (
            {"tests/test_a.py": "", "requirements-dev.txt": "# x\npytest==9\n"},
            "tests/test_a.py and pytest among the requirements",
        ),
        (
            {"test_a.py": "", "pyproject.toml": "[project]\ndependencies = ['pytest']\n"},
            "test_a.py and pytest among the requirements",
        ),
    ],
)
def test_pytest_is_found(tmp_path: Path, files: dict[str, str], source: str) -> None:
    found = _facts(tmp_path, PYTHON, files)
    assert found.test is not None
    assert found.test.argv == ("python", "-m", "pytest")
    assert found.test.source == source
    assert "does not seem to install pytest" in found.notes[0]


def test_unittest_needs_nothing_installed(tmp_path: Path) -> None:
    found = _facts(tmp_path, PYTHON, {"tests/test_a.py": "import unittest\n"})
    assert found.test is not None
    assert found.test.text == "python -m unittest discover -s tests"
    top = _facts(tmp_path / "b", PYTHON, {"test_a.py": "import unittest\n"})
    assert top.test is not None
    assert top.test.text == "python -m unittest discover -s ."


def test_a_python_project_without_tests(tmp_path: Path) -> None:
    found = _facts(tmp_path, PYTHON, {"pyproject.toml": "not toml", "tests/test_a.py": "x = 1\n"})
    assert found.test is None
    assert found.notes == ("No pytest configuration and no test files were found.",)


@pytest.mark.parametrize(
    "text",
    [
        "FROM python:3.13\nRUN pip install -r requirements.txt\n",
        "FROM python:3.13\nRUN pip install pytest\n",
    ],
)
def test_an_installed_pytest_needs_no_warning(tmp_path: Path, text: str) -> None:
    files = {"pytest.ini": "", "requirements.txt": "pytest\nNumPy>=2\n"}
    found = _facts(tmp_path, text, files)
    assert found.notes == ()
    assert found.native == ("numpy",)


def test_compiled_python_packages_of_lock_files(tmp_path: Path) -> None:
    files = {
        "uv.lock": '[[package]]\nname = "lxml"\n',
        "Pipfile.lock": '{"default": {"pyyaml": {}}}',
        "requirements/base.txt": "  Pillow ; python_version > '3'\n-r other.txt\n",
        "pyproject.toml": "[project]\nrequires-python = '>=3.12'\ndependencies = ['orjson>=3']\n",
    }
    found = _facts(tmp_path, "FROM python:slim\n", files)
    assert found.native == ("lxml", "orjson", "pillow", "pyyaml")
    assert found.language_version == ">=3.12"


def test_go_tests_need_a_toolchain(tmp_path: Path) -> None:
    text = "FROM golang:1.24 AS b\nFROM debian:bookworm\nCOPY --from=b /a /a\n"
    found = _facts(tmp_path, text, {"go.mod": "module x\n\ngo 1.24.1\n"})
    assert (found.language, found.language_version, found.test) == ("go", "1.24.1", None)
    assert "Go toolchain" in found.notes[0]
    assert _facts(tmp_path / "b", text, {}).language_version == ""


@pytest.mark.parametrize(
    ("text", "files", "language"),
    [
        ("FROM debian:12\nCOPY --from=rust:1 /a /a\n", {}, "rust"),
        ("FROM example/x AS b\nFROM debian:12\nCOPY --from=b /a /a\n", {"Cargo.toml": ""}, "rust"),
        ("FROM debian:12\n", {"pom.xml": ""}, "java"),
        ("FROM debian:12\n", {}, ""),
        ("FROM golang:1.24\n", {}, "go"),
    ],
)
def test_languages(tmp_path: Path, text: str, files: dict[str, str], language: str) -> None:
    assert _facts(tmp_path, text, files).language == language


@pytest.mark.parametrize(
    ("build", "static"),
    [
        ("RUN CGO_ENABLED=0 go build", True),
        ("ENV CGO_ENABLED=0\nRUN go build", True),
        ("ARG CGO_ENABLED=0\nRUN go build", True),
        ("RUN <<EOF\nexport CGO_ENABLED=0\ngo build\nEOF", True),
        ("RUN go build -ldflags '-extldflags \"-static\"'", True),
        ("RUN go build", None),
        ("ENV CGO_ENABLED=1\nRUN go build", None),
    ],
)
def test_static_go_programs(tmp_path: Path, build: str, static: bool | None) -> None:  # noqa: FBT001
    text = (
        f"FROM golang:1.24 AS base\n{build}\nFROM base AS b\nFROM debian:12\nCOPY --from=b /a /\n"
    )
    assert _facts(tmp_path, text, {}).static is static


def test_one_dynamic_program_is_enough(tmp_path: Path) -> None:
    text = (
        "FROM golang:1.24 AS a\nRUN CGO_ENABLED=0 go build\n"
        "FROM rust:1 AS b\nRUN cargo build\n"
        "FROM debian:12\nCOPY --from=a /a /\n"
    )
    assert _facts(tmp_path, text, {}).static is True
    assert _facts(tmp_path, text + "COPY --from=b /b /\n", {}).static is None
    musl = text.replace("cargo build", "cargo build --target x86_64-unknown-linux-musl")
    assert _facts(tmp_path, musl + "COPY --from=b /b /\n", {}).static is True
    assert _facts(tmp_path, NODE, {}).static is None


def test_ports_and_health(tmp_path: Path) -> None:
    text = (
        "FROM node:24\nEXPOSE 80 8080/tcp 53/udp\nHEALTHCHECK --interval=5s CMD curl x || exit 1\n"
    )
    found = _facts(tmp_path, text, {})
    assert found.ports == (80, 8080)
    assert found.health == "curl x || exit 1"
    assert _facts(tmp_path, text + "HEALTHCHECK NONE\n", {}).health == ""
    assert _facts(tmp_path, NODE, {}).health == ""


@pytest.mark.parametrize(
    ("name", "content", "bot"),
    [
        (".github/dependabot.yml", 'updates:\n  - package-ecosystem: "docker"\n', "dependabot"),
        (".github/dependabot.yaml", "updates:\n  - package-ecosystem: docker\n", "dependabot"),
        (".github/dependabot.yml", "updates:\n  - package-ecosystem: docker-compose\n", ""),
        (".github/dependabot.yml", "  - package-ecosystem: 'docker' # bases\r\n", "dependabot"),
        (".github/dependabot.yml", "#  - package-ecosystem: docker\n", ""),
        (".gitlab/renovate.json5", "{}", "renovate"),
        ("package.json", '{"renovate": {"extends": ["config:base"]}}', "renovate"),
        ("package.json", '{"devDependencies": {"renovate": "1"}}', ""),
        ("package.json", "[", ""),
        ("renovate.json", "{}", "renovate"),
        ("app/renovate.json", "{}", ""),
    ],
)
def test_update_bots_are_looked_for_at_the_top(
    tmp_path: Path, name: str, content: str, bot: str
) -> None:
    found = _facts(tmp_path, NODE, {name: content, "app/package.json": "{}"}, context="app")
    assert found.update_bot == bot


def test_makefiles_and_ignored_tests_are_told(tmp_path: Path) -> None:
    files = {
        **_package(scripts={"test": "node --test"}),
        "Makefile": "build:\n\ttrue\ntest: build\n\ttrue\n",
        ".dockerignore": "*.md\n/tests/\n",
    }
    notes = _facts(tmp_path, NODE, files).notes
    assert "Makefile has a target `test`" in notes[0]
    assert "/tests/ is in .dockerignore" in notes[1]


def test_files_outside_of_the_checkout_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.json").write_text('{"scripts": {"test": "node secret.js"}}')
    root = tmp_path / "repo"
    root.mkdir()
    (root / "package.json").symlink_to(tmp_path / "secret.json")
    assert _facts(root, NODE, {}).test is None


def test_huge_and_unreadable_files_count_as_absent(tmp_path: Path) -> None:
    with (tmp_path / "package.json").open("wb") as file:
        file.truncate(30_000_000)
    (tmp_path / "package-lock.json").mkdir()
    found = _facts(tmp_path, NODE, {})
    assert found.test is None
    assert found.lock_files == ()
