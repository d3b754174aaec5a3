"""The packages of an image under the names by which the world knows them."""

from stepdown.measure.packages import os_packages
from stepdown.model.image import ImageConfig
from stepdown.model.surface import Known
from stepdown.model.vulnerability import Component, Inventory
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.languages import LanguagePackage
from stepdown.rootfs.names import shown
from stepdown.rootfs.packages import Package

_SYSTEM = {"dpkg": "deb", "apk": "apk", "rpm": "rpm"}


def inventory(fs: RootFS, config: ImageConfig, image: str) -> Inventory:
    """Return what is installed; what the card calls unknown is unknown here as well."""
    system, release = (shown(fs.os_release.get(key, "")) for key in ("ID", "VERSION_ID"))
    measure = os_packages(fs)
    found = [
        *(_of_system(package, system, release) for package in fs.packages),
        *(_of_language(one) for one in fs.languages if one.path not in fs.owners),
    ]
    components = {component.purl: component for component in found}
    return Inventory(
        image=image,
        system=system,
        release=release,
        components=tuple(components[purl] for purl in sorted(components)),
        layers=config.layers,
        known=Known.UNKNOWN if measure.value is None else measure.known,
        reason=measure.reason,
        created=config.created,
    )


def _of_system(package: Package, system: str, release: str) -> Component:
    kind = _SYSTEM.get(package.manager, package.manager)
    name, version = shown(package.name), shown(package.version)
    source = shown(package.source) or name
    source_version = shown(package.source_version) or version
    qualifiers = {"arch": shown(package.architecture), "distro": _distro(system, release)}
    if (source, source_version) != (name, version):
        qualifiers["upstream"] = (
            source if source_version == version else f"{source}@{source_version}"
        )
    return Component(
        kind=kind,
        name=name,
        version=version,
        purl=_purl(kind, system, name, version, qualifiers),
        source=source,
        source_version=source_version,
        architecture=shown(package.architecture),
    )


def _of_language(package: LanguagePackage) -> Component:
    kind, name, version = package.kind, shown(package.name), shown(package.version)
    namespace, _, last = name.replace(":", "/").rpartition("/")
    return Component(
        kind=kind,
        name=name,
        version=version,
        purl=_purl(kind, namespace, last, version, {}),
        source=name,
        source_version=version,
    )


def _distro(system: str, release: str) -> str:
    return f"{system}-{release}" if system and release else system


def _purl(kind: str, namespace: str, name: str, version: str, qualifiers: dict[str, str]) -> str:
    from packageurl import PackageURL  # noqa: PLC0415  (18 ms that a plan does not need)

    given = {key: value for key, value in qualifiers.items() if value}
    return PackageURL(kind, namespace or None, name, version or None, given).to_string()
