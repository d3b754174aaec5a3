"""Users and groups of an image: /etc/passwd and /etc/group."""

from stepdown.model.image import Value


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
        if name and uid.isdecimal() and gid.isdecimal():
            found.append(User(name=name, uid=int(uid), gid=int(gid), home=home, shell=shell))
    return tuple(found)


def groups(content: bytes) -> tuple[Group, ...]:
    """Return the groups in file order; lines that are no group(5) entry are left out."""
    found: list[Group] = []
    for name, _, gid, members in _lines(content, 4):
        if name and gid.isdecimal():
            listed = tuple(member for member in members.split(",") if member)
            found.append(Group(name=name, gid=int(gid), members=listed))
    return tuple(found)


def _lines(content: bytes, count: int) -> list[list[str]]:
    lines = content.decode("utf-8", "surrogateescape").split("\n")
    return [fields for line in lines if len(fields := line.split(":")) == count]
