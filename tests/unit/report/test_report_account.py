"""What changed since the last push, and how update bots read the new file."""

import msgspec
import outcomes
import pytest

from stepdown.model.trial import Outcome
from stepdown.report import account, bots, gfm
from stepdown.report.document import Document, Section


def shown(sections: tuple[Section, ...]) -> str:
    return gfm.write(Document((), sections))


def test_facts_do_not_change_with_the_time() -> None:
    good = outcomes.success()
    later = msgspec.structs.replace(good, started="2027-01-01T00:00:00Z", seconds=1e6)
    assert account.facts(later) == account.facts(good)
    assert ("Base after", good.trials[good.answer or 0].candidate.image) in account.facts(good)


def test_without_an_answer_that_is_a_fact() -> None:
    assert ("Base after", "none") in account.facts(outcomes.failure())


def test_what_changed_is_listed_and_nothing_else() -> None:
    before = (("Base", "a"), ("Tests", "12"), ("Gone", "x"))
    after = (("Base", "b"), ("Tests", "12"), ("New", "y"))
    text = shown(account.since(before, after, touched=True))
    assert "### Since the last push" in text
    assert "- Base: `a` → `b`" in text
    assert "- Gone: `x` (gone)" in text
    assert "- New: `y` (new)" in text
    assert "Tests" not in text
    assert "was replaced" in text


def test_the_same_results_are_said_to_be_the_same() -> None:
    same = (("Base", "a"),)
    assert "every result is the same" in shown(account.since(same, same))


FILES = {
    "alias": "ARG BASE=base\nFROM {image} AS base\nFROM ${{BASE}}\n",
    "literal": "FROM --platform=linux/amd64 {image}\n",
    "arg": "ARG BASE={image}\nFROM ${{BASE}}\n",
    "own": "ARG OTHER=1 BASE='{image}'\nFROM ${{BASE}}\n",
    "default": "ARG BASE\nFROM ${{BASE:-{image}}}\n",
    "shifted": "ARG BASE={image}\nFROM ${{BASE}}\nFROM x\nCOPY --from=0 /a /a\n",
}


def built(bot: str, file: str, image: str = "node:24-slim") -> Outcome:
    good = outcomes.success()
    best = good.trials[good.answer or 0]
    new = msgspec.structs.replace(
        best,
        candidate=msgspec.structs.replace(best.candidate, image=image),
        rewrite=msgspec.structs.replace(
            best.rewrite,
            text=FILES[file].format(image=image),
            argument="" if file == "literal" else "BASE",
        ),
    )
    trials = tuple(new if trial is best else trial for trial in good.trials)
    form = file if file in {"alias", "literal", "arg"} else "alias"
    before = FILES[file].format(image="node:24") if file in {"own", "default"} else "FROM node:24\n"
    plan = msgspec.structs.replace(
        good.plan,
        target=msgspec.structs.replace(good.plan.target, text=before),
        facts=msgspec.structs.replace(good.plan.facts, update_bot=bot),
        policy=msgspec.structs.replace(good.plan.policy, form=form),
    )
    return msgspec.structs.replace(good, plan=plan, trials=trials)


@pytest.mark.parametrize(
    ("bot", "file", "words"),
    [
        ("dependabot", "alias", "Dependabot is configured here. The base stands literally"),
        ("dependabot", "literal", "which Dependabot and Renovate both read."),
        ("dependabot", "arg", "does not see it. `--form alias` writes the base so that it does."),
        ("dependabot", "shifted", "does not see it. `--form literal` writes the base so that it"),
        ("dependabot", "own", "does not see it. The file named its base so before, too."),
        ("dependabot", "default", "does not see it. The file named its base so before, too."),
        ("renovate", "arg", "Renovate is configured here. The base stands in an `ARG`: Renovate"),
        ("renovate", "alias", "a build argument can still select another base"),
        (
            "",
            "alias",
            "nobody proposes newer bases. The base stands literally",
        ),
        ("", "arg", "nobody proposes newer bases. The base stands in an `ARG`"),
    ],
)
def test_each_bot_and_form(bot: str, file: str, words: str) -> None:
    assert words in shown(bots.update_bots(built(bot, file)))


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (f"node:24-slim@sha256:{'0' * 64}", "pinned by digest"),
        ("gcr.io/distroless/cc-debian13:nonroot", "The tag `nonroot` has no version"),
        ("node", "The tag `latest` has no version"),
    ],
)
def test_tags_that_bots_cannot_count_up(image: str, words: str) -> None:
    assert words in shown(bots.update_bots(built("renovate", "alias", image)))


def test_a_versioned_tag_and_no_answer_need_no_words() -> None:
    assert "The tag" not in shown(bots.update_bots(built("renovate", "alias")))
    assert bots.update_bots(outcomes.failure()) == ()
