"""Reading calls of apt: what they install or remove, and what cannot be translated."""

import re
from collections.abc import Iterator

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
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*")
_BRACES = re.compile(r"([\w+.-]*)\{([\w+.,-]*,[\w+.,-]*)\}([\w+.-]*)")
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
_SUDO = re.compile(r"-[EHnS]+\Z|[A-Za-z_]\w*=.*", re.DOTALL)


class AptCall(Value, frozen=True, kw_only=True):
    """One call of apt.

    `first` is the position of apt among the words of the command, which is not 0 behind sudo;
    `action` is its subcommand, `packages` the positions of the package words in the command, and
    `problem` says why it cannot be translated (empty where it can).
    """

    command: Command
    first: int = 0
    action: str
    packages: tuple[int, ...] = ()
    problem: str = ""


def behind_sudo(command: Command) -> int:
    """Return the position of the program that runs: 0, or that of the word behind sudo."""
    if command.program != "sudo":
        return 0
    words = command.words
    at = 1
    while at < len(words) and _SUDO.match(words[at].raw):
        at += 1
    return at if at < len(words) else 0


def program(command: Command) -> str:
    """Return the name of the program that runs, without folders; sudo is looked through."""
    name = command.program
    return name if name != "sudo" else _name(command.words[behind_sudo(command)])


def _name(word: ShellWord) -> str:
    return (word.text or "").rpartition("/")[2]


def read(command: Command) -> AptCall:
    """Read a command that runs apt."""
    operands: list[int] = []
    words = command.words
    first = behind_sudo(command)
    at = first + 1
    while at < len(words):
        text = words[at].raw
        if text in _SETTINGS:
            at += 1
        elif text.startswith("-"):
            if not _harmless(text):
                problem = f"apk has nothing like the option {text}"
                return AptCall(command=command, action="", problem=problem)
        else:
            operands.append(at)
        at += 1
    action = (words[operands[0]].text or "") if operands else ""
    return AptCall(command=command, first=first, action=action, packages=tuple(operands[1:]))


def _harmless(option: str) -> bool:
    name = option.partition("=")[0]
    return bool(_SHORT.match(option)) or name in _LONG or option.startswith("-o")


def package(word: ShellWord) -> tuple[str, str] | None:
    """Return name and version of a package word; None where it is not a fixed, plain one."""
    return _named(word.raw if word.text is None else word.text)


def packages(word: ShellWord, *, bash: bool) -> tuple[tuple[str, str], ...]:
    """Return names and versions of a package word; in bash, braces make several of one word.

    Empty where they are not fixed.
    """
    braces = _BRACES.fullmatch(word.raw) if bash else None
    if braces is None:
        texts = [word.raw if word.text is None else word.text]
    else:
        texts = [f"{braces[1]}{one}{braces[3]}" for one in braces[2].split(",")]
    found = [_named(text) for text in texts]
    return tuple(one for one in found if one is not None) if all(found) else ()


def _named(text: str) -> tuple[str, str] | None:
    """Read `name` or `name=version`; a pattern in the version does no harm, for it falls away."""
    name, equals, version = text.partition("=")
    if not _PACKAGE.fullmatch(name) or (equals and not re.fullmatch(r"[\w.+:~*-]+", version)):
        return None
    return name, version


def listed(text: str) -> Iterator[re.Match[str]]:
    """Yield the words of a list in quotes."""
    return re.finditer(r"[^\s'\"]+", text)
