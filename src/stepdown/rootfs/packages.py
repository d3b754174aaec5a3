"""Packages of the operating system, and which of them owns a path."""

from collections.abc import Callable, Iterable

from stepdown.model.image import Value


class Package(Value, frozen=True, kw_only=True):
    """One installed package.

    `manager` is `dpkg` or `apk`. `source` and `source_version` name what the package was built
    from; advisories are written about that.
    """

    manager: str
    name: str
    version: str
    architecture: str = ""
    source: str = ""
    source_version: str = ""


def owners(
    claims: Iterable[tuple[str, str]], resolve: Callable[[str], str | None]
) -> dict[str, str]:
    """Return real path -> package name, from (path as the database spells it, package name).

    The folder of a path is resolved (merged /usr), the last part is not: a package owns its
    symbolic link, not what the link points to. Paths whose folder is absent are left out.
    """
    folders: dict[str, str] = {}  # with a slash at the end; empty where there is none
    owned: dict[str, str] = {}
    for path, package in claims:
        folder, _, name = path.rpartition("/")
        if folder not in folders:
            real = resolve(folder or "/")
            folders[folder] = "" if real is None else real.rstrip("/") + "/"
        if name and (place := folders[folder]):
            owned[place + name] = package
    return owned
