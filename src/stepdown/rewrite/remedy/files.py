"""Data files for a base without a package manager: copied from where they are for certain."""

from collections.abc import Iterator
from itertools import groupby

from stepdown.dockerfile import Dockerfile, Stage
from stepdown.model.image import ImageRef, PackageManager
from stepdown.model.recipe import Remedy
from stepdown.rewrite.calls import of_instruction
from stepdown.rewrite.remedy.change import Change, earlier, first, paths
from stepdown.rewrite.situation import Situation

# It has time zones, certificates, users, services and content types in 2 MB:
# https://github.com/GoogleContainerTools/distroless/blob/main/base/README.md
STATIC = "gcr.io/distroless/static-debian13:nonroot"
_OF_DISTROLESS = frozenset(("base-files", "ca-certificates", "media-types", "netbase", "tzdata"))
_SECRET = frozenset(("/etc/shadow", "/etc/gshadow", "/etc/sudoers"))
# Images that stand on the same Debian image as one whose packages are known.
_LIKE = {"buildpack-deps": "golang", "rust": "golang"}


def changes(doc: Dockerfile, situation: Situation, remedy: Remedy) -> Iterator[Change]:
    """Copy `paths` from a stage or an image that has the packages which own them.

    Without `paths` it is what the evidence names, from the old base.
    """
    if not remedy.paths:
        named = (path for path in paths(remedy.evidence) if _is_data(path))
        source = _most(doc, situation)
        copies = [f"COPY --from={source} {path} {path}" for path in named]
        yield from first(doc, situation.ship, copies if source != "scratch" else [])
    elif situation.candidate.package_manager is PackageManager.NONE:
        source = provider(doc, situation, frozenset(remedy.apt))
        yield from first(doc, situation.ship, list(lines(source, remedy.paths)))


def lines(source: str, wanted: tuple[str, ...]) -> Iterator[str]:
    """Yield the COPY lines: a folder as a whole, files of one folder together."""
    for folder, group in groupby(wanted, lambda path: path.rpartition("/")[0]):
        names = list(group)
        if names == [f"{folder}/"]:
            yield f"COPY --from={source} {folder} {folder}"
        else:
            yield f"COPY --from={source} {' '.join(names)} {folder}/"


def _most(doc: Dockerfile, situation: Situation) -> str:
    """Return what has most of the old image: the stage on its base, with what that installs."""
    same = (one for one in earlier(doc, situation) if one.name and _stands(doc, situation, one))
    return next((stage.name for stage in reversed(list(same))), situation.old)


def _stands(doc: Dockerfile, situation: Situation, stage: Stage) -> bool:
    return doc.external(stage) == situation.old


def _is_data(path: str) -> bool:
    return path.startswith(("/etc/", "/usr/share/", "/usr/lib/terminfo")) and path not in _SECRET


def provider(doc: Dockerfile, situation: Situation, packages: frozenset[str]) -> str:
    """Return what follows --from=: a stage of the file, its old base, or an image of 2 MB."""
    for stage in earlier(doc, situation):
        if stage.name and packages <= _packages(doc, situation, stage):
            return stage.name
    old = _known(situation, situation.old)
    return situation.old if packages <= old else STATIC


def _packages(doc: Dockerfile, situation: Situation, stage: Stage) -> frozenset[str]:
    """Return the Debian packages with data that are in a stage, by its image or by an install."""
    found = set(_known(situation, doc.external(stage)))
    for part in doc.chain(stage):
        for instruction in part.instructions:
            if instruction.keyword == "RUN":
                for call in of_instruction(doc, part, instruction):
                    if call.sure and {"install", "add"} & set(call.words[1:]):
                        found.update(word for word in call.words[2:] if not word.startswith("-"))
    return frozenset(found & _OF_DISTROLESS)


def _known(situation: Situation, image: str) -> frozenset[str]:
    ref = ImageRef.parse(image)
    if "/distroless/" in ref.name:
        return _OF_DISTROLESS
    tier = next((name for name in ("alpine", "slim") if name in ref.tag), "full")
    key = f"{_LIKE.get(ref.repository, ref.repository)}/{tier}"
    sets = [one for one in situation.programs.toolsets if key in one.images]
    return frozenset(name for one in sets for name in one.commands)
