"""Users without a shell to make them: numbers take the place of names."""

from collections.abc import Mapping

from stepdown.dockerfile import Dockerfile, Instruction, Script, Word
from stepdown.model.image import ImageRef, Tier, Value
from stepdown.model.plan import Edit, Refusal
from stepdown.rewrite import accounts
from stepdown.rewrite.accounts import Account
from stepdown.rewrite.removal import whole
from stepdown.rewrite.situation import Fixes, Pen, Situation, runs

NONROOT = "65532"
# /etc/passwd of distroless images; scratch has none.
_DISTROLESS = frozenset(("root", "nobody", "nonroot"))
# Of Debian's /etc/passwd, and of what the official images add to it.
_NUMBERS = {
    "root": "0",
    "daemon": "1",
    "bin": "2",
    "mail": "8",
    "www-data": "33",
    "backup": "34",
    "nobody": "65534",
    "nonroot": NONROOT,
}
_OF_NODE = {"node": "1000"}
_HINT = "Use the number of the user, or copy /etc/passwd and /etc/group from a build stage."


class Made(Value, frozen=True, kw_only=True):
    """The users that a file makes in RUN instructions of nothing else, with their numbers.

    `numbers` maps a name to `uid:gid`; `lines` are the RUN instructions that become superfluous.
    """

    numbers: Mapping[str, str]
    groups: Mapping[str, str]
    lines: tuple[Instruction, ...]


def fix(doc: Dockerfile, situation: Situation) -> Fixes:
    """Replace the names of users by numbers on a base where no RUN can make them."""
    if situation.candidate.shell or _brings_passwd(situation):
        return Fixes()
    pen = Pen(text=doc.text, fixer="numeric", breakage="E10")
    made = superfluous(doc, situation)
    edits: list[Edit] = [
        pen.edit(
            whole(doc.text, instruction),
            "",
            "No shell is there to make the user, and nothing but its number is needed.",
        )
        for instruction in made.lines
    ]
    refusals: list[Refusal] = []
    for _, instruction in situation.instructions("USER", "COPY", "ADD"):
        place = named(instruction)
        if place is None:
            continue
        number, problem = _number(place.text, made, situation)
        if problem:
            refusals.append(pen.refuse(instruction, problem, _HINT, blocking=True))
        elif number != place.text:
            reason = f"The new base knows no user {place.text}; a number needs no name."
            edits.append(pen.edit(place.span, number, reason))
    return Fixes(edits=tuple(edits), refusals=tuple(refusals))


def superfluous(doc: Dockerfile, situation: Situation) -> Made:
    """Return the users whose names can go, and the RUN instructions that made nothing else."""
    every: list[Account] = []
    lines: list[Instruction] = []
    for _, instruction, script in runs(doc, situation) if not _brings_passwd(situation) else ():
        every += _readable(script)
        made = _accounts(script)
        if made and instruction.onbuild is None and not _has_home(doc, made):
            lines.append(instruction)
    groups = {
        one.name: one.values.get("gid", "")
        for one in every
        if one.program in accounts.GROUP_PROGRAMS
    }
    return Made(
        numbers={one.name: _identity(one, groups) for one in every if one.is_user},
        groups={name: number or NONROOT for name, number in groups.items()},
        lines=tuple(lines),
    )


def _readable(script: Script) -> list[Account]:
    """Return the accounts that a script makes for certain, whatever else it does."""
    if script.has_error or script.foreign:
        return []
    commands = [one for one in script.commands if one.program in accounts.PROGRAMS]
    found = [accounts.read(one) for one in commands if not one.contexts]
    return [one for one in found if not one.problem]


def _accounts(script: Script) -> list[Account]:
    """Return the accounts of a script that does nothing else, or nothing."""
    if script.has_error or script.foreign or script.mixed:
        return []
    made: list[Account] = []
    for unit in script.units:
        command = unit.command
        if command is None or command.contexts or command.program not in accounts.PROGRAMS:
            return []
        account = accounts.read(command)
        if account.problem:
            return []
        made.append(account)
    return made


def _has_home(doc: Dockerfile, made: list[Account]) -> bool:
    """Tell whether the file means a home folder that these commands make."""
    rest = "\n".join(one.span.of(doc.text) for one in doc.instructions if one.keyword != "RUN")
    for account in made:
        home = account.values.get("home") or f"/home/{account.name}"
        creates = account.program == "adduser" or "CREATE" in account.marks
        if account.is_user and creates and "NO_CREATE" not in account.marks and home in rest:
            return True
    return False


def _identity(account: Account, groups: Mapping[str, str]) -> str:
    uid = account.values.get("uid", "")
    group = account.values.get("group", "")
    gid = group if group.isdecimal() else groups.get(group, "")
    return f"{uid or NONROOT}:{gid or uid or NONROOT}"


def named(instruction: Instruction) -> Word | None:
    """Return the user and group that USER or --chown names, and where."""
    inner = instruction.onbuild or instruction
    if inner.keyword == "USER":
        args = inner.args
        return Word(text=args.text, span=args.span(0, len(args.text)))
    flag = inner.flag("chown")
    if flag is None or not flag.value:
        return None
    return Word(text=flag.value, span=flag.value_span)


def _number(text: str, made: Made, situation: Situation) -> tuple[str, str]:
    """Return `text` in numbers, or else why that cannot be said."""
    user, colon, group = text.partition(":")
    if user.isdecimal() and (not group or group.isdecimal()):
        return text, ""
    if "$" in text:
        return "", f"Whether {text} is a number is not fixed."
    if situation.candidate.tier is not Tier.SCRATCH and {user, group or user} <= _DISTROLESS:
        return text, ""
    numbers = {**_NUMBERS, **(_OF_NODE if _repository(situation) == "node" else {})}
    if user.isdecimal():
        numbers[user] = user
    pair = made.numbers.get(user) or ":".join([numbers.get(user, "")] * 2)
    uid, _, gid = pair.partition(":")
    if colon and group != user:
        gid = group if group.isdecimal() else made.groups.get(group) or numbers.get(group, "")
    if uid and gid:
        return f"{uid}:{gid}", ""
    return "", f"The file does not say which numbers {text} stands for."


def _repository(situation: Situation) -> str:
    return ImageRef.parse(situation.old).repository


def _brings_passwd(situation: Situation) -> bool:
    """Tell whether a file with the names is copied in."""
    words = [
        word.text.rstrip("/")
        for instruction in situation.shipped("COPY", "ADD")
        for word in instruction.operands
    ]
    return any("passwd" in word or "rootfs" in word or word == "/etc" for word in words)
