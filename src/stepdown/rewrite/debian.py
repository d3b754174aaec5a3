"""What in a script belongs to Debian: its package tools, their files, and its package sources."""

import re
from collections.abc import Iterator

from stepdown.dockerfile import Command, Script
from stepdown.rewrite import alternatives, apt, installers, locales

# Files of apt that a clean-up may name; Alpine has none of them.
_LEFTOVERS = re.compile(
    r"/(?:var/(?:lib/apt|cache/apt|cache/debconf|log/apt|log/dpkg\.log)|etc/apt)(?:/|\*|\Z)"
)
_HIDDEN_APT = re.compile(r"\b(?:apt-get|aptitude)\b|\bapt (?:-\S+ )*(?:install|update|upgrade)\b")
_TOOL = re.compile(rf"(?<![\w./-])(?:{'|'.join(sorted(apt.DEBIAN_TOOLS))})(?![\w./-])")
_SOURCE = re.compile(
    r"/etc/apt/|\.deb(?:\Z|[\s?'\"])|//deb\.|nodesource|packagecloud|/usr/share/keyrings/"
    r"|\bdeb (?:\[|http)"
)
_SETTING = re.compile(
    r"(?:echo|printf)\s[^<>|&]*>>?\s*\"?/etc/apt/apt\.conf(?:\.d/[\w.-]+)?\"?\s*\Z"
)
# One of these stands in every text that the questions below are about.
_TRACE = re.compile(
    r"apt|deb|docker\.com|dpkg|extrepo|invoke-rc|locale|nodesource|nvm|packagecloud|update-"
    r"|usr/share/keyrings"
)
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
HINT_LOCALES = "Sort and format in the application, or stay on a base with glibc."
_HINT_SOURCE = "Take Alpine's own package of the program, or its release for musl."
_HINTS = {
    "add-apt-repository": _HINT_SOURCE,
    "apt-key": _HINT_SOURCE,
    "apt-mark": "Give the packages of the build a name: apk add --virtual NAME, apk del NAME.",
    "debconf-set-selections": "Alpine's packages ask nothing; leave it out.",
    "dpkg": "For the architecture call apk --print-arch; a .deb file cannot be installed.",
    "dpkg-reconfigure": "For tzdata write ENV TZ=ZONE; for the rest Alpine has nothing like it.",
}
_ASKING = frozenset(("[", "[[", "test"))


def leftovers(command: Command) -> list[int]:
    """Return the positions of what `rm` removes of apt's own files."""
    if apt.program(command) != "rm" or command.contexts:
        return []
    return [at for at, word in enumerate(command.words) if _LEFTOVERS.match(word.raw)]


def sets_apt(command: Command, script: Script) -> bool:
    """Tell whether the command does nothing but write a setting of apt."""
    text = script.source.text[command.start : command.end]
    return not command.contexts and _SETTING.match(text) is not None


def speaks(script: Script) -> bool:
    """Tell whether any of it is for Debian alone."""
    if not _TRACE.search(script.source.text):
        return False
    programs = {apt.program(command) for command in script.commands}
    return (
        bool(programs & (apt.PROGRAMS | apt.DEBIAN_TOOLS))
        or bool(_HIDDEN_APT.search(_COMMENT.sub("", script.source.text)))
        or _source(script) is not None
        or locales.FILE in script.source.text
        or any(
            leftovers(one) or sets_apt(one, script) or locales.prepares(one, script)
            for one in script.commands
        )
    )


def mentions(text: str) -> bool:
    """Tell whether a text, such as a word of an exec form, seems to call Debian's tools."""
    return bool(_HIDDEN_APT.search(_COMMENT.sub("", text)) or _TOOL.search(text))


def problems(script: Script) -> Iterator[tuple[str, str]]:
    """Yield each reason why the script cannot be translated for certain, and what to do then."""
    if script.has_error:
        yield "Its shell code could not be read for certain.", ""
    if script.foreign or script.mixed:
        yield "It calls apt beside a heredoc.", ""
    source = _source(script)
    if source is not None and source[1]:
        yield source
    for command in script.commands:
        if not locales.needless(command, script):
            yield from _problem(command, script)
    if source is not None:
        yield source
    hidden = len(_HIDDEN_APT.findall(_COMMENT.sub("", script.source.text)))
    if hidden > sum(apt.program(command) in apt.PROGRAMS for command in script.commands):
        yield "apt is called through another program.", ""


def _source(script: Script) -> tuple[str, str] | None:
    """Say which package source the script sets up and what to do in its place, if it does."""
    text = _remaining(script)
    installer = installers.found(text)
    if installer is None and _SOURCE.search(text):
        return "It sets up a package source of Debian or takes a .deb file.", ""
    return installer


def _problem(command: Command, script: Script) -> Iterator[tuple[str, str]]:
    program = apt.program(command)
    if locales.prepares(command, script):
        yield f"{locales.obstacle(command, script)}.", HINT_LOCALES
    elif program != "rm" and any(word.text == locales.FILE for word in command.words[1:]):
        yield f"Alpine has no {locales.FILE}.", HINT_LOCALES
    elif program in apt.DEBIAN_TOOLS and program != alternatives.PROGRAM:
        yield f"{program} belongs to Debian alone.", _HINTS.get(program, "")
    if program in apt.PROGRAMS:
        if command.contexts:
            names = dict.fromkeys(context.value for context in command.contexts)
            yield f"apt stands inside of a {' and a '.join(names)}.", ""
    elif any(word.text in apt.PROGRAMS for word in command.words):
        yield f"apt is called through {command.program or 'another program'}.", ""


def _remaining(script: Script) -> str:
    """Return the text without what only removes, asks for or sets files of apt."""
    text, at, parts = script.source.text, 0, []
    for command in script.commands:
        asks = command.words[:1] and command.words[0].raw in _ASKING
        harmless = asks or apt.program(command) == "rm" or sets_apt(command, script)
        if harmless and command.start >= at:
            parts.append(text[at : command.start])
            at = command.end
    return _COMMENT.sub("", " ".join([*parts, text[at:]]))
