"""Users on Alpine: useradd and groupadd become adduser and addgroup.

The long options are used, because BusyBox and Debian understand them alike.
"""

from collections.abc import Mapping
from shlex import quote

from stepdown.dockerfile import Command, Dockerfile, Script
from stepdown.model.plan import Edit, Refusal
from stepdown.rewrite import accounts, bash
from stepdown.rewrite.accounts import Account
from stepdown.rewrite.packages import installed
from stepdown.rewrite.situation import Fixes, Pen, Situation, runs
from stepdown.rewrite.systemusers import DEBIAN_GROUPS

# /etc/group and /etc/passwd of an Alpine base image.
ALPINE_GROUPS: Mapping[str, str] = {
    "root": "0", "bin": "1", "daemon": "2", "sys": "3", "adm": "4", "tty": "5", "disk": "6",
    "lp": "7", "kmem": "9", "wheel": "10", "floppy": "11", "mail": "12", "news": "13",
    "uucp": "14", "cron": "16", "audio": "18", "cdrom": "19", "dialout": "20", "ftp": "21",
    "sshd": "22", "input": "23", "tape": "26", "video": "27", "netdev": "28", "kvm": "34",
    "games": "35", "shadow": "42", "www-data": "82", "users": "100", "ntp": "123",
    "abuild": "300", "utmp": "406", "ping": "999", "nogroup": "65533", "nobody": "65534",
}  # fmt: skip
_ALPINE_USERS: Mapping[str, str] = {
    "root": "0", "bin": "1", "daemon": "2", "lp": "4", "sync": "5", "shutdown": "6", "halt": "7",
    "mail": "8", "news": "9", "uucp": "10", "cron": "16", "ftp": "21", "sshd": "22",
    "games": "35", "ntp": "123", "guest": "405", "nobody": "65534",
}  # fmt: skip
# Nothing belongs to this group, whose number many files give to their own.
_SPARE, _SPARE_NUMBER = "ping", "999"
_BASH = {"/bin/bash": "/bin/sh", "/usr/bin/bash": "/bin/sh"}
_SHELLS = {
    "/bin/dash": "/bin/sh",
    "/usr/sbin/nologin": "/sbin/nologin",
}
_PROGRAMS = frozenset(
    ("addgroup", "adduser", "delgroup", *accounts.SHADOW, *accounts.GROUP_PROGRAMS)
)
_HINT = "Write it with adduser and addgroup, or add the package shadow."


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Translate the account commands that Alpine does not have."""
    if not situation.alpine or "shadow" in installed(doc, situation):
        return Fixes()
    pen = Pen(text=doc.text, fixer="users", breakage="D11")
    edits: list[Edit] = []
    refusals: list[Refusal] = []
    known: dict[int | None, dict[str, str]] = {}
    bashes = bool(bash.needs(doc, situation)) or "bash" in installed(doc, situation)
    for stage, instruction, script in runs(doc, situation):
        if stage.index not in known:
            known[stage.index] = dict(known.get(stage.parent) or ALPINE_GROUPS)
        groups = known[stage.index]
        for command in script.commands:
            if command.program not in _PROGRAMS:
                continue
            foreign = _foreign(command, groups)
            _remember(command, groups)
            if not foreign:
                continue
            new, problem = _translated(command, groups, script, bashes=bashes)
            if problem:
                blocking = stage.index in situation.built and instruction.onbuild is None
                refusals.append(pen.refuse(instruction, f"{problem}.", _HINT, blocking=blocking))
            else:
                end = command.words[-1].end
                reason = f"Alpine has no {command.program} as Debian has it; this does the same."
                edits.append(pen.edit(script.span(command.start, end), new, reason))
    return Fixes(edits=tuple(edits), refusals=tuple(refusals))


def _remember(command: Command, groups: dict[str, str]) -> None:
    """Keep the groups that commands make and delete, by name, with their number."""
    if command.program == "delgroup":
        for word in command.words[1:]:
            groups.pop(word.text or "", None)
    if command.program in accounts.GROUP_PROGRAMS:
        account = accounts.read(command)
        if account.name and not account.joins:
            groups[account.name] = account.values.get("gid", "")


def _foreign(command: Command, groups: Mapping[str, str]) -> bool:
    """Tell whether Alpine lacks the program or the option, or has the number already."""
    if command.program in accounts.SHADOW:
        return True
    if command.program == "addgroup":
        gid = accounts.read(command).values.get("gid", "")
        return bool(gid) and groups.get(_SPARE) == gid
    if command.program != "adduser":
        return False
    words = {word.raw.partition("=")[0] for word in command.words}
    return bool(words & {"--group", "--disabled-login", "--quiet", "--comment"})


def _translated(
    command: Command, groups: dict[str, str], script: Script, *, bashes: bool
) -> tuple[str, str]:
    """Return the command's new text, or else why there is none."""
    problem = _obstacle(command, script)
    if problem:
        return "", problem
    if command.program == "usermod":
        return _joined(command, groups)
    account = accounts.read(command)
    if account.problem:
        return "", account.problem[:1].upper() + account.problem[1:]
    if not account.is_user:
        return _group(account, groups)
    return _user(account, groups, shells={} if bashes else _BASH)


def _obstacle(command: Command, script: Script) -> str:
    if script.has_error:
        return "Its shell code could not be read for certain"
    if command.contexts or command.assignments or command.redirected:
        return f"{command.program} does not stand alone"
    if command.program not in {"usermod", *accounts.PROGRAMS}:
        return f"{command.program} has no counterpart on Alpine"
    return ""


def _joined(command: Command, groups: dict[str, str]) -> tuple[str, str]:
    """Translate `usermod -aG group user`."""
    texts = [word.text or "" for word in command.words]
    if len(texts) == 4 and texts[1] in ("-aG", "-a -G") and all(texts):  # noqa: PLR2004  (its words)
        return _join(texts[3], texts[2].split(","), groups), ""
    return "", "Usermod has no counterpart on Alpine"


def _join(user: str, names: list[str], groups: dict[str, str]) -> str:
    """Return the commands that add a user to groups; those of Debian's base have to be made."""
    new = [name for name in names if name in DEBIAN_GROUPS and name not in groups]
    groups.update(dict.fromkeys(new, ""))
    made = [f"addgroup --system {quote(name)}" for name in new]
    return " && ".join([*made, *(f"adduser {quote(user)} {quote(name)}" for name in names)])


def _group(account: Account, groups: dict[str, str]) -> tuple[str, str]:
    system = "SYSTEM" in account.marks
    gid = account.values.get("gid", "")
    before, problem = _made(account.name, gid, groups, system=system)
    return " && ".join(before), problem


def _made(name: str, gid: str, groups: dict[str, str], *, system: bool) -> tuple[list[str], str]:
    """Return the commands that make a group, or else why it cannot be made."""
    holder = next((one for one, number in groups.items() if number == gid and one != name), "")
    if name in ALPINE_GROUPS:
        return [], f"Alpine has a group {name} already"
    if gid and holder in ALPINE_GROUPS and holder != _SPARE:
        return [], f"The group number {gid} is {holder}'s on Alpine"
    words = ["addgroup", *(["--system"] if system else []), *(["--gid", gid] if gid else [])]
    command = " ".join([*words, quote(name)])
    if gid and holder == _SPARE:
        groups.pop(_SPARE)
        return [f"delgroup {_SPARE}", command], ""
    return [command], ""


def _user(
    account: Account, groups: dict[str, str], *, shells: Mapping[str, str]
) -> tuple[str, str]:
    primary, before, problem = _primary(account, groups)
    more = [group for group in account.values.get("groups", "").split(",") if group]
    unknown = [group for group in more if group not in groups and group not in DEBIAN_GROUPS]
    if unknown:
        problem = problem or f"The group {unknown[0]} is not there"
    problem = problem or _taken(account)
    if problem:
        return "", problem
    words = ["adduser", "--disabled-password", *_identity(account, {**_SHELLS, **shells})]
    words += ["--ingroup", quote(primary), quote(account.name)]
    groups.setdefault(primary, "")
    after = [_join(account.name, more, groups)] if more else []
    return " && ".join([*before, " ".join(words), *after]), ""


def _taken(account: Account) -> str:
    """Say that Alpine has the user or its number already, or nothing."""
    uid = account.values.get("uid", "")
    holder = next((name for name, number in _ALPINE_USERS.items() if number == uid), "")
    if account.name in _ALPINE_USERS:
        return f"Alpine has a user {account.name} already"
    return f"The user number {uid} is {holder}'s on Alpine" if holder else ""


def _identity(account: Account, shells: Mapping[str, str]) -> list[str]:
    values, marks = account.values, account.marks
    words = ["--system"] if "SYSTEM" in marks else []
    if "SYSTEM" not in marks or values.get("comment"):
        words += ["--gecos", quote(values.get("comment", ""))]
    # useradd makes no home unless it is told to; adduser does unless it is told not to.
    if "NO_CREATE" in marks or (account.program == "useradd" and "CREATE" not in marks):
        words.append("--no-create-home")
    if "uid" in values:
        words += ["--uid", values["uid"]]
    if "home" in values:
        words += ["--home", quote(values["home"])]
    if account.program == "useradd" or "shell" in values:
        shell = values.get("shell") or "/bin/sh"
        words += ["--shell", quote(shells.get(shell, shell))]
    return words


def _primary(account: Account, groups: dict[str, str]) -> tuple[str, list[str], str]:
    """Return the primary group, the commands that make it, and what stands against it."""
    wanted = account.values.get("group", "")
    if wanted.isdecimal():
        named = next((name for name, number in groups.items() if number == wanted), "")
        return named, [], "" if named else f"The group number {wanted} has no name here"
    if wanted:
        return wanted, [], "" if wanted in groups else f"The group {wanted} is not there"
    if "NO_GROUP" in account.marks:
        return "users", [], ""
    if account.program == "adduser" and not account.marks & {"USER_GROUP"}:
        return ("nogroup" if "SYSTEM" in account.marks else account.name), [], ""
    uid = account.values.get("uid", "")
    before, problem = _made(account.name, uid, groups, system="SYSTEM" in account.marks)
    return account.name, before, problem
