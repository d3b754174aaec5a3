"""Remedies that were found by trying: packages that the application turned out to need."""

from stepdown.dockerfile import Dockerfile
from stepdown.model.image import PackageManager
from stepdown.model.recipe import Remedy, RemedyKind
from stepdown.rewrite.needs import Need
from stepdown.rewrite.packages import installed
from stepdown.rewrite.situation import Fixes, Pen, Situation

_HINT = "Copy the files from a build stage, or choose a larger base."


def needs(doc: Dockerfile, situation: Situation) -> tuple[Need, ...]:
    """Return the packages of all remedies that the file does not install yet."""
    adding = _adding(situation)
    there = installed(doc, situation) if adding else frozenset()
    root = situation.root
    return tuple(
        Need(stage=root, at=root.start.span.end, packages=names, reason=one.text)
        for one in adding
        if (names := tuple(name for name in _names(one, situation) if name not in there))
    )


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Refuse the remedies for which the candidate has no packages."""
    manager = situation.candidate.package_manager
    if all(_names(one, situation) for one in _adding(situation)):
        return Fixes()
    pen = Pen(text=doc.text, fixer="remedies")
    reason = f"No package of {manager} is known that helps."
    if manager is PackageManager.NONE:
        image = situation.candidate.image
        reason = f"{image} has no package manager that could add what is missing."
    refusal = pen.refuse(situation.root.start, reason, _HINT, blocking=True)
    return Fixes(refusals=(refusal,))


def _adding(situation: Situation) -> list[Remedy]:
    return [one for one in situation.remedies if one.kind is RemedyKind.ADD_PACKAGES]


def _names(remedy: Remedy, situation: Situation) -> tuple[str, ...]:
    match situation.candidate.package_manager:
        case PackageManager.APK:
            return remedy.apk
        case PackageManager.APT:
            return remedy.apt
        case PackageManager.NONE:
            return ()
