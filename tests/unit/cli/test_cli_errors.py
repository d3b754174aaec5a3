"""Every error in the program, found in its source and printed once."""

import ast
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import stepdown
from stepdown import errors
from stepdown.cli import exits
from stepdown.cli.app import tell
from stepdown.errors import StepdownError

ROOT = Path(stepdown.__file__).parent
TREE = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, StepdownError)
}


class Site(msgspec.Struct, frozen=True):
    """A place in the source that makes an error; what is only known later is `X`."""

    where: str
    kind: str
    brief: str
    details: str
    hint: str


def sites() -> Iterator[Site]:
    """Find all places that make an error of the tree."""
    for file in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in TREE and node.args:
                given = {word.arg: text(word.value) for word in node.keywords}
                yield Site(
                    f"{file.relative_to(ROOT)}:{node.lineno}",
                    node.func.id,
                    text(node.args[0]),
                    given.get("details", ""),
                    given.get("hint", ""),
                )


def text(node: ast.expr) -> str:
    """Return a text as far as the source says it."""
    match node:
        case ast.Constant(value=str(value)):
            return value
        case ast.JoinedStr(values=parts):
            return "".join(text(part) for part in parts)
        case _:
            return "X"


SITES = tuple(sites())


def test_they_are_found() -> None:
    assert len(SITES) > 100
    assert {site.kind for site in SITES} >= {"UsageError", "EngineError", "RecipeError"}


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.where)
def test_each_says_what_is_wrong_and_what_to_do(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    kind = TREE[site.kind]
    tell(kind(site.brief, details=site.details, hint=site.hint))
    said = capsys.readouterr()
    first, *rest = said.err.splitlines()
    assert said.out == ""
    assert first == f"stepdown: {site.brief}"
    assert site.brief.strip()
    assert rest[-1] == f"hint: {site.hint}"
    assert site.hint.strip()
    assert all(line.startswith("    ") for line in rest[:-1])


@pytest.mark.parametrize("name", TREE)
def test_each_kind_has_an_exit_code_of_the_table(name: str) -> None:
    assert TREE[name].exit_code in exits.MEANINGS
