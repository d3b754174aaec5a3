"""Calls of update-alternatives, which Alpine has not: in their plain form they make one link."""

import re
from collections.abc import Iterable

from stepdown.dockerfile import Command
from stepdown.model.image import Value
from stepdown.model.recipe import PackageName
from stepdown.rewrite import apt
from stepdown.rewrite.names import Refused

PROGRAM = "update-alternatives"
_SILENT = frozenset(("--quiet", "--verbose", "--force"))
_INSTALL, _SET = "--install", "--set"
_COUNTS = {_INSTALL: 5, _SET: 3}  # the words of a call, with that option
_PATH = re.compile(r"(?:/[\w.+-]+)+")
_NAME = re.compile(r"[\w.+-]+")
# What stands there is put there by hand; packages fill the other folders of the system.
_BY_HAND = re.compile(r"/usr/local/|/(?!(?:bin|boot|dev|etc|lib\w*|proc|run|sbin|sys|usr|var)/)")
_FOLDERS = frozenset(("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin"))
# Commands that packages of Alpine put into /bin alone.
_IN_BIN = frozenset(
    (
        *("ash", "bash", "busybox", "egrep", "fgrep", "grep", "gunzip", "gzip", "kmod", "login"),
        *("mount", "ping", "ps", "sed", "sh", "su", "tar", "tcsh", "umount", "zcat", "zsh"),
    )
)
_HINT = "Make the link itself: ln -sf TARGET LINK, with the place that TARGET has on Alpine."


class Link(Value, frozen=True, kw_only=True):
    """The link that a call makes in the end."""

    path: str
    target: str


def read(command: Command, text: str, installed: Iterable[PackageName]) -> Link:
    """Return the link that a call of update-alternatives makes.

    `text` is the whole Dockerfile, `installed` the packages that it installs before. Raises Refused
    where the call says more than one link, or where its target may not be there on Alpine.
    """
    words = command.words[apt.behind_sudo(command) + 1 :]
    texts = [word.text or "" for word in words if word.raw not in _SILENT]
    if command.contexts or command.assignments:
        raise _refused("does not stand alone")
    if texts[:1] and texts[0] not in _COUNTS:
        raise _refused(f"{texts[0]} has no counterpart on Alpine".strip())
    if not texts or len(texts) != _COUNTS[texts[0]] or not all(texts):
        raise _refused("is not called for one link of fixed words")
    name, target = texts[-3:-1] if texts[0] == _INSTALL else texts[1:]
    path = texts[1] if texts[0] == _INSTALL else f"/usr/bin/{name}"
    link = Link(path=path, target=target)
    _check(link, name, text)
    if not _BY_HAND.match(target) and not any(_brings(one, target) for one in installed):
        raise _refused(f"links to {target}, of which nobody knows whether Alpine has it")
    return link


def _check(link: Link, name: str, text: str) -> None:
    """Raise Refused for a link that is none, or that does not depend on this call alone."""
    folder = link.path.rpartition("/")[0]
    plain = _PATH.fullmatch(link.path) and _PATH.fullmatch(link.target) and _NAME.fullmatch(name)
    if not plain or folder not in _FOLDERS or link.path == link.target:
        raise _refused("is called for a link that is none on Alpine")
    installs = re.findall(rf"{_INSTALL}[\s\\]+(\S+)[\s\\]+{re.escape(name)}[\s\\]", text)
    if len(installs) > 1 or any(one != link.path for one in installs):
        raise _refused(f"chooses among several programs for {name}")


def _brings(package: PackageName, target: str) -> bool:
    """Tell whether Alpine's package has the command at that place."""
    folder, _, command = target.rpartition("/")
    kind, *commands = package.how.split()
    known = (kind == "command" and command in commands) or {package.debian} == {
        command,
        *package.alpine,
    }
    return known and folder == "/usr/bin" and command not in _IN_BIN


def _refused(what: str) -> Refused:
    return Refused(f"{PROGRAM} {what}.", hint=_HINT)
