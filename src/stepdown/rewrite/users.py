"""Users on Alpine: useradd and groupadd become adduser and addgroup.

The long options are used, because BusyBox and Debian understand them alike.
"""

from shlex import quote

from stepdown.dockerfile import Command, Dockerfile, Script
from stepdown.model.plan import Edit, Refusal
from stepdown.rewrite import accounts
from stepdown.rewrite.accounts import Account
from stepdown.rewrite.packages import installed
from stepdown.rewrite.situation import Fixes, Pen, Situation, runs

# /etc/group of an Alpine base image.
ALPINE_GROUPS = frozenset(
    (
        *("root", "bin", "daemon", "sys", "adm", "tty", "disk", "lp", "kmem", "wheel", "floppy"),
        *("mail", "news", "uucp", "cron", "audio", "cdrom", "dialout", "ftp", "sshd", "input"),
        *(
            "tape",
            "video",
            "netdev",
            "kvm",
            "games",
            "shadow",
            "www-data",
            "users",
            "ntp",
            "abuild",
        ),
        *("utmp", "ping", "nogroup", "nobody"),
    )
)
_SHELLS = {
    "/bin/bash": "/bin/sh",
    "/usr/bin/bash": "/bin/sh",
    "/bin/dash": "/bin/sh",
    "/usr/sbin/nologin": "/sbin/nologin",
}
_HINT = "Write it with adduser and addgroup, or add the package shadow."


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Translate the account commands that Alpine does not have."""
    if not situation.alpine or "shadow" in installed(doc, situation):
        return Fixes()
    pen = Pen(text=doc.text, fixer="users")
    edits: list[Edit] = []
    refusals: list[Refusal] = []
    groups: dict[str, str] = {}
    for stage, instruction, script in runs(doc, situation):
        for command in script.commands:
            _remember(command, groups)
            if not _foreign(command):
                continue
            new, problem = _translated(command, groups, script)
            if problem:
                blocking = stage.index in situation.built and instruction.onbuild is None
                refusals.append(pen.refuse(instruction, f"{problem}.", _HINT, blocking=blocking))
            else:
                end = command.words[-1].end
                reason = f"Alpine has no {command.program} as Debian has it; this does the same."
                edits.append(pen.edit(script.span(command.start, end), new, reason))
    return Fixes(edits=tuple(edits), refusals=tuple(refusals))


def _remember(command: Command, groups: dict[str, str]) -> None:
    """Keep the groups that commands make, by name, with their number."""
    if command.program in accounts.GROUP_PROGRAMS:
        account = accounts.read(command)
        if account.name and not account.joins:
            groups[account.name] = account.values.get("gid", "")


def _foreign(command: Command) -> bool:
    """Tell whether Alpine lacks the program, or BusyBox the option."""
    if command.program in accounts.SHADOW:
        return True
    if command.program != "adduser":
        return False
    words = {word.raw.partition("=")[0] for word in command.words}
    return bool(words & {"--group", "--disabled-login", "--quiet", "--comment"})


def _translated(command: Command, groups: dict[str, str], script: Script) -> tuple[str, str]:
    """Return the command's new text, or else why there is none."""
    problem = _obstacle(command, script)
    if problem:
        return "", problem
    if command.program == "usermod":
        return _joined(command)
    account = accounts.read(command)
    if account.problem:
        return "", account.problem[:1].upper() + account.problem[1:]
    return _user(account, groups) if account.is_user else (_group(account), "")


def _obstacle(command: Command, script: Script) -> str:
    if script.has_error:
        return "Its shell code could not be read for certain"
    if command.contexts or command.assignments or command.redirected:
        return f"{command.program} does not stand alone"
    if command.program not in {"usermod", *accounts.PROGRAMS}:
        return f"{command.program} has no counterpart on Alpine"
    return ""


def _joined(command: Command) -> tuple[str, str]:
    """Translate `usermod -aG group user`."""
    texts = [word.text or "" for word in command.words]
    if len(texts) == 4 and texts[1] in ("-aG", "-a -G") and all(texts):  # noqa: PLR2004  (its words)
        return _join(texts[3], texts[2].split(",")), ""
    return "", "Usermod has no counterpart on Alpine"


def _join(user: str, groups: list[str]) -> str:
    return " && ".join(f"adduser {quote(user)} {quote(group)}" for group in groups)


def _group(account: Account) -> str:
    words = ["addgroup"]
    if "SYSTEM" in account.marks:
        words.append("--system")
    if "gid" in account.values:
        words += ["--gid", account.values["gid"]]
    return " ".join([*words, quote(account.name)])


def _user(account: Account, groups: dict[str, str]) -> tuple[str, str]:
    primary, before, problem = _primary(account, groups)
    more = [group for group in account.values.get("groups", "").split(",") if group]
    unknown = [group for group in more if group not in groups and group not in ALPINE_GROUPS]
    if unknown:
        problem = problem or f"The group {unknown[0]} is not there"
    if problem:
        return "", problem
    words = ["adduser", "--disabled-password", *_identity(account)]
    words += ["--ingroup", quote(primary), quote(account.name)]
    after = [_join(account.name, more)] if more else []
    groups.setdefault(primary, "")
    return " && ".join([*before, " ".join(words), *after]), ""


def _identity(account: Account) -> list[str]:
    values, marks = account.values, account.marks
    words = ["--system"] if "SYSTEM" in marks else ["--gecos", quote(values.get("comment", ""))]
    # useradd makes no home unless it is told to; adduser does unless it is told not to.
    if "NO_CREATE" in marks or (account.program == "useradd" and "CREATE" not in marks):
        words.append("--no-create-home")
    if "uid" in values:
        words += ["--uid", values["uid"]]
    if "home" in values:
        words += ["--home", quote(values["home"])]
    if account.program == "useradd" or "shell" in values:
        shell = values.get("shell") or "/bin/sh"
        words += ["--shell", quote(_SHELLS.get(shell, shell))]
    return words


def _primary(account: Account, groups: dict[str, str]) -> tuple[str, list[str], str]:
    """Return the primary group, the commands that make it, and what stands against it."""
    wanted = account.values.get("group", "")
    if wanted.isdecimal():
        named = next((name for name, number in groups.items() if number == wanted), "")
        return named, [], "" if named else f"The group number {wanted} has no name here"
    if wanted:
        known = wanted in groups or wanted in ALPINE_GROUPS
        return wanted, [], "" if known else f"The group {wanted} is not there"
    if "NO_GROUP" in account.marks:
        return "users", [], ""
    if account.program == "adduser" and not account.marks & {"USER_GROUP"}:
        return ("nogroup" if "SYSTEM" in account.marks else account.name), [], ""
    words = ["addgroup"]
    if "SYSTEM" in account.marks:
        words.append("--system")
    if "uid" in account.values:
        words += ["--gid", account.values["uid"]]
    return account.name, [" ".join([*words, quote(account.name)])], ""
