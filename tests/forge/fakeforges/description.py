"""GitHub's own description of its API, from npm's `@octokit/openapi`, trimmed to what is used."""

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

PACKAGE = "@octokit/openapi@23.0.2"
_MEMBER = "package/generated/api.github.com.json"
PATHS = (
    "/user", "/users/{username}", "/users/{username}/repos", "/orgs/{org}", "/orgs/{org}/repos",
    "/repos/{owner}/{repo}", "/repos/{owner}/{repo}/branches", "/repos/{owner}/{repo}/forks",
    "/repos/{owner}/{repo}/pulls", "/repos/{owner}/{repo}/pulls/{pull_number}",
    "/repos/{owner}/{repo}/pulls/{pull_number}/requested_reviewers",
    "/repos/{owner}/{repo}/labels/{name}", "/repos/{owner}/{repo}/issues/{issue_number}",
    "/repos/{owner}/{repo}/issues/{issue_number}/labels",
    "/repos/{owner}/{repo}/issues/{issue_number}/assignees",
    "/repos/{owner}/{repo}/issues/{issue_number}/comments",
)  # fmt: skip


def description() -> dict[str, Any]:
    """Return the trimmed description; it is fetched once and kept in the cache."""
    kept = _cache() / f"{PACKAGE.replace('/', '-')}-{len(PATHS)}.json"
    if not kept.exists():
        trimmed = _trimmed(_fetched())
        kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = kept.with_suffix(f".{os.getpid()}")
        unfinished.write_text(json.dumps(trimmed))
        unfinished.replace(kept)
    found: dict[str, Any] = json.loads(kept.read_text())
    return found


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "stepdown-tests"


def _fetched() -> dict[str, Any]:
    npm = shutil.which("npm")
    assert npm, "npm is needed: it brings GitHub's own description of its API"
    with TemporaryDirectory() as folder:
        subprocess.run([npm, "pack", "--silent", PACKAGE], cwd=folder, check=True, timeout=300)
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as package:
            member = package.extractfile(_MEMBER)
            assert member is not None
            found: dict[str, Any] = json.load(member)
    return found


def _trimmed(whole: dict[str, Any]) -> dict[str, Any]:
    """Keep some paths, their requests and what these refer to; answers are not looked at."""
    paths = {path: whole["paths"][path] for path in PATHS}
    for operation in (one for path in paths.values() for one in path.values()):
        if "responses" in operation:
            operation["responses"] = {"200": {"description": ""}}
    kept: dict[str, Any] = {
        "openapi": whole["openapi"],
        "info": whole["info"],
        "servers": [{"url": "/api/v3"}],
        "paths": paths,
        "components": {},
    }
    waiting = list(_references(paths))
    while waiting:
        _, _, kind, name = waiting.pop().split("/")
        place = kept["components"].setdefault(kind, {})
        if name not in place:
            place[name] = whole["components"][kind][name]
            waiting += _references(place[name])
    return kept


def _references(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for one in value.values():
            yield from _references(one)
    elif isinstance(value, list):
        for one in value:
            yield from _references(one)
