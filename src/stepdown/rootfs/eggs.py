"""Python's eggs: packages that stay in a ZIP archive, as setuptools installed them for long."""

from stepdown.rootfs import languages, zips
from stepdown.rootfs.jars import Budget
from stepdown.rootfs.languages import LanguagePackage

SUFFIX = ".egg"
_METADATA = "EGG-INFO/PKG-INFO"


def package(path: str, data: bytes, budget: Budget, limit: int) -> LanguagePackage | None:
    """Return the package in the egg at `path`, None where it names none. Raises ZipError."""
    for member in zips.members(data):
        if member.name == _METADATA:
            content = bytes(zips.content(data, member, min(limit, budget.left)))
            budget.take(len(content))
            return languages.read(f"{path}/{_METADATA}", content)
    return None
