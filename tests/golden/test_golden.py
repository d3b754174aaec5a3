"""Whole files: before, after, and what was refused.

A case is a folder: `before.Dockerfile`, `after.Dockerfile` and `case.toml`, which names the
candidate (of candidates.toml) and lists the refusals.
"""

import subprocess
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from stepdown.dockerfile import Dockerfile, apply
from stepdown.flow import catalog
from stepdown.model.facts import Command, Development, Facts, Target
from stepdown.model.image import Tier
from stepdown.model.plan import Candidate, Policy, Rewrite
from stepdown.model.recipe import PackageName, Remedy, RemedyKind
from stepdown.rewrite import rewrite

HERE = Path(__file__).parent
CASES = sorted(path.parent for path in HERE.glob("*/case.toml"))
CANDIDATES = msgspec.toml.decode(
    (HERE / "candidates.toml").read_bytes(), type=dict[str, Candidate], strict=True
)
NAMES = msgspec.toml.decode((HERE / "packages.toml").read_bytes(), type=dict[str, tuple[str, ...]])
PACKAGES = {
    name: PackageName(debian=name, alpine=alpine, how="by hand") for name, alpine in NAMES.items()
}


class Case(msgspec.Struct, forbid_unknown_fields=True):
    """What case.toml says. A refusal reads `LINE FIXER blocks|notes: REASON`."""

    candidate: str
    stage: str = ""
    tier: Tier = Tier.FULL
    family: str = ""
    static: bool | None = None
    form: str = "alias"
    unsafe_fixes: bool = False
    remedies: tuple[tuple[str, ...], ...] = ()
    development: Development | None = None
    test: str = ""
    scripts: dict[str, str] = {}
    update_bot: str = ""
    argument: str = ""
    original: str = ""
    refusals: tuple[str, ...] = ()
    proposed: int = 0


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "surrogateescape")


def load(folder: Path) -> Case:
    return msgspec.toml.decode((folder / "case.toml").read_bytes(), type=Case)


def rewritten(text: str, case: Case, candidate: Candidate | None = None) -> Rewrite:
    doc = Dockerfile(text)
    ship = doc.ships(case.stage)
    return rewrite(
        text,
        candidate or CANDIDATES[case.candidate],
        target=Target(
            repository="/repository",
            commit="0" * 40,
            dockerfile="Dockerfile",
            context=".",
            text=text,
            stage=case.stage,
            base=doc.external(ship),
            base_line=doc.chain(ship)[0].line,
            family=case.family,
            tier=case.tier,
        ),
        facts=Facts(
            static=case.static,
            development=case.development,
            test=Command(text=case.test) if case.test else None,
            scripts=tuple(case.scripts.items()),
            update_bot=case.update_bot,
        ),
        packages=PACKAGES,
        policy=Policy(form=case.form, unsafe_fixes=case.unsafe_fixes),
        remedies=tuple(
            Remedy(
                kind=RemedyKind.ADD_PACKAGES, text="It is missing.", safe=True, apt=names, apk=names
            )
            for names in case.remedies
        ),
        programs=catalog.load().programs,
    )


def refusals(result: Rewrite) -> tuple[str, ...]:
    return tuple(
        f"{one.line} {one.fixer} {'blocks' if one.blocking else 'notes'}: {one.reason}"
        for one in result.refusals
    )


every_case = pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)


@every_case
def test_rewrites_as_expected(folder: Path) -> None:
    case = load(folder)
    result = rewritten(read(folder / "before.Dockerfile"), case)
    assert result.text == read(folder / "after.Dockerfile")
    assert refusals(result) == case.refusals
    assert (result.argument, result.original) == (case.argument, case.original)
    assert len(result.proposed) == case.proposed


@every_case
def test_a_second_run_changes_nothing(folder: Path) -> None:
    case = load(folder)
    after = read(folder / "after.Dockerfile")
    result = rewritten(after, case)
    assert result.text == after
    assert result.diff == ""
    assert result.argument == case.argument


@every_case
def test_another_candidate_changes_the_base_alone(folder: Path) -> None:
    case = load(folder)
    other = replace(CANDIDATES[case.candidate], image="registry.example.org:5000/other/base:1")
    result = rewritten(read(folder / "after.Dockerfile"), case, other)
    if case.argument or case.form == "literal":
        assert [edit.fixer for edit in result.edits] == ["base"]
    else:
        assert {edit.fixer for edit in result.edits} == {"base"}


@every_case
def test_no_edits_keep_every_byte(folder: Path) -> None:
    for name in ("before.Dockerfile", "after.Dockerfile"):
        data = (folder / name).read_bytes()
        doc = Dockerfile(data.decode("utf-8", "surrogateescape"))
        assert apply(doc.text, ()).encode("utf-8", "surrogateescape") == data
        assert "".join(doc.lines) == doc.text


def test_git_applies_every_diff(tmp_path: Path) -> None:
    changed = 0
    for folder in CASES:
        result = rewritten(read(folder / "before.Dockerfile"), load(folder))
        if not result.diff:
            continue
        changed += 1
        file = tmp_path / "Dockerfile"
        file.write_bytes((folder / "before.Dockerfile").read_bytes())
        patch = result.diff.encode("utf-8", "surrogateescape")
        git = ["git", "-c", "core.autocrlf=false", "apply", "--whitespace=nowarn", "-"]
        subprocess.run(git, input=patch, cwd=tmp_path, check=True)
        assert file.read_bytes() == (folder / "after.Dockerfile").read_bytes(), folder.name
    assert changed > len(CASES) / 2


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 30
    untouched = [
        one for one in CASES if not rewritten(read(one / "before.Dockerfile"), load(one)).diff
    ]
    assert untouched
