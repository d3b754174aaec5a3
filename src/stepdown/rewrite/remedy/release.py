"""Build stages of another Debian release than the base."""

import re
from collections.abc import Iterator

from stepdown.dockerfile import Dockerfile
from stepdown.model.image import ImageRef, Libc
from stepdown.model.recipe import Remedy
from stepdown.rewrite.remedy.change import Change, earlier, literal
from stepdown.rewrite.situation import Situation

_CODENAME = re.compile(r"\b(?:buster|bullseye|bookworm|trixie|forky)\b")
_NUMBERED = {"11": "bullseye", "12": "bookworm", "13": "trixie", "14": "forky"}
_DISTROLESS = re.compile(r"-debian(?P<number>\d+)")
# Official images that have a tag for each release.
_BY_RELEASE = frozenset(("golang", "rust", "node", "python", "ruby", "php", "perl"))


def changes(doc: Dockerfile, situation: Situation, _: Remedy) -> Iterator[Change]:
    """Let the stages that the build takes files from have the release of the candidate."""
    wanted = of(situation.candidate.image)
    if not wanted or situation.candidate.libc is not Libc.GLIBC:
        return
    for stage in earlier(doc, situation):
        moved = _moved(stage.base, wanted) if literal(stage) else ""
        if moved and moved != stage.base:
            yield Change(span=stage.image.span, text=moved)


def of(image: str) -> str:
    """Return the Debian release that an image names, empty where it names none."""
    ref = ImageRef.parse(image)
    named = _CODENAME.search(ref.tag)
    numbered = _DISTROLESS.search(ref.name)
    if named:
        return named.group()
    if numbered:
        return _NUMBERED.get(numbered["number"], "")
    return _NUMBERED.get(ref.tag.partition("-")[0], "") if ref.repository == "debian" else ""


def _moved(image: str, release: str) -> str:
    """Return the image of that release, empty where none is known."""
    ref = ImageRef.parse(image)
    if _CODENAME.search(ref.tag):
        tag = _CODENAME.sub(release, ref.tag)
    elif ref.repository == "debian" and ref.tag.partition("-")[0] in _NUMBERED:
        tag = f"{release}-slim" if ref.tag.endswith("-slim") else release
    elif ref.repository in _BY_RELEASE and "alpine" not in ref.tag:
        tag = _with(release, ref)
    else:
        return ""
    return f"{ref.name}:{tag}"


def _with(release: str, ref: ImageRef) -> str:
    version = "" if ref.tag == "latest" else ref.tag
    plain, slim, _ = version.partition("-slim")
    if not version or version == "slim":
        return f"{release}-slim" if version else release
    if ref.repository == "node" and slim:
        return f"{plain}-{release}-slim"
    return f"{version}-{release}"
