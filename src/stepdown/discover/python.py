"""What a Python project's files say."""

import re

from stepdown.discover.command import command
from stepdown.discover.found import Found
from stepdown.discover.requirements import clues, project, requirements
from stepdown.discover.tree import Tree
from stepdown.model.facts import Command

_DEVELOPMENT = re.compile(
    r"(?:^|[-_./])(?:ci|dev|development|docs?|lint|tests?|typing)(?:[-_./]|$)"
)

# Distributions that carry compiled code, by their wheels on the package index, 2026-11.
_NAMES = """
    aiohttp argon2-cffi asyncpg bcrypt brotli cffi confluent-kafka coverage cryptography cython
    duckdb faiss-cpu gevent greenlet grpcio httptools kiwisolver lightgbm lxml lz4 markupsafe
    matplotlib msgpack msgspec mysqlclient numba numpy onnxruntime opencv-python
    opencv-python-headless orjson pandas pillow playwright polars psutil psycopg-binary
    psycopg-c psycopg2 psycopg2-binary pyarrow pycryptodome pydantic-core pymssql pynacl pyodbc
    python-ldap python-snappy pyyaml pyzmq rapidfuzz ray regex ruamel-yaml-clib scikit-learn scipy
    sqlalchemy tensorflow tensorflow-cpu tiktoken tokenizers torch ujson uvloop uwsgi watchfiles
    websockets wrapt xgboost zstandard
"""
_COMPILED = frozenset(_NAMES.split())


def read(tree: Tree, dockerfile: str, version: str) -> Found:
    """Read the files of a Python application.

    `dockerfile` is the Dockerfile's text, `version` the Python version of its base.
    """
    wanted, unread = requirements(tree)
    shipped = tuple(one for one in wanted if _ships(one.file, dockerfile))
    told, locked = clues(tree, shipped, version)
    names = frozenset((*locked, *(one.name for one in wanted)))
    test, notes = _test(tree, names)
    if test is not None and "pytest" in test.argv:
        notes += _installed(tree, dockerfile)
    asked = project(tree).get("requires-python", "")
    return Found(
        test=test,
        version=asked if isinstance(asked, str) else "",
        native=tuple(sorted(names & _COMPILED)),
        zones="tzdata" in names,
        clues=told,
        notes=(*notes, *unread),
    )


def _ships(file: str, dockerfile: str) -> bool:
    """Tell whether the requirements of a file may get into the image."""
    return not _DEVELOPMENT.search(file) or file in dockerfile


def _test(tree: Tree, names: frozenset[str]) -> tuple[Command | None, tuple[str, ...]]:
    source = _configured(tree)
    files = tree.names("test*/**/test_*.py") + tree.names("test_*.py")
    if not source and files and "pytest" in names:
        source = f"{files[0]} and pytest among the requirements"
    if source:
        return command("python -m pytest", source), ()
    cases = [name for name in files if "import unittest" in tree.read(name)]
    if cases:
        folder = cases[0].rpartition("/")[0] or "."
        return command(f"python -m unittest discover -s {folder}", f"unittest in {cases[0]}"), ()
    return None, ("No pytest configuration and no test files were found.",)


def _configured(tree: Tree) -> str:
    """Return where pytest is configured, in words."""
    if "[tool.pytest" in tree.read("pyproject.toml"):
        return "tool.pytest in pyproject.toml"
    if tree.has("pytest.ini"):
        return "pytest.ini"
    if "[tool:pytest]" in tree.read("setup.cfg"):
        return "tool:pytest in setup.cfg"
    tox = tree.read("tox.ini")
    if re.search(r"^\[pytest\]", tox, re.MULTILINE):
        return "pytest in tox.ini"
    commands = re.search(r"^\s*commands\s*=[\s\\]*.*\bpytest\b", tox, re.MULTILINE)
    return "testenv in tox.ini" if commands else ""


def _installed(tree: Tree, dockerfile: str) -> tuple[str, ...]:
    """Say so where nothing that the Dockerfile installs names pytest."""
    files = re.findall(r"[\w./-]+\.(?:txt|in)\b", dockerfile)
    texts = (dockerfile, *(tree.read(name.removeprefix("./")) for name in files))
    if any(re.search(r"\bpytest\b", text) for text in texts):
        return ()
    return ("The Dockerfile does not seem to install pytest, which the tests need in the image.",)
