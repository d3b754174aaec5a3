"""Commands that prepare locales for glibc; musl needs no data for the plain ones.

musl reads and writes UTF-8 and speaks English whatever LANG says, and has the rules of no language
for sorting, numbers and dates.
"""

import re

from stepdown.dockerfile import Command, Script
from stepdown.rewrite import apt

PROGRAMS = frozenset(("locale-gen", "localedef", "update-locale"))
FILE = "/etc/locale.gen"
_PREPARING = PROGRAMS | {"echo", "printf", "sed", "dpkg-reconfigure"}
_LOCALE = re.compile(r"(?<![a-zA-Z])[a-z]{2,3}_[a-zA-Z]{2}(?![a-zA-Z])")
_PLAIN = re.compile(r"en_US|\bC\.(?i:utf)|\bPOSIX\b")
_WRITES = re.compile(rf"(?:echo|printf)\s[^<>|&;]*>>?\s*\"?{re.escape(FILE)}\"?\s*\Z")
_QUIET = re.compile(r"[^<>]*(?:(?:[12&]?>>?\s*/dev/null|2>&1)\s*)+\Z")


def prepares(command: Command, script: Script) -> bool:
    """Tell whether the command does nothing but prepare locales, of whatever language."""
    program = apt.program(command)
    if program not in _PREPARING:
        return False
    text = script.source.text[command.start : command.end]
    if program in ("echo", "printf"):
        return _WRITES.match(text) is not None
    if command.redirected and not _QUIET.match(text):
        return False
    texts = [word.text or "" for word in command.words[apt.behind_sudo(command) + 1 :]]
    if program == "sed":
        return any(text.startswith("-i") for text in texts) and _files(texts) == [FILE]
    if program == "dpkg-reconfigure":
        return texts[-1:] == ["locales"]
    listing = any(text.startswith(("--list", "--help", "--delete")) for text in texts)
    return program in PROGRAMS and not listing


def needless(command: Command, script: Script) -> bool:
    """Tell whether the command prepares locales and musl does without."""
    return prepares(command, script) and not obstacle(command, script)


def obstacle(command: Command, script: Script) -> str:
    """Say why musl may not do without what the command prepares, or nothing."""
    text = script.source.text[command.start : command.end]
    others = [one for one in _LOCALE.findall(text) if one.lower() != "en_us"]
    if others:
        return f"musl has no rules of {others[0]} for sorting, numbers and dates"
    variables = [word.raw for word in command.words if word.text is None and "$" in word.raw]
    if variables:
        return f"Which locale {variables[0]} is, is not fixed"
    if command.contexts:
        return f"{command.program} stands inside of a {command.contexts[0].value}"
    named = (script.source.text[one.start : one.end] for one in _preparing(script))
    # Without an operand it is the file that says which, and another RUN may have written that.
    if not any(_PLAIN.search(one) for one in (text, *named)):
        return f"Which locales {command.program} prepares is not said there"
    return ""


def _preparing(script: Script) -> list[Command]:
    return [one for one in script.commands if prepares(one, script)]


def _files(texts: list[str]) -> list[str]:
    return [text for text in texts if text.startswith("/")]
