"""What the tests of the fixers share: the candidates of the golden cases, and one call."""

from pathlib import Path

import msgspec

from stepdown.dockerfile import Dockerfile
from stepdown.model.facts import Facts, Target
from stepdown.model.image import Tier
from stepdown.model.plan import Candidate, Policy, Rewrite
from stepdown.model.recipe import PackageName, Programs, Remedy
from stepdown.rewrite import rewrite

_GOLDEN = Path(__file__).parents[2] / "golden"
CANDIDATES = msgspec.toml.decode(
    (_GOLDEN / "candidates.toml").read_bytes(), type=dict[str, Candidate]
)
PACKAGES = {
    name: PackageName(debian=name, alpine=alpine, how="by hand")
    for name, alpine in msgspec.toml.decode(
        (_GOLDEN / "packages.toml").read_bytes(), type=dict[str, tuple[str, ...]]
    ).items()
}


def rewritten(  # noqa: PLR0913
    text: str,
    candidate: Candidate | str,
    *,
    stage: str = "",
    tier: Tier = Tier.FULL,
    policy: Policy | None = None,
    facts: Facts | None = None,
    remedies: tuple[Remedy, ...] = (),
    dockerfile: str = "Dockerfile",
    family: str = "",
    programs: Programs | None = None,
) -> Rewrite:
    """Rewrite `text` for a candidate, given or named."""
    doc = Dockerfile(text)
    ship = doc.ships(stage)
    return rewrite(
        text,
        CANDIDATES[candidate] if isinstance(candidate, str) else candidate,
        target=Target(
            repository="/repository",
            commit="0" * 40,
            dockerfile=dockerfile,
            context=".",
            text=text,
            stage=stage,
            base=doc.external(ship),
            base_line=doc.chain(ship)[0].line,
            family=family,
            tier=tier,
        ),
        facts=facts or Facts(),
        packages=PACKAGES,
        policy=policy or Policy(),
        remedies=remedies,
        programs=programs,
    )


def line(text: str, candidate: str, old: str = "node:22") -> tuple[str, tuple[str, ...]]:
    """Rewrite a file of a FROM and `text`; return what became of `text`, and the refusals."""
    result = rewritten(f"FROM {old}\n{text}\n", candidate, policy=Policy(form="literal"))
    rest = result.text.partition("\n")[2].removesuffix("\n")
    blocks = ("notes", "blocks")
    return rest, tuple(f"{blocks[one.blocking]}: {one.reason}" for one in result.refusals)
