"""Accounts that the application wants to find by name or by number."""

import re
from collections.abc import Iterator, Mapping

from stepdown.dockerfile import Dockerfile
from stepdown.model.image import ImageRef, PackageManager
from stepdown.model.recipe import Remedy
from stepdown.rewrite.remedy.change import Change, first, user
from stepdown.rewrite.remedy.files import lines, provider
from stepdown.rewrite.rootless import ROOT
from stepdown.rewrite.situation import Situation

_FILES = ("/etc/passwd", "/etc/group")
_NONROOT, _NOBODY, _NODE = "65532:65532", "65534:65534", "1000:1000"
# Debian's own, which every image of it has: https://wiki.debian.org/SystemGroups
_DEBIAN: Mapping[str, int] = {
    "backup": 34,
    "irc": 39,
    "list": 38,
    "proxy": 13,
    "sys": 3,
    "www-data": 33,
}
# Group 13 is `news` on Alpine and group 34 `kvm`.
_TAKEN = frozenset(("backup", "proxy"))
_NAME = re.compile(rf"(?<![\w-])(?:{'|'.join(_DEBIAN)})(?![\w-])")
_USUAL = (
    "root:x:0:0:root:/root:/sbin/nologin",
    "nobody:x:65534:65534:nobody:/nonexistent:/sbin/nologin",
)


def changes(doc: Dockerfile, situation: Situation, remedy: Remedy) -> Iterator[Change]:
    """Make the account that the evidence names, or give the one who runs the application a name."""
    named = _NAME.search(remedy.evidence)
    manager = situation.candidate.package_manager
    if manager is PackageManager.APK and named and situation.candidate.user in ROOT:
        yield from first(doc, situation.root, [_made(named.group())])
    elif not situation.candidate.shell and not _brought(situation):
        yield from first(doc, situation.ship, _brings(doc, situation, named and named.group()))


def _made(name: str) -> str:
    # Alpine has some of these groups without their users, and some of the numbers for others.
    number = "" if name in _TAKEN else f" -g {_DEBIAN[name]}"
    group = f"(getent group {name} || addgroup -S{number} {name})"
    return f"RUN {group} && adduser -S -D -H -u {_DEBIAN[name]} -G {name} {name}"


def _brings(doc: Dockerfile, situation: Situation, name: str | None) -> list[str]:
    number = user(doc, situation) or "0:0"
    if name:
        return [_written(doc, f"{name}:x:{_DEBIAN[name]}:{_DEBIAN[name]}")]
    if number == _NODE and ImageRef.parse(situation.old).repository == "node":
        return list(lines(situation.old, _FILES))
    if number in (_NONROOT, _NOBODY, "0:0"):
        return list(lines(provider(doc, situation, frozenset(("base-files",))), _FILES))
    return [_written(doc, f"app:x:{number}")]


def _brought(situation: Situation) -> bool:
    copied = (word.text for one in situation.shipped("COPY", "ADD") for word in one.operands)
    return any("passwd" in path for path in copied)


def _written(doc: Dockerfile, head: str) -> str:
    name = head.partition(":")[0]
    entry = f"{head}:{name}:/:/sbin/nologin"
    return doc.newline.join(("COPY <<EOF /etc/passwd", *_USUAL, entry, "EOF"))
