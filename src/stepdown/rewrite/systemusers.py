"""Users of Debian's base that Alpine does not have, such as www-data: their numbers do as well."""

from collections.abc import Iterator, Mapping

from stepdown.dockerfile import Command, Dockerfile, Script, Word
from stepdown.model.plan import Edit, Refusal
from stepdown.rewrite import accounts
from stepdown.rewrite.numeric import named
from stepdown.rewrite.situation import Fixes, Pen, Situation, runs

# /etc/passwd and /etc/group of a Debian base image, without what Alpine has too.
_USERS: Mapping[str, str] = {
    "man": "6", "proxy": "13", "www-data": "33", "backup": "34", "list": "38", "irc": "39",
    "_apt": "42",
}  # fmt: skip
DEBIAN_GROUPS: Mapping[str, str] = {
    "man": "12", "proxy": "13", "sudo": "27", "backup": "34", "operator": "37", "list": "38",
    "irc": "39", "src": "40", "plugdev": "46", "staff": "50",
}  # fmt: skip
# Alpine has the group www-data with another number than Debian.
_BOTH = {"www-data": "33"}
_CALLERS = frozenset(
    ("su", "su-exec", "gosu", "sudo", "runuser", "setpriv", "install", "chsh", "passwd", "chpasswd")
)
_HINT = "Make the user with adduser, or use its number."


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Write the numbers of those users in USER, --chown and chown; note other calls."""
    if not situation.alpine or not situation.present.endswith(("/full", "/slim")):
        return Fixes()
    pen = Pen(text=doc.text, fixer="systemusers")
    made = _made(doc, situation)
    edits: list[Edit] = []
    refusals: list[Refusal] = []
    for word, alone in _words(doc, situation):
        number = _number(word.text, made, alone=alone)
        if number and number != word.text:
            reason = f"Alpine has no {word.text}; the number is that of Debian."
            edits.append(pen.edit(word.span, number, reason))
    for _, instruction, script in runs(doc, situation):
        for name in _called(script, made):
            reason = f"Alpine has no user {name}, whom this calls by name."
            refusals.append(pen.refuse(instruction, reason, _HINT, blocking=False))
    return Fixes(edits=tuple(edits), refusals=tuple(refusals))


def _made(doc: Dockerfile, situation: Situation) -> frozenset[str]:
    """Return the names of all users and groups that the file makes by itself."""
    return frozenset(
        account.name
        for _, _, script in runs(doc, situation)
        for command in script.commands
        if command.program in accounts.PROGRAMS and (account := accounts.read(command)).name
    )


def _words(doc: Dockerfile, situation: Situation) -> Iterator[tuple[Word, bool]]:
    """Yield the words that name an owner or a user, and whether a user may stand alone there.

    USER gives the group root to a number without a name, where it is not told another.
    """
    for _, instruction in situation.instructions("USER", "COPY", "ADD"):
        place = named(instruction)
        if place is not None:
            yield place, False
    for _, instruction, script in runs(doc, situation):
        if not script.has_error and instruction.onbuild is None:
            yield from ((word, True) for word in _owners(script))


def _owners(script: Script) -> Iterator[Word]:
    for command in script.commands:
        operands = [word for word in command.words[1:] if not word.raw.startswith("-")]
        if command.program == "chown" and operands and operands[0].text is not None:
            yield Word(text=operands[0].text, span=operands[0].span)


def _number(text: str, made: frozenset[str], *, alone: bool) -> str:
    """Return `user:group` with numbers for what Alpine lacks, empty where nothing is to do."""
    user, separator, group = _split(text)
    if {user, group} & made or not (user in _USERS or group in DEBIAN_GROUPS):
        return ""
    uid = _USERS.get(user, user)
    gids = {**DEBIAN_GROUPS, **_BOTH} if user in _USERS else DEBIAN_GROUPS
    if not separator:
        return uid if alone else f"{uid}:{gids.get(user, '65534')}"
    return f"{uid}:{gids.get(group, group)}"


def _split(text: str) -> tuple[str, str, str]:
    """Split user and group; chown once took a dot between them."""
    user, dot, group = text.partition(".")
    if dot and ":" not in text and user in _USERS:
        return user, dot, group
    return text.partition(":")


def _called(script: Script, made: frozenset[str]) -> Iterator[str]:
    for command in script.commands:
        if command.program in _CALLERS:
            yield from _among(command, made)


def _among(command: Command, made: frozenset[str]) -> Iterator[str]:
    for word in command.words[1:]:
        name = (word.text or "").partition(":")[0]
        if name in _USERS and name not in made:
            yield name
