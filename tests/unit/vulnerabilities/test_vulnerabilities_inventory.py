"""Package URLs that scanners accept, and the names under which advisories are asked for."""

import pytest
from packageurl import PackageURL
from vulnerability_samples import alpine, debian, language

from stepdown.measure.vulnerabilities import ecosystems
from stepdown.measure.vulnerabilities.inventory import inventory
from stepdown.measure.vulnerabilities.orders import order
from stepdown.model.image import ImageConfig
from stepdown.model.surface import Known
from stepdown.model.vulnerability import Component, Inventory
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.languages import LanguagePackage
from stepdown.rootfs.packages import Package


def listed(
    *packages: Package, languages: tuple[LanguagePackage, ...] = (), **release: str
) -> Inventory:
    fs = RootFS(
        entries={},
        elf={},
        shebangs={},
        applets={},
        musl_paths={},
        owners={},
        packages=packages,
        databases=("/var/lib/dpkg/status",),
        languages=languages,
        os_release=release,
    )
    return inventory(fs, ImageConfig(id="sha256:1", layers=("sha256:a",)), "app")


def one(found: Inventory) -> Component:
    (component,) = found.components
    return component


def test_a_package_of_debian() -> None:
    package = Package(
        manager="dpkg", name="bsdutils", version="1:2.38.1-5+b1", architecture="amd64",
        source="util-linux", source_version="2.38.1-5",
    )  # fmt: skip
    found = listed(package, ID="debian", VERSION_ID="12")
    purl = PackageURL.from_string(one(found).purl)
    assert (purl.type, purl.namespace, purl.name, purl.version) == (
        "deb",
        "debian",
        "bsdutils",
        "1:2.38.1-5+b1",
    )
    assert purl.qualifiers == {
        "arch": "amd64",
        "distro": "debian-12",
        "upstream": "util-linux@2.38.1-5",
    }
    assert (found.system, found.release, found.layers) == ("debian", "12", ("sha256:a",))
    assert found.known is Known.MEASURED


def test_a_package_of_alpine() -> None:
    package = Package(
        manager="apk", name="libcrypto3", version="3.5.4-r0", architecture="x86_64",
        source="openssl", source_version="3.5.4-r0",
    )  # fmt: skip
    found = listed(package, ID="alpine", VERSION_ID="3.23.6")
    assert one(found).purl == (
        "pkg:apk/alpine/libcrypto3@3.5.4-r0?arch=x86_64&distro=alpine-3.23.6&upstream=openssl"
    )


@pytest.mark.parametrize(
    ("kind", "name", "purl"),
    [
        ("npm", "@babel/core", "pkg:npm/%40babel/core@1.0"),
        ("npm", "lodash", "pkg:npm/lodash@1.0"),
        ("pypi", "typing-extensions", "pkg:pypi/typing-extensions@1.0"),
        ("golang", "github.com/x/y", "pkg:golang/github.com/x/y@1.0"),
        ("maven", "org.slf4j:slf4j-api", "pkg:maven/org.slf4j/slf4j-api@1.0"),
        ("gem", "rack", "pkg:gem/rack@1.0"),
        ("cargo", "serde", "pkg:cargo/serde@1.0"),
    ],
)
def test_a_package_of_a_language(kind: str, name: str, purl: str) -> None:
    package = LanguagePackage(kind=kind, name=name, version="1.0", path="/x")
    assert one(listed(languages=(package,), ID="debian")).purl == purl


def test_a_hostile_name_stays_a_name() -> None:
    package = Package(manager="dpkg", name="a\udcff\x1b[31m b?c", version="1", architecture="amd64")
    purl = one(listed(package, ID="debian", VERSION_ID="12")).purl
    assert purl.isprintable()
    purl.encode()
    assert PackageURL.from_string(purl).name == "a\\xff\\x1b[31m b?c"


@pytest.mark.parametrize(
    ("system", "release", "ecosystem"),
    [
        ("debian", "12", "Debian:12"),
        ("debian", "13", "Debian:13"),
        ("debian", "", ""),
        ("alpine", "3.23.6", "Alpine:v3.23"),
        ("alpine", "3.24_alpha20260101", ""),
        ("ubuntu", "24.04", "Ubuntu:24.04:LTS"),
        ("ubuntu", "23.10", "Ubuntu:23.10"),
        ("ubuntu", "25.04", "Ubuntu:25.04"),
        ("rocky", "9.4", "Rocky Linux:9"),
        ("almalinux", "9.4", "AlmaLinux:9"),
        ("wolfi", "20230201", "Wolfi"),
        ("chainguard", "", "Chainguard"),
        ("rhel", "9.4", ""),
        ("", "", ""),
    ],
)
def test_the_ecosystem_of_a_distribution(system: str, release: str, ecosystem: str) -> None:
    assert ecosystems.of_system(Inventory(image="x", system=system, release=release)) == ecosystem


def test_what_is_asked_for() -> None:
    go = ecosystems.query(language("golang", "example.org/x", "v1.2.3"), "")
    assert go is not None
    assert (go.ecosystem, go.version) == ("Go", "1.2.3")
    assert ecosystems.query(language("nuget", "x", "1"), "Debian:12") is None
    rpm = Component(
        kind="rpm", name="openssl-libs", version="1:3.0.7-1", purl="", source="openssl",
        source_version="3.0.7-1",
    )  # fmt: skip
    asked = ecosystems.query(rpm, "Rocky Linux:9")
    assert asked is not None
    assert (asked.name, asked.version) == ("openssl-libs", "1:3.0.7-1")
    assert (debian().of_system, alpine().of_system) == ((), ())


@pytest.mark.parametrize(
    ("kind", "older", "newer"),
    [
        ("pypi", "1.0rc1", "1.0"),
        ("npm", "1.0.0-beta.2", "1.0.0-beta.11"),
        ("gem", "1.0.0.pre1", "1.0.0"),
        ("golang", "1.9.0", "1.10.0"),
        ("maven", "1.0-SNAPSHOT", "1.0"),
        ("cargo", "0.9.9", "0.10.0"),
        ("rpm", "9-1", "1:1-1"),
        ("deb", "1.0~rc1", "1.0"),
        ("apk", "1.0_rc1", "1.0"),
    ],
)
def test_every_kind_has_its_order(kind: str, older: str, newer: str) -> None:
    compare = order(kind)
    assert compare is not None
    assert (compare(older, newer), compare(newer, older), compare(older, older)) == (-1, 1, 0)
    assert compare("", newer) is None


def test_an_unknown_kind_has_no_order() -> None:
    assert order("nuget") is None
