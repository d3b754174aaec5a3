"""Suspicions from the files: time zones."""

import pytest

from fakes import image
from stepdown.flow import catalog
from stepdown.model.image import ImageConfig
from stepdown.rootfs.filesystem import RootFS
from stepdown.verify.diagnose import diagnose
from stepdown.verify.hints import hints

BERLIN = "/usr/share/zoneinfo/Europe/Berlin"


def config(zone: str) -> ImageConfig:
    return ImageConfig(id="i", env=(("TZ", zone),))


@pytest.mark.parametrize("zone", ["Europe/Berlin", ":Europe/Berlin"])
def test_a_zone_that_is_gone_is_a_known_cause(zone: str) -> None:
    (message,) = hints(image(BERLIN), image(), config(zone))
    (finding,) = diagnose([("http", message)], catalog.load().breakages)
    assert finding.breakage == "B10"
    assert "Europe/Berlin" in finding.evidence


@pytest.mark.parametrize(
    ("before", "after", "zone"),
    [
        (image(BERLIN), image(BERLIN), "Europe/Berlin"),
        (image(), image(), "Europe/Berlin"),
        (image(BERLIN), image(), "UTC"),
        (image(BERLIN), image(), ""),
    ],
)
def test_nothing_to_suspect(before: RootFS, after: RootFS, zone: str) -> None:
    assert hints(before, after, config(zone)) == ()
