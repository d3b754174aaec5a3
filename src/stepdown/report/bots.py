"""How the new form of the Dockerfile behaves with the bot that keeps the base up to date."""

from stepdown.model.image import ImageRef
from stepdown.model.trial import Outcome
from stepdown.report.document import Block, Code, Section, bullets, paragraph, section
from stepdown.report.headline import winner


def update_bots(outcome: Outcome) -> tuple[Section, ...]:
    """Return what Dependabot or Renovate does with the new file; nothing without an answer."""
    best = winner(outcome)
    if best is None:
        return ()
    image, form = best.candidate.image, outcome.plan.policy.form
    return section("Updates of the base", *_blocks(outcome.plan.facts.update_bot, form, image))


def _blocks(bot: str, form: str, image: str) -> tuple[Block, ...]:
    match bot:
        case "dependabot":
            said = _dependabot(form)
        case "renovate":
            said = _renovate(form)
        case _:
            return (
                paragraph(
                    "No configuration of Dependabot or Renovate for images was found in this "
                    "repository, so nobody proposes newer bases. ",
                    *_literal(form),
                ),
            )
    return (paragraph(*said), *_digest(image))


def _dependabot(form: str) -> tuple[str | Code, ...]:
    if form == "arg":
        return (
            "Dependabot is configured here, and it reads literal ",
            Code("FROM"),
            " lines only: it will not see a base that stands in ",
            Code("ARG"),
            ". ",
            Code("--form alias"),
            " writes the base so that it does.",
        )
    return ("Dependabot is configured here. ", *_literal(form))


def _renovate(form: str) -> tuple[str | Code, ...]:
    if form == "arg":
        return ("Renovate is configured here. It reads the default of an ", Code("ARG"), " too.")
    return ("Renovate is configured here. ", *_literal(form))


def _literal(form: str) -> tuple[str | Code, ...]:
    if form == "arg":
        return ("Dependabot would not see a base that stands in ", Code("ARG"), "; Renovate does.")
    more = ", and a build argument can still select another base" if form == "alias" else ""
    return (
        "The base stands literally in a ",
        Code("FROM"),
        f" line, which Dependabot and Renovate both read{more}.",
    )


def _digest(image: str) -> tuple[Block, ...]:
    ref = ImageRef.parse(image)
    if ref.digest:
        return bullets(
            (("The base is pinned by digest; the bot updates tag and digest together.",),)
        )
    if not any(char.isdigit() for char in ref.tag):
        text = " has no version in it, so a bot has nothing to count up; pin a digest for that."
        return bullets((("The tag ", Code(ref.tag or "latest"), text),))
    return ()
