"""Small repositories, and what is discovered in them."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from stepdown.discover import facts, target
from stepdown.discover.walk import Listing, listing
from stepdown.flow.catalog import load
from stepdown.model.facts import Facts, Target
from stepdown.model.recipe import Catalog

DOCKERFILE = "FROM node:24\nCOPY . .\n"


@cache
def _catalog() -> Catalog:
    return load()


def write(root: Path, files: Mapping[str, str | bytes]) -> Listing:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return listing(root)


def target_of(
    root: Path, text: str = DOCKERFILE, file: str = "Dockerfile", context: str = "."
) -> Target:
    return target(
        text,
        repository=str(root),
        commit="",
        dockerfile=file,
        context=context,
        stage="",
        catalog=_catalog(),
    )


def discovered(
    root: Path,
    files: Mapping[str, str | bytes],
    text: str = DOCKERFILE,
    *,
    file: str = "Dockerfile",
    context: str = ".",
) -> Facts:
    write(root, {file: text, **files})
    return facts(root / context, target_of(root, text, file, context))
