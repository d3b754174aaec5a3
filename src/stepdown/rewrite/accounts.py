"""Reading the commands that make users and groups, whichever of the two families they are of."""

from collections.abc import Mapping

from stepdown.dockerfile import Command
from stepdown.model.image import Value

USER_PROGRAMS = frozenset(("useradd", "adduser"))
GROUP_PROGRAMS = frozenset(("groupadd", "addgroup"))
PROGRAMS = USER_PROGRAMS | GROUP_PROGRAMS
# Of the package shadow, which Alpine does not bring.
SHADOW = frozenset(("useradd", "groupadd", "usermod", "groupmod", "userdel", "groupdel"))

# Option to what it means; an option whose meaning is in capitals takes no value.
_USERADD: Mapping[str, str] = {
    "-u": "uid",
    "--uid": "uid",
    "-g": "group",
    "--gid": "group",
    "-G": "groups",
    "--groups": "groups",
    "-d": "home",
    "--home": "home",
    "--home-dir": "home",
    "-s": "shell",
    "--shell": "shell",
    "-c": "comment",
    "--comment": "comment",
    "-r": "SYSTEM",
    "--system": "SYSTEM",
    "-m": "CREATE",
    "--create-home": "CREATE",
    "-M": "NO_CREATE",
    "--no-create-home": "NO_CREATE",
    "-N": "NO_GROUP",
    "--no-user-group": "NO_GROUP",
    "-U": "USER_GROUP",
    "--user-group": "USER_GROUP",
    "-l": "NO_LOG",
    "--no-log-init": "NO_LOG",
}
_GROUPADD: Mapping[str, str] = {
    "-g": "gid",
    "--gid": "gid",
    "-r": "SYSTEM",
    "--system": "SYSTEM",
    "-f": "FORCE",
    "--force": "FORCE",
}
# Debian's adduser and BusyBox's share their long options; the short ones are BusyBox's.
_ADDUSER: Mapping[str, str] = {
    "-u": "uid",
    "--uid": "uid",
    "-G": "group",
    "--ingroup": "group",
    "-h": "home",
    "--home": "home",
    "-s": "shell",
    "--shell": "shell",
    "-g": "comment",
    "--gecos": "comment",
    "--comment": "comment",
    "-S": "SYSTEM",
    "--system": "SYSTEM",
    "-D": "NO_PASSWORD",
    "--disabled-password": "NO_PASSWORD",
    "--disabled-login": "NO_PASSWORD",
    "-H": "NO_CREATE",
    "--no-create-home": "NO_CREATE",
    "--group": "USER_GROUP",
    "-q": "QUIET",
    "--quiet": "QUIET",
}
_ADDGROUP: Mapping[str, str] = {
    "-g": "gid",
    "--gid": "gid",
    "-S": "SYSTEM",
    "--system": "SYSTEM",
    "-q": "QUIET",
    "--quiet": "QUIET",
}
_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "useradd": _USERADD,
    "groupadd": _GROUPADD,
    "adduser": _ADDUSER,
    "addgroup": _ADDGROUP,
}


class Account(Value, frozen=True, kw_only=True):
    """A user or a group that a command makes, or a user that it puts into a group.

    `name` is its name, `group` the (primary) group of a user, `values` what the options with a
    value say, as written, and `marks` the options without one. `joins` is the group into which
    `adduser NAME GROUP` puts a user that exists. `problem` says what was not understood.
    """

    program: str
    name: str
    values: Mapping[str, str]
    marks: frozenset[str]
    joins: str = ""
    problem: str = ""

    @property
    def is_user(self) -> bool:
        """Whether it makes a user."""
        return self.program in USER_PROGRAMS and not self.joins


def read(command: Command) -> Account:
    """Read a command whose program is one of PROGRAMS."""
    table = _OPTIONS[command.program]
    values: dict[str, str] = {}
    marks: set[str] = set()
    names: list[str] = []
    problem = ""
    words = [word.raw if word.text is None else word.text for word in command.words[1:]]
    problem = next((f"{w.raw} is not fixed" for w in command.words if w.text is None), "")
    while words:
        word = words.pop(0)
        if not word.startswith("-"):
            names.append(word)
            continue
        for option, attached in _options(word, table):
            meaning = table.get(option, "")
            if not meaning:
                problem = problem or f"{command.program} {option} has no counterpart"
            elif meaning.isupper():
                marks.add(meaning)
            else:
                value = attached if attached is not None else (words.pop(0) if words else "")
                values[meaning] = value
    if not 1 <= len(names) <= (2 if command.program in ("adduser", "addgroup") else 1):
        problem = problem or f"{command.program} has no single name"
    return Account(
        program=command.program,
        name=names[0] if names else "",
        values=values,
        marks=frozenset(marks),
        joins=names[1] if len(names) > 1 else "",
        problem=problem,
    )


def _options(word: str, table: Mapping[str, str]) -> list[tuple[str, str | None]]:
    """Split one word into options, each with the value that is attached to it."""
    if word.startswith("--"):
        name, equals, value = word.partition("=")
        return [(name, value if equals else None)]
    found: list[tuple[str, str | None]] = []
    for at in range(1, len(word)):
        option = f"-{word[at]}"
        takes_value = table.get(option, "X").islower()
        rest = word[at + 1 :].removeprefix("=")
        if takes_value and rest:
            return [*found, (option, rest)]
        found.append((option, None))
    return found
