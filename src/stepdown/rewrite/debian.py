"""What in a script belongs to Debian: its package tools, their files, and its package sources."""

import re
from collections.abc import Iterator

from stepdown.dockerfile import Command, Script
from stepdown.rewrite import apt

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
    r"apt|deb|dpkg|extrepo|invoke-rc|locale|nodesource|packagecloud|update-|usr/share/keyrings"
)
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
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
        or bool(_SOURCE.search(_remaining(script)))
        or any(leftovers(one) or sets_apt(one, script) for one in script.commands)
    )


def mentions(text: str) -> bool:
    """Tell whether a text, such as a word of an exec form, seems to call Debian's tools."""
    return bool(_HIDDEN_APT.search(_COMMENT.sub("", text)) or _TOOL.search(text))


def problems(script: Script) -> Iterator[str]:
    """Yield each reason why the script cannot be translated for certain."""
    if script.has_error:
        yield "Its shell code could not be read for certain."
    if script.foreign or script.mixed:
        yield "It calls apt beside a heredoc."
    for command in script.commands:
        yield from _problem(command)
    if _SOURCE.search(_remaining(script)):
        yield "It sets up a package source of Debian or takes a .deb file."
    hidden = len(_HIDDEN_APT.findall(_COMMENT.sub("", script.source.text)))
    if hidden > sum(apt.program(command) in apt.PROGRAMS for command in script.commands):
        yield "apt is called through another program."


def _problem(command: Command) -> Iterator[str]:
    program = apt.program(command)
    if program in apt.DEBIAN_TOOLS:
        yield f"{program} belongs to Debian alone."
    if program in apt.PROGRAMS:
        if command.contexts:
            names = dict.fromkeys(context.value for context in command.contexts)
            yield f"apt stands inside of a {' and a '.join(names)}."
    elif any(word.text in apt.PROGRAMS for word in command.words):
        yield f"apt is called through {command.program or 'another program'}."


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
