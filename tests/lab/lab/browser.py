"""A Chromium for the tests of the HTML report: one that is there, else Debian's."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from lab import apt

if TYPE_CHECKING:
    from lab.step import Step

PACKAGE = "chromium-headless-shell"
"""Chromium without a window, which needs fewer packages."""
NAMES = (PACKAGE, "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The program's path, if there is one."""
    return next(filter(None, map(shutil.which, NAMES)), None)


def can_install() -> bool:
    """Whether Debian's can be installed here."""
    return apt.is_debian() and os.geteuid() == 0


def ensure(step: Step) -> str | None:
    """Install Debian's where there is none; without it only the tests in a browser fail."""
    if find():
        return None
    if not can_install():
        return "there is no Chromium, which the tests in a browser need; install one"
    return apt.install(step, [PACKAGE])
