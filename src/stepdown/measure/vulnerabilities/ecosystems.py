"""Which advisories are about a package: the names of the Open Source Vulnerability database."""

import re

from stepdown.model.advisory import Query
from stepdown.model.vulnerability import Component, Inventory

_LANGUAGES = {
    "pypi": "PyPI",
    "npm": "npm",
    "gem": "RubyGems",
    "golang": "Go",
    "cargo": "crates.io",
    "maven": "Maven",
}
_ROLLING = {"wolfi": "Wolfi", "chainguard": "Chainguard"}
_BY_MAJOR = {"debian": "Debian", "rocky": "Rocky Linux", "almalinux": "AlmaLinux"}
_DIGITS = re.compile(r"(\d+)(?:\.\d+)*")
_ALPINE = re.compile(r"(\d+\.\d+)(?:\.\d+)?")
_UBUNTU = re.compile(r"(\d\d)\.(\d\d)")


def of_system(inventory: Inventory) -> str:
    """Return the ecosystem of the distribution with its release, empty where none is known.

    Data of another release would give silence or false alarms, so nothing is guessed: a
    development release without a number has none.
    """
    system, release = inventory.system, inventory.release
    if system in _ROLLING:
        return _ROLLING[system]
    if system in _BY_MAJOR and (match := _DIGITS.fullmatch(release)):
        return f"{_BY_MAJOR[system]}:{match[1]}"
    if system == "alpine" and (match := _ALPINE.fullmatch(release)):
        return f"Alpine:v{match[1]}"
    if system == "ubuntu" and (match := _UBUNTU.fullmatch(release)):
        long_term = match[2] == "04" and int(match[1]) % 2 == 0
        return f"Ubuntu:{release}:LTS" if long_term else f"Ubuntu:{release}"
    return ""


def query(component: Component, system: str) -> Query | None:
    """Return what is asked about a component: for a distribution its source package.

    `system` is the distribution's ecosystem. None where no database is about such a component.
    """
    ecosystem = system if component.of_system else _LANGUAGES.get(component.kind, "")
    if not ecosystem:
        return None
    if component.kind == "rpm":  # these advisories list the installed packages
        return Query(ecosystem=ecosystem, name=component.name, version=component.version)
    version = component.source_version
    if component.kind == "golang":  # whose tags begin with a letter that the advisories leave out
        version = version.removeprefix("v")
    return Query(ecosystem=ecosystem, name=component.source, version=version)
