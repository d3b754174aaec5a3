"""Reading calls of apt: what they install or remove, and what cannot be translated."""

import re

from stepdown.dockerfile import Command, ShellWord
from stepdown.model.image import Value

PROGRAMS = frozenset(("apt-get", "apt"))
DEBIAN_TOOLS = frozenset(
    (
        "add-apt-repository",
        "apt-add-repository",
        "apt-cache",
        "apt-file",
        "apt-key",
        "apt-mark",
        "aptitude",
        "debconf-set-selections",
        "deb-systemd-helper",
        "dpkg",
        "dpkg-deb",
        "dpkg-divert",
        "dpkg-query",
        "dpkg-reconfigure",
        "extrepo",
        "gdebi",
        "invoke-rc.d",
        "locale-gen",
        "update-alternatives",
        "update-locale",
        "update-rc.d",
    )
)
# Files of apt that a clean-up may name; Alpine has none of them.
LEFTOVERS = re.compile(r"/var/(?:lib/apt|cache/apt|cache/debconf|log/apt|log/dpkg\.log)(?:/|\*|\Z)")
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*")
_SHORT = re.compile(r"-[yqfmVu]+\Z|-q=\d\Z")
_LONG = frozenset(
    (
        "--yes",
        "--assume-yes",
        "--quiet",
        "--no-install-recommends",
        "--no-install-suggests",
        "--install-recommends",
        "--fix-missing",
        "--fix-broken",
        "--ignore-missing",
        "--force-yes",
        "--allow-unauthenticated",
        "--allow-downgrades",
        "--allow-remove-essential",
        "--allow-change-held-packages",
        "--allow-releaseinfo-change",
        "--reinstall",
        "--no-upgrade",
        "--auto-remove",
        "--autoremove",
        "--purge",
        "--show-progress",
        "--no-show-upgraded",
    )
)
_SETTINGS = frozenset(("-o", "--option"))


class AptCall(Value, frozen=True, kw_only=True):
    """One call of apt.

    `action` is its subcommand, `packages` the positions of the package words in the command, and
    `problem` says why it cannot be translated (empty where it can).
    """

    command: Command
    action: str
    packages: tuple[int, ...] = ()
    problem: str = ""


def read(command: Command) -> AptCall:
    """Read a command whose program is apt."""
    operands: list[int] = []
    words = command.words
    at = 1
    while at < len(words):
        text = words[at].raw
        if text in _SETTINGS:
            at += 1
        elif text.startswith("-"):
            if not _harmless(text):
                return AptCall(
                    command=command, action="", problem=f"apk has nothing like the option {text}"
                )
        else:
            operands.append(at)
        at += 1
    action = (words[operands[0]].text or "") if operands else ""
    return AptCall(command=command, action=action, packages=tuple(operands[1:]))


def _harmless(option: str) -> bool:
    name = option.partition("=")[0]
    return bool(_SHORT.match(option)) or name in _LONG or option.startswith("-o")


def package(word: ShellWord) -> tuple[str, str] | None:
    """Return name and version of a package word; None where it is not a fixed, plain one."""
    if word.text is None:
        return _glob_version(word.raw)
    name, _, version = word.text.partition("=")
    return (name, version) if _PACKAGE.fullmatch(name) else None


def _glob_version(raw: str) -> tuple[str, str] | None:
    """Read `name=1.2*`: the version falls away, so that its pattern does no harm."""
    name, equals, version = raw.partition("=")
    fixed = equals and _PACKAGE.fullmatch(name) and re.fullmatch(r"[\w.+:~*-]+", version)
    return (name, version) if fixed else None
