"""Remedies that were found by trying: what the application turned out to need."""

import re
from collections.abc import Iterator, Mapping

from stepdown.dockerfile import Dockerfile
from stepdown.model.image import PackageManager
from stepdown.model.plan import Edit
from stepdown.model.recipe import Remedy, RemedyKind
from stepdown.rewrite import missing
from stepdown.rewrite.needs import Need
from stepdown.rewrite.packages import installed
from stepdown.rewrite.remedy import (
    account,
    compilers,
    environment,
    files,
    folder,
    init,
    libc,
    library,
    linking,
    links,
    loopback,
    npm,
    ownership,
    programs,
    release,
    stack,
    venv,
    words,
)
from stepdown.rewrite.remedy.change import Change, Kind, paths
from stepdown.rewrite.situation import Fixes, Pen, Situation

KINDS: Mapping[RemedyKind, Kind] = {
    RemedyKind.ADD_PACKAGES: environment.changes,
    RemedyKind.BUILD_PACKAGES: compilers.changes,
    RemedyKind.ADD_INIT: init.changes,
    RemedyKind.COPY_FILES: files.changes,
    RemedyKind.COPY_LIBRARY: library.changes,
    RemedyKind.COPY_PROGRAMS: programs.changes,
    RemedyKind.ADD_USER: account.changes,
    RemedyKind.SET_ENVIRONMENT: environment.changes,
    RemedyKind.MAKE_FOLDER: folder.changes,
    RemedyKind.OWN_FILES: ownership.changes,
    RemedyKind.SAME_RELEASE: release.changes,
    RemedyKind.SAME_LIBC: libc.changes,
    RemedyKind.LINK_STATICALLY: linking.changes,
    RemedyKind.CGO_OFF: linking.cgo_off,
    RemedyKind.MUSL_PACKAGES: npm.changes,
    RemedyKind.THREAD_STACK: stack.changes,
    RemedyKind.LOOPBACK: loopback.changes,
    RemedyKind.REPLACE_WORDS: words.changes,
    RemedyKind.FREE_PATH: links.changes,
    RemedyKind.RELINK_VENV: venv.changes,
}
_ADDING = frozenset(
    (
        *(RemedyKind.ADD_PACKAGES, RemedyKind.ADD_COMMAND, RemedyKind.ADD_INIT),
        RemedyKind.COPY_LIBRARY,
    )
)
_HINT = "Copy the files from a build stage, or choose a larger base."
_COMMAND = re.compile(
    r"(?:^|[\s:])(?P<name>[\w.+-]+): (?:command )?not found"
    r"|['\"\u2018](?P<quoted>[\w.+-]+)['\"\u2019]"
)
# Libraries in a package of another name than Debian's policy gives it.
_OWNERS: Mapping[str, str] = {
    "libz.so.1": "zlib1g",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libgcc_s.so.1": "libgcc-s1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libgobject-2.0.so.0": "libglib2.0-0",
    "libgio-2.0.so.0": "libglib2.0-0",
    "libbz2.so.1.0": "libbz2-1.0",
    "libcrypto.so.3": "libssl3",
    "libcairo.so.2": "libcairo2",
    "libodbc.so.2": "libodbc2",
}


def needs(doc: Dockerfile, situation: Situation) -> tuple[Need, ...]:
    """Return the packages of all remedies that the file does not install yet."""
    adding = _adding(situation)
    there = installed(doc, situation) if adding else frozenset()
    root = situation.root
    return tuple(
        Need(stage=root, at=root.start.span.end, packages=names, reason=one.text)
        for one in adding
        if (names := tuple(name for name in packages(one, situation) if name not in there))
    )


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Make the edits of the remedies; refuse those for which the candidate has no packages."""
    edits = _edits(doc, situation)
    manager = situation.candidate.package_manager
    wanted = [one for one in _adding(situation) if one.kind is RemedyKind.ADD_PACKAGES]
    if all(packages(one, situation) for one in wanted):
        return Fixes(edits=edits)
    pen = Pen(text=doc.text, fixer="remedies")
    reason = f"No package of {manager} is known that helps."
    if manager is PackageManager.NONE:
        image = situation.candidate.image
        reason = f"{image} has no package manager that could add what is missing."
    refusal = pen.refuse(situation.root.start, reason, _HINT, blocking=True)
    return Fixes(edits=edits, refusals=(refusal,))


def packages(remedy: Remedy, situation: Situation) -> tuple[str, ...]:
    """Return the packages by which a remedy helps the candidate, none where it knows none."""
    manager = situation.candidate.package_manager
    if manager not in (PackageManager.APK, PackageManager.APT):
        return ()
    match remedy.kind:
        case RemedyKind.ADD_PACKAGES:
            return remedy.apk if manager is PackageManager.APK else remedy.apt
        case RemedyKind.ADD_INIT:
            return ("tini",)
        case RemedyKind.COPY_LIBRARY:
            return tuple(_owners(remedy, situation))
        case RemedyKind.ADD_COMMAND:
            return tuple(_of_commands(remedy, situation))
        case _:
            return ()


def _adding(situation: Situation) -> list[Remedy]:
    """Return the remedies that add packages; the unsafe ones only where the user agreed."""
    allowed = situation.policy.unsafe_fixes
    return [one for one in situation.remedies if one.kind in _ADDING and (one.safe or allowed)]


def _owners(remedy: Remedy, situation: Situation) -> Iterator[str]:
    """Yield the packages that are known to have the libraries of the evidence."""
    if situation.alpine:
        # apk finds the package that provides a library by the library's name.
        yield from (f"so:{name}" for name in library.names(remedy.evidence))
        return
    for name in library.names(remedy.evidence):
        yield _OWNERS.get(name) or _by_policy(name)


def _by_policy(name: str) -> str:
    """Return the package that Debian's policy names after a library (libpq.so.5: libpq5)."""
    stem, _, number = name.lower().replace("_", "-").partition(".so")
    number = number.lstrip(".")
    dash = "-" if number and stem[-1].isdigit() else ""
    return f"{stem}{dash}{number}"


def _of_commands(remedy: Remedy, situation: Situation) -> Iterator[str]:
    named = [found["name"] or found["quoted"] for found in _COMMAND.finditer(remedy.evidence)]
    named += [path.rpartition("/")[2] for path in paths(remedy.evidence)]
    found = {name: None for one in named for name in missing.package(situation, one)}
    return iter(found)


def _edits(doc: Dockerfile, situation: Situation) -> tuple[Edit, ...]:
    """Make the edits; two remedies may want the same place, and the first one has it."""
    pen = Pen(text=doc.text, fixer="remedies")
    done: list[Edit] = []
    for remedy in situation.remedies:
        kind = KINDS.get(remedy.kind)
        for change in kind(doc, situation, remedy) if kind else ():
            if not any(_same_place(change, edit) for edit in done):
                safe = remedy.safe and change.safe
                done.append(pen.edit(change.span, change.text, remedy.text, safe=safe))
    return tuple(done)


def _same_place(change: Change, edit: Edit) -> bool:
    span = change.span
    if span.start == span.end:
        return (edit.start, edit.text) == (span.start, change.text)
    return edit.start < span.end and span.start < edit.end
