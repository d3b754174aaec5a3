"""Users and groups of an image: /etc/passwd and /etc/group."""

import re

from stepdown.model.image import Value

_NUMBER = re.compile(r"[0-9]{1,10}")  # what 32 bits hold


class User(Value, frozen=True, kw_only=True):
    """One line of passwd(5)."""

    name: str
    uid: int
    gid: int
    home: str = ""
    shell: str = ""


class Group(Value, frozen=True, kw_only=True):
    """One line of group(5)."""

    name: str
    gid: int
    members: tuple[str, ...] = ()


def users(content: bytes) -> tuple[User, ...]:
    """Return the users in file order; lines that are no passwd(5) entry are left out."""
    found: list[User] = []
    for fields in _lines(content, 7):
        name, _, uid, gid, _, home, shell = fields
        user, group = number(uid), number(gid)
        if name and user is not None and group is not None:
            found.append(User(name=name, uid=user, gid=group, home=home, shell=shell))
    return tuple(found)


def groups(content: bytes) -> tuple[Group, ...]:
    """Return the groups in file order; lines that are no group(5) entry are left out."""
    found: list[Group] = []
    for name, _, gid, members in _lines(content, 4):
        if name and (group := number(gid)) is not None:
            listed = tuple(member for member in members.split(",") if member)
            found.append(Group(name=name, gid=group, members=listed))
    return tuple(found)


def number(text: str) -> int | None:
    """Return the number of a user or group, None where `text` is none."""
    return int(text) if _NUMBER.fullmatch(text) else None


def _lines(content: bytes, count: int) -> list[list[str]]:
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    return [fields for line in lines if len(fields := line.split(":")) == count]
