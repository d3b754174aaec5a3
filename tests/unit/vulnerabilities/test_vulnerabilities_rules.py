"""How an advisory concerns a package: each rule with a case that fools a naive reading."""

import pytest
from vulnerability_samples import (
    INTRODUCED,
    Told,
    advisory,
    alpine,
    apk,
    deb,
    debian,
    fixed,
    language,
    record,
)

from stepdown.measure.vulnerabilities import embedded
from stepdown.measure.vulnerabilities.inventory import inventory
from stepdown.model.image import ImageConfig
from stepdown.model.surface import Known
from stepdown.model.vulnerability import Fix, Inventory, Scan, Severity
from stepdown.rootfs.filesystem import RootFS
from stepdown.rootfs.languages import LanguagePackage
from stepdown.rootfs.packages import Package

BOOKWORM, V323 = "Debian:12", "Alpine:v3.23"


def ids(scan: Scan) -> list[str]:
    return [one.id for one in scan.vulnerabilities]


def scanned(image: Inventory, *records: object, **options: bool) -> Scan:
    return embedded.scan(image, Told(*records, **options))  # type: ignore[arg-type]


# 1. Source package and source version.
def test_a_binary_package_is_judged_by_its_source() -> None:
    image = debian(deb("libssl3", "3.0.15-1~deb12u1", "openssl", "3.0.15-1~deb12u1"))
    hit = advisory("DEBIAN-CVE-2024-1111", BOOKWORM, "openssl", INTRODUCED, fixed("3.0.17-1"))
    (found,) = scanned(image, hit).vulnerabilities
    assert (found.id, found.package, found.binaries) == ("CVE-2024-1111", "openssl", ("libssl3",))
    assert (found.fix, found.fixed_in) == (Fix.AVAILABLE, "3.0.17-1")


def test_the_source_has_a_version_of_its_own() -> None:
    image = debian(deb("bsdutils", "1:2.38.1-5", "util-linux", "2.38.1-5"))
    old = advisory("DEBIAN-CVE-2024-1", BOOKWORM, "util-linux", INTRODUCED, fixed("2.38.1-5"))
    new = advisory("DEBIAN-CVE-2024-28085", BOOKWORM, "util-linux", INTRODUCED, fixed("2.38.1-6"))
    assert ids(scanned(image, old, new)) == ["CVE-2024-28085"]


def test_two_packages_of_one_source_are_one_vulnerability() -> None:
    image = debian(deb("libssl3", "3.0.15-1", "openssl"), deb("openssl", "3.0.15-1"))
    source = Told(advisory("DEBIAN-CVE-2024-1111", BOOKWORM, "openssl", INTRODUCED))
    (found,) = embedded.scan(image, source).vulnerabilities
    assert found.binaries == ("libssl3", "openssl")
    assert len(source.asked) == 1


# 2. The epoch is part of the version.
def test_the_epoch_counts() -> None:
    image = debian(deb("xserver-common", "2:21.1.7-3+deb12u9", "xorg-server"))
    patched = advisory("DSA-1", BOOKWORM, "xorg-server", INTRODUCED, fixed("2:21.1.7-3+deb12u5"))
    assert ids(scanned(image, patched)) == []
    without = debian(deb("xserver-common", "21.1.7-3+deb12u9", "xorg-server"))
    assert ids(scanned(without, patched)) == ["DSA-1"]


# 3. Alpine's zero, and its suffixes.
def test_zero_as_the_fix_means_never_affected() -> None:
    image = alpine(apk("libcrypto3", "3.5.4-r0", "openssl"))
    never = advisory("ALPINE-CVE-2022-1", V323, "openssl", INTRODUCED, fixed("0"))
    assert ids(scanned(image, never)) == []
    assert scanned(image, never).known is Known.MEASURED


@pytest.mark.parametrize(
    ("fix", "hit"), [("1.2.2_pre2-r0", False), ("1.2.2-r0", False), ("1.2.2_p1-r0", True)]
)
def test_suffixes_order_as_apk_has_it(fix: str, hit: bool) -> None:  # noqa: FBT001
    image = alpine(apk("tool", "1.2.2-r0"))
    found = scanned(image, advisory("ALPINE-CVE-2021-1234", V323, "tool", INTRODUCED, fixed(fix)))
    assert bool(found.vulnerabilities) is hit


# 4. The line of the release, never that of another one; unimportant stands apart.
def test_only_the_line_of_the_release_counts() -> None:
    image = debian(deb("libc6", "2.36-9+deb12u14", "glibc"))
    both = record(
        {
            "id": "DEBIAN-CVE-2025-4802",
            "affected": [
                {
                    "package": {"ecosystem": ecosystem, "name": "glibc"},
                    "ranges": [{"type": "ECOSYSTEM", "events": [INTRODUCED, fixed(version)]}],
                }
                for ecosystem, version in [("Debian:14", "2.39-4"), (BOOKWORM, "2.36-9+deb12u11")]
            ],
        }
    )
    assert ids(scanned(image, both)) == []
    older = debian(deb("libc6", "2.36-9+deb12u10", "glibc"))
    assert ids(scanned(older, both)) == ["CVE-2025-4802"]


def test_unimportant_is_said_and_unfixed() -> None:
    image = debian(deb("tar", "1.34+dfsg-1.2"))
    intended = advisory(
        "DEBIAN-CVE-2005-2541",
        BOOKWORM,
        "tar",
        INTRODUCED,
        affected={"ecosystem_specific": {"urgency": "unimportant"}},
    )
    (found,) = scanned(image, intended).vulnerabilities
    assert (found.unimportant, found.fix) == (True, Fix.NONE)


# 5. The branch of the data must be that of the image.
def test_data_of_another_branch_say_nothing() -> None:
    image = alpine(apk("libcrypto3", "1.1.1-r0", "openssl"))
    other = advisory("ALPINE-CVE-2022-1", "Alpine:v3.11", "openssl", INTRODUCED, fixed("1.1.1g-r0"))
    scan = scanned(image, other)
    assert scan.known is Known.UNKNOWN
    assert scan.reasons == ("The data has nothing about Alpine:v3.23.",)
    assert (scan.evaluated, scan.inventory) == (0, 1)


@pytest.mark.parametrize("release", ["", "3.24_alpha20250612", "edge"])
def test_a_release_without_a_branch_is_unknown(release: str) -> None:
    scan = scanned(alpine(apk("musl", "1.2.5-r0"), release=release))
    assert scan.known is Known.UNKNOWN
    assert "nothing about alpine" in scan.reasons[0]


# 6. The distribution answers for language packages that it brought.
def test_packages_of_languages_that_the_system_owns_are_left_to_the_system() -> None:
    own = "/usr/lib/python3/dist-packages/pip-23.0.1.dist-info/METADATA"
    theirs = "/usr/local/lib/python3.11/site-packages/idna-2.10.dist-info/METADATA"
    fs = RootFS(
        entries={},
        elf={},
        shebangs={},
        applets={},
        musl_paths={},
        packages=(Package(manager="dpkg", name="python3-pip", version="23.0.1+dfsg-1"),),
        owners={own: "python3-pip"},
        databases=("/var/lib/dpkg/status",),
        languages=(
            LanguagePackage(kind="pypi", name="pip", version="23.0.1", path=own),
            LanguagePackage(kind="pypi", name="idna", version="2.10", path=theirs),
        ),
        os_release={"ID": "debian", "VERSION_ID": "12"},
    )
    found = inventory(fs, ImageConfig(id="sha256:1"), "app")
    assert [one.name for one in found.components if not one.of_system] == ["idna"]
    scan = scanned(
        found,
        advisory("PYSEC-2023-228", "PyPI", "pip", INTRODUCED, fixed("23.3")),
        advisory("PYSEC-2024-60", "PyPI", "idna", INTRODUCED, fixed("3.7")),
        advisory("DSA-1", BOOKWORM, "nothing", INTRODUCED),
    )
    assert ids(scan) == ["PYSEC-2024-60"]


# 7. What cannot be compared is unknown, and counted.
def test_a_version_that_cannot_be_read_is_undecided() -> None:
    image = debian(deb("odd", "not a version"), deb("tar", "1.34"))
    scan = scanned(image, advisory("DSA-1", BOOKWORM, "odd", INTRODUCED, fixed("1.0")))
    assert scan.known is Known.PARTIAL
    assert [one.id for one in scan.undecided] == ["DSA-1"]
    assert "not a version" in scan.undecided[0].reason
    assert scan.reasons == ("1 advisories could not be decided.",)


def test_undetermined_is_undecided() -> None:
    undetermined = {"ecosystem_specific": {"urgency": "undetermined"}}
    hit = advisory("DEBIAN-CVE-2024-7777", BOOKWORM, "tar", INTRODUCED, affected=undetermined)
    scan = scanned(debian(deb("tar", "1.34")), hit)
    assert (scan.known, ids(scan), len(scan.undecided)) == (Known.PARTIAL, [], 1)


# Traps of the records.
def test_a_withdrawn_record_does_not_count_but_the_zero_time_is_no_withdrawal() -> None:
    image = debian(deb("tar", "1.34"))
    events = (INTRODUCED, fixed("1.35"))
    back = advisory("DSA-1", BOOKWORM, "tar", *events, withdrawn="2025-01-01T00:00:00Z")
    not_back = advisory("DSA-2", BOOKWORM, "tar", *events, withdrawn="0001-01-01T00:00:00Z")
    assert ids(scanned(image, back, not_back)) == ["DSA-2"]


def test_events_count_in_the_order_of_versions() -> None:
    events = (fixed("2.0"), {"introduced": "3.0"}, INTRODUCED, fixed("3.1"))
    mixed = advisory("PYSEC-1", "PyPI", "tool", *events)
    expected = {"1.9": True, "2.0": False, "2.5": False, "3.0": True, "3.1": False}
    for version, hit in expected.items():
        scan = scanned(debian(language("pypi", "tool", version)), mixed)
        assert bool(scan.vulnerabilities) is hit, version


def test_the_next_fix_is_named() -> None:
    events = (INTRODUCED, fixed("1.10"), {"introduced": "2.0"}, fixed("2.2"))
    (found,) = scanned(
        debian(language("pypi", "tool", "1.9")), advisory("PYSEC-1", "PyPI", "tool", *events)
    ).vulnerabilities
    assert found.fixed_in == "1.10"


def test_last_affected_includes_that_version_and_tells_no_fix() -> None:
    last = advisory("PYSEC-1", "PyPI", "tool", INTRODUCED, {"last_affected": "1.5"})
    (found,) = scanned(debian(language("pypi", "tool", "1.5")), last).vulnerabilities
    assert found.fix is Fix.UNKNOWN
    assert not scanned(debian(language("pypi", "tool", "1.5.1")), last).vulnerabilities


def test_listed_versions_count_beside_ranges() -> None:
    listed = advisory("PYSEC-1", "PyPI", "tool", affected={"ranges": [], "versions": ["1.0"]})
    assert ids(scanned(debian(language("pypi", "tool", "1.0")), listed)) == ["PYSEC-1"]
    assert ids(scanned(debian(language("pypi", "tool", "1.0.0")), listed)) == []


def test_names_of_one_vulnerability_are_counted_once() -> None:
    image = debian(language("pypi", "idna", "2.10"))
    events = (INTRODUCED, fixed("3.7"))
    scan = scanned(
        image,
        advisory("GHSA-jjg7-2v4v-x38h", "PyPI", "idna", *events, aliases=["CVE-2024-3651"]),
        advisory("PYSEC-2024-60", "PyPI", "idna", *events, aliases=["CVE-2024-3651"]),
    )
    (found,) = scan.vulnerabilities
    assert found.id == "CVE-2024-3651"
    assert found.aliases == ("GHSA-jjg7-2v4v-x38h", "PYSEC-2024-60")


def test_a_bulletin_does_not_overrule_the_record_of_a_single_vulnerability() -> None:
    image = debian(deb("libtool1", "1.0-1", "tool"))
    scan = scanned(
        image,
        advisory("DSA-5", BOOKWORM, "tool", INTRODUCED, fixed("1.0-2"),
                 upstream=["CVE-2024-1111", "CVE-2024-2222"]),
        advisory("DEBIAN-CVE-2024-2222", BOOKWORM, "tool", INTRODUCED, fixed("0")),
    )  # fmt: skip
    assert ids(scan) == ["CVE-2024-1111"]


def test_two_bulletins_do_not_silence_each_other() -> None:
    image = debian(deb("tool", "1.0-2"))
    scan = scanned(
        image,
        advisory("DSA-1", BOOKWORM, "tool", INTRODUCED, fixed("1.0-1"), upstream=["CVE-2024-1111"]),
        advisory("DSA-2", BOOKWORM, "tool", INTRODUCED, fixed("1.0-3"), upstream=["CVE-2024-1111"]),
    )
    assert ids(scan) == ["CVE-2024-1111"]


def test_a_language_record_that_says_yes_is_not_silenced_by_one_that_says_no() -> None:
    image = debian(language("pypi", "tool", "1.5"))
    yes, no = (INTRODUCED, fixed("2.0")), (INTRODUCED, fixed("1.0"))
    scan = scanned(
        image,
        advisory("GHSA-aaaa-bbbb-cccc", "PyPI", "tool", *no, aliases=["CVE-2024-1111"]),
        advisory("PYSEC-1", "PyPI", "tool", *yes, aliases=["CVE-2024-1111"]),
    )
    assert ids(scan) == ["CVE-2024-1111"]


WORST = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
MIDDLE = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N"


@pytest.mark.parametrize(
    ("fields", "severity"),
    [
        ({"severity": [{"type": "CVSS_V3", "score": WORST}]}, Severity.CRITICAL),
        ({"severity": [{"type": "CVSS_V4", "score": MIDDLE}]}, Severity.MEDIUM),
        ({"severity": [{"type": "Ubuntu", "score": "low"}]}, Severity.LOW),
        ({"severity": [{"type": "CVSS_V3", "score": "nonsense"}]}, Severity.UNKNOWN),
        ({"database_specific": {"severity": "MODERATE"}}, Severity.MEDIUM),
        ({"database_specific": {"severity": {"cvss": 9}}}, Severity.UNKNOWN),
        ({}, Severity.UNKNOWN),
    ],
)
def test_severity(fields: dict[str, object], severity: Severity) -> None:
    hit = advisory("PYSEC-1", "PyPI", "tool", INTRODUCED, **fields)
    (found,) = scanned(debian(language("pypi", "tool", "1")), hit).vulnerabilities
    assert found.severity is severity


# States.
def test_no_package_database_is_unknown_and_nobody_is_asked() -> None:
    source = Told()
    scan = embedded.scan(debian(known=Known.UNKNOWN), source)
    assert (scan.known, scan.reasons) == (Known.UNKNOWN, ("There is no package database.",))
    assert source.asked == ()


def test_a_source_that_fails_is_unknown() -> None:
    scan = embedded.scan(debian(deb("tar", "1.34")), Told(failure="nobody answers"))
    assert (scan.known, scan.reasons) == (Known.UNKNOWN, ("nobody answers",))


def test_a_language_without_data_makes_the_scan_partial() -> None:
    image = debian(deb("tar", "1.34"), language("gem", "rack", "2.0"))
    scan = scanned(image, advisory("DSA-1", BOOKWORM, "tar", INTRODUCED, fixed("1.35")))
    assert scan.known is Known.PARTIAL
    assert scan.reasons == ("The data has nothing about packages of gem.",)
    assert (scan.evaluated, scan.inventory) == (1, 2)


def test_what_the_source_says_against_the_ranges_is_undecided() -> None:
    image = debian(deb("tar", "1.36"))
    miss = advisory("DEBIAN-CVE-2024-7777", BOOKWORM, "tar", INTRODUCED, fixed("1.35"))
    assert scanned(image, miss).known is Known.MEASURED
    online = scanned(image, miss, by_version=True)
    assert (online.known, [one.id for one in online.undecided]) == (
        Known.PARTIAL,
        ["CVE-2024-7777"],
    )
