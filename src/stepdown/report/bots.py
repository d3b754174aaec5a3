"""How the new form of the Dockerfile behaves with the bot that keeps the base up to date."""

import re

from stepdown.model.image import ImageRef
from stepdown.model.plan import Rewrite
from stepdown.model.trial import Outcome
from stepdown.report.document import Block, Code, Section, bullets, paragraph, section
from stepdown.report.headline import winner

Words = tuple[str | Code, ...]
_LINES = re.IGNORECASE | re.MULTILINE
_NONE = (
    "No configuration of Dependabot or Renovate for images was found in this repository; where "
    "none runs for all repositories, nobody proposes newer bases. "
)


def update_bots(outcome: Outcome) -> tuple[Section, ...]:
    """Return what Dependabot or Renovate does with the new file; nothing without an answer."""
    best = winner(outcome)
    if best is None:
        return ()
    image = best.candidate.image
    place = _literal(best.rewrite)
    if _by_variable(best.rewrite):
        place = _variable(outcome.plan.policy.form, own=_named_before(outcome, best.rewrite))
    said = (*_configured(outcome.plan.facts.update_bot), *place)
    return section("Updates of the base", paragraph(*said), *_digest(image))


def _named_before(outcome: Outcome, rewrite: Rewrite) -> bool:
    """Tell whether the file had the argument before; a new one has a name of its own."""
    line = rf"^[ \t]*ARG\b.*?[ \t]{re.escape(rewrite.argument)}(?!\w)"
    return re.search(line, outcome.plan.target.text, _LINES) is not None


def _by_variable(rewrite: Rewrite) -> bool:
    """Tell whether the base stands in the default of a build argument, not in a FROM line."""
    name = re.escape(rewrite.argument)
    line = rf"^[ \t]*ARG\b.*?[ \t]{name}(?!\w)(?:=[\"']?([^\s\"']+))?"
    default = re.search(line, rewrite.text, _LINES)
    if not name or default is None:
        return False
    stages = re.findall(r"^[ \t]*FROM\b.*[ \t]AS[ \t]+(\S+)", rewrite.text, _LINES)
    return (default.group(1) or "").lower() not in {stage.lower() for stage in stages}


def _configured(bot: str) -> Words:
    if bot:
        return (f"{bot.capitalize()} is configured here. ",)
    return (_NONE,)


def _literal(rewrite: Rewrite) -> Words:
    more = ", and a build argument can still select another base" if rewrite.argument else ""
    return (
        "The base stands literally in a ",
        Code("FROM"),
        f" line, which Dependabot and Renovate both read{more}.",
    )


def _variable(form: str, *, own: bool) -> Words:
    """Say what becomes of a base that only a variable names, by our choice or by the file's own."""
    better = Code("--form alias" if form == "arg" else "--form literal")
    other: Words = (" ", better, " writes the base so that it does.")
    return (
        "The base stands in an ",
        Code("ARG"),
        ": Renovate reads its default, and Dependabot, which reads literal ",
        Code("FROM"),
        " lines only, does not see it.",
        *((" The file named its base so before, too.",) if own else other),
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
