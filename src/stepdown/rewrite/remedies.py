"""Remedies that were found by trying: packages that the application turned out to need."""

from stepdown.dockerfile import Dockerfile
from stepdown.model.image import PackageManager
from stepdown.model.recipe import Remedy, RemedyKind
from stepdown.rewrite.packages import installed
from stepdown.rewrite.runtime import add_packages, after_from
from stepdown.rewrite.situation import Fixes, Pen, Situation

_ROOT = frozenset(("", "root", "0", "0:0", "root:root"))


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Install the packages of all remedies with one RUN behind the FROM."""
    pen = Pen(text=doc.text, fixer="remedies")
    adding = [one for one in situation.remedies if one.kind is RemedyKind.ADD_PACKAGES]
    if not adding:
        return Fixes()
    manager = situation.candidate.package_manager
    names = sorted({name for one in adding for name in _names(one, manager)})
    names = [name for name in names if name not in installed(doc, situation)]
    problem = _problem(situation, adding)
    if problem:
        hint = "Copy the files from a build stage, or choose a larger base."
        refusal = pen.refuse(situation.root.start, problem, hint, blocking=True)
        return Fixes(refusals=(refusal,))
    if not names:
        return Fixes()
    span, line = after_from(doc, situation, add_packages(manager, names))
    reason = " ".join(dict.fromkeys(one.text for one in adding))
    return Fixes(edits=(pen.edit(span, line, reason),))


def _names(remedy: Remedy, manager: PackageManager) -> tuple[str, ...]:
    return remedy.apk if manager is PackageManager.APK else remedy.apt


def _problem(situation: Situation, adding: list[Remedy]) -> str:
    """Say why the packages cannot be installed on the candidate, or nothing."""
    candidate = situation.candidate
    if candidate.package_manager is PackageManager.NONE:
        return f"{candidate.image} has no package manager that could add what is missing."
    if candidate.user not in _ROOT:
        return f"{candidate.image} runs as {candidate.user}, who may not install packages."
    if any(not _names(one, candidate.package_manager) for one in adding):
        return f"No package of {candidate.package_manager} is known that helps."
    return ""
