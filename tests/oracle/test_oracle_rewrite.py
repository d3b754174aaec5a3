"""Every file of the corpus, and mutations of them, for a candidate of every tier.

No crash; the oracle reads the result; what no edit touches is the same, byte for byte; a second run
changes nothing; the new base is the candidate, and the old one comes back by the build argument.
"""

from pathlib import Path

import msgspec
import oracle_corpus
import pytest
from oracle_dockerfile import port

from stepdown.dockerfile import Dockerfile
from stepdown.errors import DockerfileError
from stepdown.flow import catalog
from stepdown.model.facts import Facts, Target
from stepdown.model.image import Tier
from stepdown.model.plan import Candidate, Policy, Rewrite
from stepdown.rewrite import rewrite
from stepdown.rewrite.base import same_image

PARTS, MUTATIONS = 6, 250
CANDIDATES = msgspec.toml.decode(
    (Path(__file__).parents[1] / "golden" / "candidates.toml").read_bytes(),
    type=dict[str, Candidate],
)
TIERS = ("node-slim", "plain-alpine", "python-distroless", "static", "scratch")
FORMS = ("alias", "arg", "literal")
RECIPES = catalog.load()
PACKAGES = {name.debian: name for name in RECIPES.packages}


def rewritten(text: str, candidate: Candidate, form: str) -> Rewrite | None:
    """Rewrite, None where the file is refused in words."""
    try:
        doc = Dockerfile(text)
        ship = doc.ships()
        target = Target(
            repository="/repository",
            commit="",
            dockerfile="Dockerfile",
            context=".",
            text=text,
            stage="",
            base=doc.external(ship),
            base_line=doc.chain(ship)[0].line,
            family="",
            tier=Tier.FULL,
        )
        return rewrite(
            text,
            candidate,
            target=target,
            facts=Facts(),
            packages=PACKAGES,
            policy=Policy(form=form),
            programs=RECIPES.programs,
        )
    except DockerfileError:
        return None


def check(text: str, candidate: Candidate, form: str) -> bool:
    first = rewritten(text, candidate, form)
    if first is None:
        return False
    assert outside(text, first) == outside_after(first)
    doc = Dockerfile(first.text)
    assert same_image(doc.external(doc.ships()), candidate.image)
    second = rewritten(first.text, candidate, form)
    assert second is not None
    assert (second.text, second.diff) == (first.text, "")
    if _utf8(text) and port(text) is not None:
        assert port(first.text) is not None
    return True


def _utf8(text: str) -> bool:
    return text.encode("utf-8", "replace").decode() == text


def outside(text: str, result: Rewrite) -> list[str]:
    """The pieces of the original that no edit touches."""
    pieces, at = [], 0
    for edit in sorted(result.edits, key=lambda one: (one.start, one.end)):
        pieces.append(text[at : edit.start])
        at = edit.end
    return [*pieces, text[at:]]


def outside_after(result: Rewrite) -> list[str]:
    """The same pieces, cut out of the result."""
    pieces, at, moved = [], 0, 0
    for edit in sorted(result.edits, key=lambda one: (one.start, one.end)):
        pieces.append(result.text[at : edit.start + moved])
        at = edit.start + moved + len(edit.text)
        moved += len(edit.text) - (edit.end - edit.start)
    return [*pieces, result.text[at:]]


@pytest.mark.parametrize("turn", range(len(TIERS)))
def test_the_corpus(turn: int) -> None:
    """Each file meets every tier and every form; each pair of these meets a third of the files."""
    files = [data.decode("utf-8", "surrogateescape") for data in oracle_corpus.read().values()]
    files += [data.decode("utf-8", "surrogateescape") for data in oracle_corpus.golden().values()]
    candidate = CANDIDATES[TIERS[turn]]
    done = [
        check(text, candidate, FORMS[(turn + number) % len(FORMS)])
        for number, text in enumerate(files)
    ]
    assert sum(done) > len(files) * 0.9


@pytest.mark.parametrize("part", range(PARTS))
def test_mutations(part: int) -> None:
    name = TIERS[part % len(TIERS)]
    texts = oracle_corpus.mutations(part, MUTATIONS)
    done = [check(text, CANDIDATES[name], "alias") for text in texts]
    assert sum(done) > MUTATIONS / 10
